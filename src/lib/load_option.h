/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"

/* EFI_LOAD_OPTION (UEFI 2.10 §3.1.3) */
#define LOAD_OPTION_ACTIVE        0x00000001u
#define LOAD_OPTION_CATEGORY      0x00001f00u /* one of the next two; others are reserved */
#define LOAD_OPTION_CATEGORY_BOOT 0x00000000u
#define LOAD_OPTION_CATEGORY_APP  0x00000100u /* started by a hot key, not in turn */

/* Of Driver####: what is connected already is to be connected again. */
#define LOAD_OPTION_FORCE_RECONNECT 0x00000002u

/* Points into the variable's content. */
struct load_option {
    uint32_t attributes;
    const char16_t *description;
    const EFI_DEVICE_PATH_PROTOCOL *path; /* first of the list; well formed */
    uint16_t path_size;                   /* bytes of the list */
    const void *options;
    uint32_t options_size;
};

/* The content of a Boot#### variable is what anybody may have written: false when it is not well
 * formed. */
bool load_option_parse(const void *data, size_t size, struct load_option *ret);

/* Bytes of the variable's content, which load_option_write() writes. */
size_t load_option_size(const struct load_option *option);
void load_option_write(const struct load_option *option, void *to);
