/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/option_rom.h"

#include "hw/option_rom.h"
#include "lib/macros.h"

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
