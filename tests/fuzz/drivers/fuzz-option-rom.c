/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>

#include "drivers/pci/option_rom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An expansion ROM: the files that are found lie in it, and the list ends. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader rom = reader_make(data, size);
    struct option_rom_image image;
    size_t position = 0, images = 0, sum = 0;
    if (option_rom_size(rom) > size)
        abort();
    while (option_rom_next(rom, &position, &image)) {
        if (image.size == 0 || !range_within(image.offset, image.size, size))
            abort();
        for (size_t i = 0; i < image.size; i++)
            sum += data[image.offset + i];
        if (++images > size / 512 + 1)
            abort();
    }
    return sum == SIZE_MAX;
}
