/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "platform/memory_map.h"

struct smbios {
    uint64_t entry2, entry3; /* addresses of the entry points, 0: none */
    uint64_t table;          /* structures; of the newer entry point. 0: none */
    uint32_t table_size;     /* bytes, at most */
};

/* Searches 0xF0000 to 0xFFFFF in steps of 16 bytes (DSP0134 §5.2). */
void smbios_find(const struct memory_map *map, struct smbios *ret);

/* The n-th OEM string (type 11) over all structures, from 0 on; NULL when there are fewer. It lies
 * in the VMM's table: NUL terminated, of length `*ret_length`. */
const char *smbios_oem_string(const struct smbios *smbios, size_t n, size_t *ret_length);
