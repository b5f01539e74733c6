/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "core/pages.h"
#include "models/cpu.h"

/* Real memory at a fixed low address for the page map to give out, and a page table that is an
 * array. */
#define FAKE_MEMORY_BASE 0x40000000ull
#define FAKE_MEMORY_SIZE (64ull << 20)

static enum page_access fake_table[FAKE_MEMORY_SIZE / EFI_PAGE_SIZE];

static inline EFI_STATUS fake_protect(uint64_t base, uint64_t size, enum page_access access)
{
    for (uint64_t at = base; at < base + size; at += EFI_PAGE_SIZE) {
        assert_in_range(at, FAKE_MEMORY_BASE, FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE - 1);
        fake_table[(at - FAKE_MEMORY_BASE) / EFI_PAGE_SIZE] = access;
    }
    return EFI_SUCCESS;
}

static inline enum page_access fake_query(uint64_t address)
{
    if (address < FAKE_MEMORY_BASE || address >= FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE)
        return PAGE_READ_WRITE;
    return fake_table[(address - FAKE_MEMORY_BASE) / EFI_PAGE_SIZE];
}

/* As memory_services.c does it: what is given back is read-write again. */
static inline void fake_follow(uint64_t base, uint64_t size, uint32_t type)
{
    if (type == EfiConventionalMemory)
        fake_protect(base, size, PAGE_READ_WRITE);
}

/* Once per program, before the first use of the page map. */
static inline int fake_memory_setup(void **state)
{
    void *memory = mmap((void *)FAKE_MEMORY_BASE, FAKE_MEMORY_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory != (void *)FAKE_MEMORY_BASE)
        return -1;
    fake_cpu_reset();
    fake_paging.protect = fake_protect;
    fake_paging.query = fake_query;
    for (size_t i = 0; i < FAKE_MEMORY_SIZE / EFI_PAGE_SIZE; i++)
        fake_table[i] = PAGE_READ_WRITE;
    pages_set_access_hook(fake_follow);
    return pages_add(FAKE_MEMORY_BASE, FAKE_MEMORY_SIZE, EfiConventionalMemory, EFI_MEMORY_WB) ==
                   EFI_SUCCESS
               ? 0
               : -1;
}
