/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"
#include "lib/macros.h"

/* The records of dmpstore's files, one per variable, as edk2's shell writes them, so that a file
 * can go from one to the other: sizes of name and data, name, vendor, attributes, data, and the
 * CRC-32 of all that. */

struct variable_record {
    const char16_t *name; /* NUL terminated; points into the record */
    EFI_GUID vendor;
    uint32_t attributes;
    const void *data; /* likewise */
    uint32_t data_size;
};

/* A record for shell_free(); NULL: no memory, or too large. */
void *variable_record_make(const struct variable_record *record, size_t *ret_size) MUST_CHECK;

/* The record at the begin of `data[size]`, and how long it is. False: damaged. */
bool variable_record_parse(const void *data, size_t size, struct variable_record *ret,
                           size_t *ret_size) MUST_CHECK;
