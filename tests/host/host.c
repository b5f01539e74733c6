/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The host's versions of src/core's pool and panic: malloc, so that ASan sees every overrun, and abort. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/panic.h"
#include "core/pool.h"
#include "host/host.h"
#include "lib/assert.h"

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

void panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void assert_failed(const char *file, int line, const char *condition)
{
    panic("%s:%d: assertion failed: %s", file, line, condition);
}
