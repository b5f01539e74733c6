/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/smbios.h"

/* What is in SMBIOS structures (DSP0134 3.6 §7), as far as smbiosview explains it. */

struct smbios_field {
    const char *name;
    uint8_t offset, size;
    bool is_string; /* the number of one */
};

struct smbios_type {
    uint8_t type;
    uint8_t count;
    const char *name;
    const struct smbios_field *fields;
};

/* NULL: unknown. */
const struct smbios_type *smbios_type(uint8_t type);

/* String `number`, from 1; "" when there is none. Strings end within `limit` bytes of the record's
 * begin. */
const char *smbios_string(const EFI_SMBIOS_TABLE_HEADER *record, unsigned number, size_t limit);

/* Bytes of the record with its strings and the end of them, at most `limit`. */
size_t smbios_size(const EFI_SMBIOS_TABLE_HEADER *record, size_t limit);
