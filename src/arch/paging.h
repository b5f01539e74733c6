/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* The identity-mapped page tables (DESIGN decisions 10 and 13). */

enum page_access {
    PAGE_NONE,       /* not mapped: guard pages and page 0 */
    PAGE_READ,       /* read-only, no execute */
    PAGE_READ_WRITE, /* no execute */
    PAGE_READ_EXECUTE,
    PAGE_ALL, /* RWX: for old loaders only */
};

enum page_cache {
    CACHE_WRITE_BACK,
    CACHE_UNCACHED,
};

/* Starts new, empty tables; paging_set() fills them and paging_activate() puts them in place of
 * those of the entry code. `allocate` gives zeroed 4 KiB pages for tables, or NULL. */
EFI_STATUS paging_init(void *(*allocate)(void)) MUST_CHECK;
void paging_activate(void);

/* The physical address of the tables in use, below 4 GiB. */
uint64_t paging_root(void);

/* On an application processor, which came up with these tables: PAT, and nothing cached of what the
 * tables said before. */
void paging_init_application_processor(void);

/* This processor forgets what it has cached of the tables: others have changed them. */
void paging_forget(void);

/* Maps [base, base + size), 4 KiB aligned, with this access and caching, splitting larger pages as
 * needed. The range lies below 2^paging_physical_bits(). EFI_OUT_OF_RESOURCES when no page for a
 * table is left. */
EFI_STATUS paging_set(uint64_t base, uint64_t size, enum page_access access,
                      enum page_cache cache) MUST_CHECK;

/* Changes the access and keeps the caching. Ranges that were never mapped get write-back. */
EFI_STATUS paging_protect(uint64_t base, uint64_t size, enum page_access access) MUST_CHECK;

/* Makes every cached page that is writable executable, too, without needing a page for a table: for
 * loaders that run code from memory which they took out of the memory map themselves. */
void paging_allow_execution(void);

/* The access of the page at `address`. */
enum page_access paging_query(uint64_t address);

/* Number of low address bits that the processor can use (CPUID 0x80000008, at most 47: the lower
 * half of four levels). */
unsigned paging_physical_bits(void);
