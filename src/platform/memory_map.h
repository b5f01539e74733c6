/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* The VMM's memory map on its way to struct machine: entries come in any order, overlapping and
 * odd; where two kinds claim an address the more restrictive one has it (RAM gives way to
 * everything). */

#define MEMORY_MAP_MAX 256

struct memory_map {
    size_t count;
    struct memory_range ranges[MEMORY_MAP_MAX]; /* sorted, without overlaps */
};

/* Adds [base, base + size). Kinds that ACPI does not define count as reserved. Empty ranges and RAM
 * that wraps around are passed over (the latter with a line in the log). EFI_OUT_OF_RESOURCES when
 * the map is too fragmented to note where memory must not be used. */
EFI_STATUS memory_map_add(struct memory_map *map, uint64_t base, uint64_t size,
                          uint32_t kind) MUST_CHECK;

/* Page granularity: RAM is rounded inwards, everything else outwards. */
EFI_STATUS memory_map_finish(struct memory_map *map) MUST_CHECK;

/* May [address, address + size) hold a table of the VMM? In the first MiB without page 0's vectors,
 * in RAM or ACPI memory, or in what is reserved right above it; always below 4 GiB, which is
 * what the entry code maps. */
bool memory_map_may_hold_tables(const struct memory_map *map, uint64_t address, uint64_t size);
