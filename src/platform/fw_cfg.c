/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/fw_cfg.h"

#include "arch/io.h"
#include "core/log.h"
#include "hw/fw_cfg.h"
#include "lib/ascii.h"
#include "lib/memory.h"

#define FILES_MAX 256u
#define KEPT_MAX  32u
#define POLLS_MAX 1000000u

/* What the directory says, read once. */
static struct {
    bool looked, present, has_dma;
    unsigned count;
    struct fw_cfg_file files[KEPT_MAX];
} device;

static uint32_t swap32(uint32_t x)
{
    return __builtin_bswap32(x);
}

/* Takes the next `size` bytes of what is selected; selects `key` first where `select` says so. The
 * device works synchronously, so the first look at `control` is the last one. */
static bool read_by_dma(bool select, uint16_t key, void *buffer, uint32_t size)
{
    static volatile struct fw_cfg_dma transfer;
    uint32_t command = select ? (uint32_t)key << 16 | FW_CFG_DMA_SELECT : 0;
    transfer.control = swap32(command | FW_CFG_DMA_READ);
    transfer.length = swap32(size);
    transfer.address = __builtin_bswap64(dma_address(buffer));
    uint64_t address = dma_address((const void *)&transfer);
    dma_barrier();
    io_write32(FW_CFG_PORT_DMA, swap32((uint32_t)(address >> 32)));
    io_write32(FW_CFG_PORT_DMA + 4, swap32((uint32_t)address));
    for (unsigned i = 0; i < POLLS_MAX; i++) {
        uint32_t control = swap32(transfer.control);
        if (control == 0)
            return true;
        if ((control & FW_CFG_DMA_ERROR) != 0)
            return false;
    }
    return false;
}

static void read_by_port(bool select, uint16_t key, uint8_t *buffer, uint32_t size)
{
    if (select)
        io_write16(FW_CFG_PORT_SELECTOR, key);
    for (uint32_t i = 0; i < size; i++)
        buffer[i] = io_read8(FW_CFG_PORT_DATA);
}

static EFI_STATUS read_next(bool select, uint16_t key, void *buffer, uint32_t size)
{
    if (!device.has_dma) {
        read_by_port(select, key, buffer, size);
        return EFI_SUCCESS;
    }
    if (!read_by_dma(select, key, buffer, size))
        return log_failure(EFI_DEVICE_ERROR, "fw_cfg: key 0x%x", key);
    return EFI_SUCCESS;
}

/* Keeps the files that a user can have given: names under opt/, and bootorder. */
static void keep(const struct fw_cfg_file *file)
{
    if (!ascii_starts_with(file->name, "opt/") && !ascii_equal(file->name, "bootorder"))
        return;
    if (device.count < KEPT_MAX)
        device.files[device.count++] = *file;
    else
        log_warning("fw_cfg: %s is one file too many", file->name);
}

static void read_directory(void)
{
    uint32_t count;
    if (EFI_ERROR(read_next(true, FW_CFG_KEY_DIRECTORY, &count, sizeof count)))
        return;
    count = swap32(count);
    if (count > FILES_MAX)
        log_warning("fw_cfg: only %u of %u files are looked at", FILES_MAX, count);
    for (uint32_t left = MIN(count, FILES_MAX); left > 0;) {
        struct fw_cfg_file files[16];
        uint32_t some = MIN(left, (uint32_t)ARRAY_SIZE(files));
        if (EFI_ERROR(
                read_next(false, FW_CFG_KEY_DIRECTORY, files, some * (uint32_t)sizeof files[0])))
            return;
        for (uint32_t i = 0; i < some; i++) {
            files[i].name[sizeof files[i].name - 1] = '\0';
            keep(&files[i]);
        }
        left -= some;
    }
}

void fw_cfg_forget(void)
{
    device.looked = false;
    device.count = 0;
}

bool fw_cfg_present(void)
{
    if (device.looked)
        return device.present;
    device.looked = true;

    /* With DMA the register reads "QEMU CFG". */
    device.has_dma = io_read32(FW_CFG_PORT_DMA) == FW_CFG_SIGNATURE;
    device.present = device.has_dma;
    if (!device.has_dma) {
        uint32_t signature;
        read_by_port(true, FW_CFG_KEY_SIGNATURE, (uint8_t *)&signature, sizeof signature);
        device.present = signature == FW_CFG_SIGNATURE;
    }
    if (device.present)
        read_directory();
    return device.present;
}

EFI_STATUS fw_cfg_read(const char *name, void *buffer, size_t size, size_t *ret_size)
{
    if (!fw_cfg_present())
        return EFI_NOT_FOUND;
    for (unsigned i = 0; i < device.count; i++) {
        const struct fw_cfg_file *file = &device.files[i];
        if (!ascii_equal(file->name, name))
            continue;
        uint32_t length = swap32(file->size);
        EFI_STATUS status =
            read_next(true, __builtin_bswap16(file->select), buffer, (uint32_t)MIN(size, length));
        if (!EFI_ERROR(status))
            *ret_size = length;
        return status;
    }
    return EFI_NOT_FOUND;
}

EFI_STATUS fw_cfg_list(const char *prefix, void (*visit)(const char *name))
{
    if (!fw_cfg_present())
        return EFI_NOT_FOUND;
    for (unsigned i = 0; i < device.count; i++) {
        if (ascii_starts_with(device.files[i].name, prefix))
            visit(device.files[i].name);
    }
    return EFI_SUCCESS;
}
