/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/paging.h"

#include <stdbool.h>
#include <stddef.h>

#include "arch/cpu.h"
#include "efi/types.h"
#include "lib/assert.h"

/* Intel SDM vol. 3 §4.5: four-level paging. */
#define ENTRY_PRESENT    (1ull << 0)
#define ENTRY_WRITE      (1ull << 1)
#define ENTRY_PWT        (1ull << 3)
#define ENTRY_PCD        (1ull << 4)
#define ENTRY_LARGE      (1ull << 7)
#define ENTRY_NX         (1ull << 63)
#define ENTRY_ADDRESS    0x000ffffffffff000ull
#define ENTRY_ATTRIBUTES (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_PWT | ENTRY_PCD | ENTRY_NX)

#define LEVEL_PML4 3
#define LEVEL_PDPT 2
#define LEVEL_PD   1
#define LEVEL_PT   0

#define CPUID_EXT_FEATURES     0x80000001
#define CPUID_EXT_EDX_1G_PAGES (1u << 26)
#define CPUID_ADDRESS_SIZES    0x80000008

#define MSR_PAT 0x277
/* The order at reset, stated so that nobody's earlier choice matters: WB, WT, UC-, UC, and again.
 */
#define PAT_VALUE 0x0007040600070406ull

/* Above this many pages one reload of CR3 is cheaper than single invalidations. */
#define INVALIDATE_MAX 16

static uint64_t *root;
static void *(*allocate_table)(void);
static bool has_1g_pages;
static bool active;

static unsigned level_shift(int level)
{
    return 12 + 9 * (unsigned)level;
}

static uint64_t *table_of(uint64_t entry)
{
    return (uint64_t *)(entry & ENTRY_ADDRESS);
}

static uint64_t *slot(uint64_t *table, int level, uint64_t address)
{
    return &table[address >> level_shift(level) & 511];
}

static uint64_t access_bits(enum page_access access)
{
    switch (access) {
    case PAGE_READ:
        return ENTRY_PRESENT | ENTRY_NX;
    case PAGE_READ_WRITE:
        return ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX;
    case PAGE_READ_EXECUTE:
        return ENTRY_PRESENT;
    case PAGE_ALL:
        return ENTRY_PRESENT | ENTRY_WRITE;
    case PAGE_NONE:
        break;
    }
    return 0;
}

static uint64_t cache_bits(enum page_cache cache)
{
    return cache == CACHE_UNCACHED ? ENTRY_PCD | ENTRY_PWT : 0;
}

/* Replaces a large page, or a hole, by a table of the next level that says the same. */
static uint64_t *split(uint64_t *entry, int level)
{
    uint64_t *table = allocate_table();
    if (table == NULL)
        return NULL;

    uint64_t size = 1ull << level_shift(level - 1);
    if ((*entry & ENTRY_LARGE) != 0) {
        uint64_t part = *entry - (level == LEVEL_PD ? ENTRY_LARGE : 0);
        for (unsigned i = 0; i < 512; i++, part += size)
            table[i] = part;
    }
    *entry = (uintptr_t)table | ENTRY_PRESENT | ENTRY_WRITE;
    return table;
}

static bool is_table(uint64_t entry, int level)
{
    return level > LEVEL_PT && (entry & (ENTRY_PRESENT | ENTRY_LARGE)) == ENTRY_PRESENT;
}

/* Can one entry of this level map all from `address` on? */
static bool fits(uint64_t address, uint64_t size, int level)
{
    uint64_t page = 1ull << level_shift(level);
    if (level == LEVEL_PML4 || (level == LEVEL_PDPT && !has_1g_pages))
        return false;
    return IS_ALIGNED(address, page) && size >= page;
}

static void invalidate(uint64_t base, uint64_t pages)
{
    if (!active)
        return;
    if (pages > INVALIDATE_MAX) {
        paging_activate();
        return;
    }
    for (uint64_t i = 0; i < pages; i++)
        __asm__ volatile("invlpg (%0)" : : "r"(base + i * EFI_PAGE_SIZE) : "memory");
}

