/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* core/pool.h over malloc, so that ASan sees every overrun. */
#include <stdlib.h>

#include "core/pool.h"
#include "host/pool.h"

static size_t allocations_left = SIZE_MAX;

void host_fail_allocation_after(size_t count)
{
    allocations_left = count;
}

static bool allocation_fails(void)
{
    if (allocations_left == SIZE_MAX)
        return false;
    if (allocations_left == 0)
        return true;
    allocations_left--;
    return false;
}

void *pool_alloc(size_t size)
{
    return allocation_fails() ? NULL : malloc(size > 0 ? size : 1);
}

void *pool_alloc_zeroed(size_t size)
{
    return allocation_fails() ? NULL : calloc(1, size > 0 ? size : 1);
}

void pool_free(void *memory)
{
    free(memory);
}

void *pool_alloc_pages(size_t size)
{
    return allocation_fails() ? NULL : aligned_alloc(EFI_PAGE_SIZE, ALIGN_UP(size, EFI_PAGE_SIZE));
}

void pool_free_pages(void *memory, size_t size)
{
    free(memory);
}
