/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"

/* EFI_LOAD_OPTION (UEFI 2.10 §3.1.3) */
#define LOAD_OPTION_ACTIVE   0x00000001u
#define LOAD_OPTION_CATEGORY 0x00001f00u /* 0: boot; others are applications for a menu */

/* Points into the variable's content. */
struct load_option {
    uint32_t attributes;
    const char16_t *description;
    const EFI_DEVICE_PATH_PROTOCOL *path; /* first of the list; well formed */
    const void *options;
    uint32_t options_size;
};

/* The content of a Boot#### variable is what anybody may have written: false when it is not well
 * formed. */
bool load_option_parse(const void *data, size_t size, struct load_option *ret);