/* What one leaf becomes: `keep_cache` takes the caching that was there. */
struct change {
    enum page_access access;
    uint64_t cache;
    bool keep_cache;
};

static uint64_t leaf_entry(uint64_t old, uint64_t address, int level, const struct change *change)
{
    uint64_t entry = address | access_bits(change->access);
    entry |= change->keep_cache ? old & (ENTRY_PCD | ENTRY_PWT) : change->cache;
    if (level > LEVEL_PT)
        entry |= ENTRY_LARGE;
    return entry;
}

static EFI_STATUS apply(uint64_t base, uint64_t size, const struct change *change)
{
    ASSERT(IS_ALIGNED(base, EFI_PAGE_SIZE) && IS_ALIGNED(size, EFI_PAGE_SIZE));
    ASSERT(base + size <= 1ull << paging_physical_bits() && base + size >= base);

    for (uint64_t address = base, left = size; left > 0;) {
        uint64_t *table = root;
        int level = LEVEL_PML4;
        uint64_t *entry = slot(table, level, address);
        while (is_table(*entry, level) || !fits(address, left, level)) {
            if (level == LEVEL_PT)
                break;
            table = is_table(*entry, level) ? table_of(*entry) : split(entry, level);
            if (table == NULL)
                return EFI_OUT_OF_RESOURCES;
            entry = slot(table, --level, address);
        }
        *entry = leaf_entry(*entry, address, level, change);
        uint64_t page = 1ull << level_shift(level);
        address += page;
        left -= page;
    }
    invalidate(base, size / EFI_PAGE_SIZE);
    return EFI_SUCCESS;
}

EFI_STATUS paging_set(uint64_t base, uint64_t size, enum page_access access, enum page_cache cache)
{
    return apply(base, size, &(struct change){access, cache_bits(cache), false});
}

EFI_STATUS paging_protect(uint64_t base, uint64_t size, enum page_access access)
{
    return apply(base, size, &(struct change){access, 0, true});
}

static void allow_execution(uint64_t *table, int level)
{
    for (unsigned i = 0; i < 512; i++) {
        if (is_table(table[i], level))
            allow_execution(table_of(table[i]), level - 1);
        else if ((table[i] & (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_PCD)) ==
                 (ENTRY_PRESENT | ENTRY_WRITE))
            table[i] &= ~ENTRY_NX;
    }
}

void paging_allow_execution(void)
{
    allow_execution(root, LEVEL_PML4);
    paging_activate();
}

enum page_access paging_query(uint64_t address)
{
    uint64_t *table = root;
    for (int level = LEVEL_PML4;; level--) {
        uint64_t entry = *slot(table, level, address);
        if (is_table(entry, level)) {
            table = table_of(entry);
            continue;
        }
        if ((entry & ENTRY_PRESENT) == 0)
            return PAGE_NONE;
        if ((entry & ENTRY_NX) != 0)
            return (entry & ENTRY_WRITE) != 0 ? PAGE_READ_WRITE : PAGE_READ;
        return (entry & ENTRY_WRITE) != 0 ? PAGE_ALL : PAGE_READ_EXECUTE;
    }
}

unsigned paging_physical_bits(void)
{
    static unsigned bits;
    if (bits == 0)
        bits = MIN(cpu_cpuid(CPUID_ADDRESS_SIZES, 0).eax & 0xff, 47u);
    return bits;
}

EFI_STATUS paging_init(void *(*allocate)(void))
{
    allocate_table = allocate;
    has_1g_pages = (cpu_cpuid(CPUID_EXT_FEATURES, 0).edx & CPUID_EXT_EDX_1G_PAGES) != 0;
    root = allocate();
    if (root == NULL)
        return EFI_OUT_OF_RESOURCES;
    cpu_write_msr(MSR_PAT, PAT_VALUE);
    return EFI_SUCCESS;
}

void paging_forget(void)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

void paging_activate(void)
{
    active = true;
    paging_forget();
}

uint64_t paging_root(void)
{
    return (uintptr_t)root;
}

void paging_init_application_processor(void)
{
    cpu_write_msr(MSR_PAT, PAT_VALUE);
    paging_forget();
}
