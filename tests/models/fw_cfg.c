/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/fw_cfg.h"

#include <string.h>

#include "hw/fw_cfg.h"

#define FIRST_FILE 0x20u

static uint8_t signature_byte(uint32_t position)
{
    return position < 4 ? (uint8_t)(FW_CFG_SIGNATURE >> (8 * position)) : 0;
}

static uint8_t directory_byte(const struct fw_cfg_model *model, uint32_t position)
{
    uint32_t count = model->claimed != 0 ? model->claimed : model->count;
    if (position < 4)
        return (uint8_t)(count >> (24 - 8 * position));
    uint32_t index = (position - 4) / sizeof(struct fw_cfg_file);
    uint32_t offset = (position - 4) % sizeof(struct fw_cfg_file);
    if (index >= model->count)
        return 0;
    struct fw_cfg_file file = {.size = __builtin_bswap32(model->files[index].size),
                               .select = __builtin_bswap16((uint16_t)(FIRST_FILE + index))};
    strncpy(file.name, model->files[index].name, sizeof file.name);
    return ((uint8_t *)&file)[offset];
}

static uint8_t next_byte(struct fw_cfg_model *model)
{
    uint32_t position = model->position++;
    uint32_t index = model->selected - FIRST_FILE;
    if (model->selected == FW_CFG_KEY_SIGNATURE)
        return signature_byte(position);
    if (model->selected == FW_CFG_KEY_DIRECTORY)
        return directory_byte(model, position);
    if (index < model->count && position < model->files[index].size)
        return ((const uint8_t *)model->files[index].data)[position];
    return 0;
}

static void transfer(struct fw_cfg_model *model, uint64_t address)
{
    struct fw_cfg_dma *dma = (struct fw_cfg_dma *)(uintptr_t)address;
    uint32_t control = __builtin_bswap32(dma->control);
    if (model->dma_silent)
        return;
    if (model->dma_fails) {
        dma->control = __builtin_bswap32(FW_CFG_DMA_ERROR);
        return;
    }
    if ((control & FW_CFG_DMA_SELECT) != 0) {
        model->selected = (uint16_t)(control >> 16);
        model->position = 0;
    }
    uint8_t *to = (uint8_t *)(uintptr_t)__builtin_bswap64(dma->address);
    if ((control & FW_CFG_DMA_READ) != 0) {
        for (uint32_t i = 0; i < __builtin_bswap32(dma->length); i++)
            to[i] = next_byte(model);
    }
    dma->control = 0;
}

static uint64_t read_port(void *context, uint64_t offset, unsigned width)
{
    struct fw_cfg_model *model = context;
    if (offset == 1 && width == 1)
        return next_byte(model);
    if (offset == 4 && width == 4 && model->has_dma)
        return FW_CFG_SIGNATURE;
    return UINT64_MAX;
}

static void write_port(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct fw_cfg_model *model = context;
    if (offset == 0 && width == 2) {
        model->selected = (uint16_t)value;
        model->position = 0;
    } else if (offset == 4 && width == 4 && model->has_dma) {
        model->dma_high = (uint64_t)__builtin_bswap32((uint32_t)value) << 32;
    } else if (offset == 8 && width == 4 && model->has_dma) {
        transfer(model, model->dma_high | __builtin_bswap32((uint32_t)value));
    } else {
        bus_forbidden(model->bus, "fw_cfg: write of %u bytes at port 0x%llx", width,
                      (unsigned long long)(FW_CFG_PORT_SELECTOR + offset));
    }
}

void fw_cfg_model_file(struct fw_cfg_model *model, const char *name, const char *text)
{
    model->files[model->count].name = name;
    model->files[model->count].data = text;
    model->files[model->count++].size = (uint32_t)strlen(text);
}

void fw_cfg_model_add(struct fw_cfg_model *model, struct bus *bus)
{
    model->bus = bus;
    model->range = (struct bus_range){.space = BUS_PORT,
                                      .base = FW_CFG_PORT_SELECTOR,
                                      .size = 12,
                                      .read = read_port,
                                      .write = write_port,
                                      .context = model};
    bus_add(bus, &model->range);
}
