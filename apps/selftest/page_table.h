/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Page tables of the program's own, out of a fixed pool of pages. */

#define PAGE_PRESENT    0x1ull
#define PAGE_WRITE      0x2ull
#define PAGE_UNCACHED   0x18ull
#define PAGE_NO_EXECUTE 0x8000000000000000ull

/* The first 4 GiB one to one, all access. False: the pool is used up. */
bool page_table_make(void);

/* Maps one page, or takes it away when `flags` is 0. False: the pool is used up. */
bool page_table_map(uint64_t virtual_address, uint64_t physical, uint64_t flags);

/* Makes the processor use them, from the beginning again. */
void page_table_use(void);
