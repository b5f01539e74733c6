/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/pci/option_rom.h"

#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/bar_private.h"
#include "hw/option_rom.h"

#define SIZE_LIMIT (16u << 20)

/* The header and the data structure of the image at `position`, and all of its bytes. */
static bool read_image(const struct reader *rom, size_t position, struct option_rom_header *header,
                       struct option_rom_data *data, struct reader *ret)
{
    struct reader rest, at;
    if (position >= rom->size || !reader_window(rom, position, rom->size - position, &rest))
        return false;
    at = rest;
    if (!reader_copy(&at, header, sizeof *header) || header->signature != OPTION_ROM_SIGNATURE ||
        !reader_seek(&at, header->data_offset) || !reader_copy(&at, data, sizeof *data) ||
        data->signature != OPTION_ROM_DATA_SIGNATURE || data->image_length == 0)
        return false;
    return reader_window(&rest, 0, data->image_length * OPTION_ROM_UNIT, ret);
}

static size_t next_position(size_t position, const struct option_rom_data *data, size_t end)
{
    return (data->indicator & OPTION_ROM_LAST) != 0
               ? end
               : position + (size_t)data->image_length * OPTION_ROM_UNIT;
}

/* The EFI file is what lies between its offset and the end of what is to be initialized. */
static bool is_efi(const struct option_rom_header *header, const struct option_rom_data *data,
                   const struct reader *image, size_t position, struct option_rom_image *ret)
{
    size_t size = MIN((size_t)header->initialization_size * OPTION_ROM_UNIT, image->size);
    if (data->code_type != OPTION_ROM_CODE_EFI ||
        header->efi_signature != OPTION_ROM_EFI_SIGNATURE ||
        header->compression > OPTION_ROM_COMPRESSED || header->efi_offset >= size)
        return false;
    *ret = (struct option_rom_image){
        .offset = position + header->efi_offset,
        .size = size - header->efi_offset,
        .subsystem = header->subsystem,
        .machine = header->machine,
        .compressed = header->compression == OPTION_ROM_COMPRESSED,
    };
    return true;
}

bool option_rom_next(struct reader rom, size_t *position, struct option_rom_image *ret)
{
    struct option_rom_header header;
    struct option_rom_data data;
    struct reader image;
    while (read_image(&rom, *position, &header, &data, &image)) {
        size_t here = *position;
        *position = next_position(here, &data, rom.size);
        if (is_efi(&header, &data, &image, here, ret))
            return true;
    }
    return false;
}

size_t option_rom_size(struct reader rom)
{
    struct option_rom_header header;
    struct option_rom_data data;
    struct reader image;
    size_t position = 0, end = 0;
    while (read_image(&rom, position, &header, &data, &image)) {
        end = position + image.size;
        position = next_position(position, &data, rom.size);
    }
    return end;
}

static unsigned register_of(const struct pci_function *f)
{
    return f->header_type == PCI_HEADER_TYPE_BRIDGE ? PCI_BRIDGE_ROM : PCI_ROM;
}

/* Where the ROM is, and how large; it gets a place when it has none. */
static EFI_STATUS place(struct pci_function *f, uint32_t *ret_base, uint32_t *ret_size)
{
    unsigned offset = register_of(f);
    uint32_t original = pci_read32(f, offset);
    pci_write32(f, offset, (uint32_t)~PCI_ROM_ENABLE);
    uint32_t size = -(pci_read32(f, offset) & PCI_ROM_ADDRESS_MASK);
    pci_write32(f, offset, original & ~PCI_ROM_ENABLE);
    if (size == 0)
        return EFI_NOT_FOUND;
    uint32_t base = original & PCI_ROM_ADDRESS_MASK;
    if ((size & (size - 1)) != 0 || size > SIZE_LIMIT || !IS_ALIGNED(base, size))
        return log_failure(EFI_VOLUME_CORRUPTED, "pci %s: expansion ROM of 0x%x bytes at 0x%x",
                           f->name, size, base);
    if (base == 0) {
        EFI_STATUS status = pci_place_memory(f, size, &base);
        if (EFI_ERROR(status))
            return status;
        pci_write32(f, offset, base);
    }
    *ret_base = base;
    *ret_size = size;
    return EFI_SUCCESS;
}

static EFI_STATUS copy(uint32_t base, uint32_t size, void **ret, size_t *ret_size)
{
    uint32_t *bytes = pool_alloc(size);
    if (bytes == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (uint32_t i = 0; i < size / 4; i++)
        bytes[i] = mmio_read32(base + 4ull * i);
    size_t used = option_rom_size(reader_make(bytes, size));
    if (used == 0) {
        pool_free(bytes);
        return EFI_NOT_FOUND;
    }
    *ret = bytes;
    *ret_size = used;
    return EFI_SUCCESS;
}

/* The ROM is decoded only while it is copied: it may share its decoder with a BAR (PCI 3.0
 * §6.2.5.2). */
EFI_STATUS pci_read_option_rom(struct pci_function *f, void **ret, size_t *ret_size)
{
    uint32_t base = 0, size = 0;
    if (pci_bar_count(f) == 0)
        return EFI_NOT_FOUND;
    EFI_STATUS status = place(f, &base, &size);
    if (!EFI_ERROR(status))
        status = pci_map_registers(base, size);
    if (EFI_ERROR(status))
        return status;
    uint16_t before = pci_read16(f, PCI_COMMAND);
    pci_write32(f, register_of(f), base | PCI_ROM_ENABLE);
    pci_set_command(f, PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
    status = copy(base, size, ret, ret_size);
    pci_set_command(f, PCI_COMMAND_MEMORY, before & PCI_COMMAND_MEMORY);
    pci_write32(f, register_of(f), base);
    return status;
}
