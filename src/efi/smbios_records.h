/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "efi/types.h"
#include "hw/smbios.h"
#include "lib/list.h"
#include "lib/macros.h"

/* SMBIOS structures as records of a list, and the table that the OS reads made of them. As long as
 * nothing changes, the VMM's own table stays published, bit for bit. */

struct smbios_record {
    struct list link;
    EFI_HANDLE producer; /* NULL: the VMM */
    size_t size;
    uint8_t data[]; /* struct smbios_header, the rest, strings */
};

/* All records in the order of the table, without the end-of-table structure. */
extern struct list smbios_records;

/* The version of the VMM's table. */
extern uint8_t smbios_major, smbios_minor;

/* Reads the table that the entry points (addresses, 0: none) tell of; the newer one counts.
 * EFI_NOT_FOUND: there is no usable one. */
EFI_STATUS smbios_records_init(uint64_t entry2, uint64_t entry3) MUST_CHECK;

/* Size of the structure at the start of `data[available]` with its strings; 0: malformed. */
size_t smbios_structure_size(const void *data, size_t available);

/* A copy of the structure `data[size]`, not yet in the list; NULL: out of memory. */
struct smbios_record *smbios_record_new(const void *data, size_t size, EFI_HANDLE producer);

/* Makes the list the table that the OS finds, under the same GUIDs as the VMM's entry points. On
 * failure the old table stays. EFI_OUT_OF_RESOURCES: no memory, or too long for an SMBIOS 2 entry
 * point. */
EFI_STATUS smbios_records_publish(void) MUST_CHECK;
