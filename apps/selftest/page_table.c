/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/page_table.h"

#include <stddef.h>

#include "selftest/cpu.h"

#define ENTRIES     512
#define POOL_PAGES  160
#define PAGE        4096ull
#define LARGE_PAGE  0x80ull
#define LARGE_SIZE  (2ull << 20)
#define ADDRESS     0x000ffffffffff000ull
#define FOUR_GIB    (4ull << 30)
#define TABLE_FLAGS (PAGE_PRESENT | PAGE_WRITE)

static uint64_t pool[POOL_PAGES][ENTRIES] __attribute__((aligned(4096)));
static unsigned used;
static uint64_t *root;

static uint64_t *new_table(void)
{
    return used < POOL_PAGES ? pool[used++] : NULL;
}

static uint64_t *table_at(uint64_t entry)
{
    return (uint64_t *)(uintptr_t)(entry & ADDRESS);
}

/* The table below an entry, made if it is not there; a large page becomes small ones. */
static uint64_t *descend(uint64_t *entry)
{
    if ((*entry & PAGE_PRESENT) != 0 && (*entry & LARGE_PAGE) == 0)
        return table_at(*entry);
    uint64_t *table = new_table();
    if (table == NULL)
        return NULL;
    for (unsigned i = 0; (*entry & PAGE_PRESENT) != 0 && i < ENTRIES; i++)
        table[i] = (*entry & ~LARGE_PAGE) + i * PAGE;
    *entry = (uint64_t)(uintptr_t)table | TABLE_FLAGS;
    return table;
}

static uint64_t *entry_of(uint64_t address, unsigned last_shift)
{
    uint64_t *table = root;
    for (unsigned shift = 39;; shift -= 9) {
        uint64_t *entry = &table[address >> shift & (ENTRIES - 1)];
        if (shift == last_shift)
            return entry;
        table = descend(entry);
        if (table == NULL)
            return NULL;
    }
}

bool page_table_make(void)
{
    used = 0;
    root = new_table();
    for (uint64_t at = 0; at < FOUR_GIB; at += LARGE_SIZE) {
        uint64_t *entry = entry_of(at, 21);
        if (entry == NULL)
            return false;
        *entry = at | LARGE_PAGE | TABLE_FLAGS;
    }
    return true;
}

bool page_table_map(uint64_t virtual_address, uint64_t physical, uint64_t flags)
{
    uint64_t *entry = entry_of(virtual_address, 12);
    if (entry == NULL)
        return false;
    *entry = flags == 0 ? 0 : physical | flags;
    return true;
}

void page_table_use(void)
{
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr0(read_cr0() | CR0_WP);
    write_cr3((uint64_t)(uintptr_t)root);
}
