/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Makes an empty FAT volume of the whole of `data`: one sector per cluster, two tables. `bits` is
 * 12, 16 or 32; the size must suit it (12: fewer than 4085 clusters, 16: more; 32: any). */
void fat_format(void *data, size_t size, unsigned bits, uint32_t sector_size);

/* Sets entry `cluster` of both tables of such a volume. */
void fat_format_set_entry(void *data, uint32_t cluster, uint32_t value);
