/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "lib/reader.h"

struct pci_function;

/* Copies the function's expansion ROM, cut off behind its last image. The caller frees it with
 * pool_free(). EFI_NOT_FOUND: there is none, or nothing in it. */
EFI_STATUS pci_read_option_rom(struct pci_function *function, void **ret,
                               size_t *ret_size) MUST_CHECK;

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
