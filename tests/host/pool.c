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

/* Those that are in use; of more than these nobody is told. */
static struct host_pages pages[1024];
static size_t pages_count;

void *pool_alloc_pages(size_t size)
{
    if (allocation_fails())
        return NULL;
    void *memory = aligned_alloc(EFI_PAGE_SIZE, ALIGN_UP(size, EFI_PAGE_SIZE));
    if (memory != NULL && pages_count < ARRAY_SIZE(pages))
        pages[pages_count++] = (struct host_pages){memory, size};
    return memory;
}

void pool_free_pages(void *memory, size_t size)
{
    for (size_t i = 0; i < pages_count; i++) {
        if (pages[i].memory == memory) {
            pages[i] = pages[--pages_count];
            break;
        }
    }
    free(memory);
}

const struct host_pages *host_pages_list(size_t *ret_count)
{
    *ret_count = pages_count;
    return pages;
}

void host_pages_forget(void)
{
    pages_count = 0;
}
