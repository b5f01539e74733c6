/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/memory.h"
#include "efi/status.h"
#include "lib/macros.h"

/* The page map: the one list of what every page of memory is, in UEFI's terms (UEFI 2.10 §7.2).
 * Sorted, without overlaps, neighbours of equal type and attributes merged. Allocation goes from
 * the top of RAM below 4 GiB downward (DESIGN decision 4), then above 4 GiB. */

/* Describes [base, base + size) while the machine is set up: 4 KiB aligned; replaces what was said
 * of the range. */
EFI_STATUS pages_add(uint64_t base, uint64_t size, uint32_t type, uint64_t attributes) MUST_CHECK;

/* AllocatePages as the specification has it; *address is input and output. No page protections are
 * changed. */
EFI_STATUS pages_allocate(EFI_ALLOCATE_TYPE how, uint32_t type, uint64_t count,
                          uint64_t *address) MUST_CHECK;

/* The same with an alignment (a power of two ≥ 4 KiB), highest place below `limit` (exclusive). */
EFI_STATUS pages_allocate_aligned(uint32_t type, uint64_t count, uint64_t alignment, uint64_t limit,
                                  uint64_t *ret_address) MUST_CHECK;

/* Back to conventional memory. EFI_NOT_FOUND when a page of it was not allocated by
 * pages_allocate*(). */
EFI_STATUS pages_free(uint64_t address, uint64_t count) MUST_CHECK;

/* The map as it stands: `*ret_count` descriptors, valid until the next change. */
const EFI_MEMORY_DESCRIPTOR *pages_map(size_t *ret_count);

/* Changes with every change of the map. */
size_t pages_key(void);

/* Type of the page at `address`, or EfiMaxMemoryType when the map does not know it. */
uint32_t pages_type(uint64_t address);

/* Is [base, base + size), which does not wrap, nobody's memory? A hostile VMM may say that a
 * device's registers or memory lie in RAM: its pages would become uncached, and be "written" where
 * something of ours is. */
bool pages_are_device_memory(uint64_t base, uint64_t size);

/* Called after each change of the map (event group MemoryMapChange); may be NULL. */
void pages_set_change_hook(void (*hook)(void));

/* Called when pages were allocated or freed, with their new type, so that page protections can
 * follow. It may itself allocate pages for page tables. May be NULL. */
void pages_set_access_hook(void (*hook)(uint64_t base, uint64_t size, uint32_t type));
