/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/reader.h"

/* The EFI files in an expansion ROM, in a device or in a file (UEFI 2.10 §14.4.2). */

/* An image for EFI. */
struct option_rom_image {
    size_t offset, size; /* of the EFI file in the ROM */
    uint16_t subsystem, machine;
    bool compressed;
};

/* Finds the next EFI image: `*position` is 0 at first. False: there is no further one, or what
 * follows is malformed. */
bool option_rom_next(struct reader rom, size_t *position, struct option_rom_image *ret);

/* Bytes up to the end of the last image; 0: there is none. */
size_t option_rom_size(struct reader rom);
