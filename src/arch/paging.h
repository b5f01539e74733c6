/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* The identity-mapped page tables (DESIGN decisions 10 and 13). */

enum page_access {
    PAGE_NONE,          /* not mapped: guard pages and page 0 */
    PAGE_READ,          /* read-only, no execute */
    PAGE_READ_WRITE,    /* no execute */
    PAGE_READ_EXECUTE,
    PAGE_ALL,           /* RWX: for old loaders only */
};

enum page_cache {
    CACHE_WRITE_BACK,
    CACHE_UNCACHED,
};

/* Replaces the tables of the entry code with W^X ones that map [0, 4 GiB): RAM is not told apart here, everything is
 * mapped read-write, no-execute and write-back except for what paging_set() changes later. `allocate` gives zeroed 4 KiB pages for tables. */
void paging_init(void *(*allocate)(void));

/* Maps [base, base + size), 4 KiB aligned, with this access and caching, splitting larger pages as needed.
 * EFI_OUT_OF_RESOURCES when no page for a table is left. */
EFI_STATUS paging_set(uint64_t base, uint64_t size, enum page_access access, enum page_cache cache) MUST_CHECK;

/* Changes the access and keeps the caching. Ranges that were never mapped get write-back. */
EFI_STATUS paging_protect(uint64_t base, uint64_t size, enum page_access access) MUST_CHECK;

/* The access of the page at `address`. */
enum page_access paging_query(uint64_t address);

/* Number of low address bits that the processor can use (CPUID 0x80000008, at most 48 with four levels). */
unsigned paging_physical_bits(void);
