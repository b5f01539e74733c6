/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/memory.h"
#include "efi/status.h"
#include "lib/macros.h"

/* The firmware's memory map (UEFI 2.10 §7.2.3): descriptors of `descriptor_size` bytes. */
struct memory_map {
    char *data;
    size_t size, descriptor_size;
};

EFI_STATUS memory_map_read(struct memory_map *ret) MUST_CHECK;
void memory_map_free(struct memory_map *map);

/* Does one descriptor hold all of [address, address + size)? */
bool memory_map_has(const struct memory_map *map, uint64_t address, uint64_t size);
