/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "core/pages.h"
#include "core/pool.h"

#define ARENA_SIZE (1ull << 20)

/* The firmware's own pool, over real memory below 4 GiB. */
static int give_ram(void **state)
{
    void *arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (arena == MAP_FAILED)
        return -1;
    *state = arena;
    return (int)pages_add((uintptr_t)arena, ARENA_SIZE, EfiConventionalMemory, EFI_MEMORY_WB);
}

static uint64_t free_pages(void)
{
    size_t count;
    uint64_t pages = 0;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    for (size_t i = 0; i < count; i++)
        if (map[i].Type == EfiConventionalMemory)
            pages += map[i].NumberOfPages;
    return pages;
}

static void every_size_is_usable_and_aligned(void **state)
{
    for (size_t size = 0; size < 5000; size += 7) {
        void *memory;
        assert_int_equal(pool_allocate_type(EfiLoaderData, size, &memory), EFI_SUCCESS);
        assert_int_equal((uintptr_t)memory % 16, 0);
        memset(memory, 0xa5, size);
        assert_int_equal(pages_type((uintptr_t)memory), EfiLoaderData);
        assert_int_equal(pool_release(memory), EFI_SUCCESS);
    }
}

static void allocations_do_not_overlap(void **state)
{
    uint8_t *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = pool_alloc(1 + i);
        assert_non_null(blocks[i]);
        memset(blocks[i], (int)i, 1 + i);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j <= i; j++)
            assert_int_equal(blocks[i][j], i);
        pool_free(blocks[i]);
    }
}

static void types_do_not_share_pages(void **state)
{
    void *data, *runtime;
    assert_int_equal(pool_allocate_type(EfiBootServicesData, 40, &data), EFI_SUCCESS);
    assert_int_equal(pool_allocate_type(EfiRuntimeServicesData, 40, &runtime), EFI_SUCCESS);
    assert_int_equal(pages_type((uintptr_t)data), EfiBootServicesData);
    assert_int_equal(pages_type((uintptr_t)runtime), EfiRuntimeServicesData);
    assert_int_equal(pool_release(data), EFI_SUCCESS);
    assert_int_equal(pool_release(runtime), EFI_SUCCESS);
}

static void large_allocations_give_their_pages_back(void **state)
{
    uint64_t before = free_pages();
    void *memory;
    assert_int_equal(pool_allocate_type(EfiLoaderData, 100000, &memory), EFI_SUCCESS);
    assert_int_equal(free_pages(), before - 25);
    assert_int_equal(pool_release(memory), EFI_SUCCESS);
    assert_int_equal(free_pages(), before);
}

static void what_is_not_an_allocation_is_refused(void **state)
{
    void *memory;
    assert_int_equal(pool_release(NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(pool_release((void *)(uintptr_t)0x10), EFI_INVALID_PARAMETER);
    assert_int_equal(pool_release((void *)UINTPTR_MAX), EFI_INVALID_PARAMETER);
    assert_int_equal(pool_release(*state), EFI_INVALID_PARAMETER);
    assert_int_equal(pool_allocate_type(EfiLoaderData, 64, &memory), EFI_SUCCESS);
    assert_int_equal(pool_release((char *)memory + 1), EFI_INVALID_PARAMETER);
    assert_int_equal(pool_release((char *)memory + 16), EFI_INVALID_PARAMETER);
    assert_int_equal(pool_release(memory), EFI_SUCCESS);
    assert_int_equal(pool_release(memory), EFI_INVALID_PARAMETER); /* twice */
    assert_int_equal(pool_allocate_type(EfiLoaderData, 9000, &memory), EFI_SUCCESS);
    assert_int_equal(pool_release(memory), EFI_SUCCESS);
    assert_int_equal(pool_release(memory), EFI_INVALID_PARAMETER);
}

static void too_much_is_out_of_resources(void **state)
{
    void *memory = state;
    assert_int_equal(pool_allocate_type(EfiLoaderData, SIZE_MAX, &memory), EFI_OUT_OF_RESOURCES);
    assert_int_equal(pool_allocate_type(EfiLoaderData, SIZE_MAX - 15, &memory),
                     EFI_OUT_OF_RESOURCES);
    assert_int_equal(pool_allocate_type(EfiLoaderData, ARENA_SIZE, &memory), EFI_OUT_OF_RESOURCES);
    assert_ptr_equal(memory, state);
}

static void many_types_of_loaders_work_too(void **state)
{
    for (uint32_t i = 0; i < 40; i++) {
        void *memory;
        assert_int_equal(pool_allocate_type(EFI_MEMORY_TYPE_OS_FIRST + i, 10, &memory),
                         EFI_SUCCESS);
        assert_int_equal(pages_type((uintptr_t)memory), EFI_MEMORY_TYPE_OS_FIRST + i);
        assert_int_equal(pool_release(memory), EFI_SUCCESS);
    }
}

static bool executable;

static bool may_execute(uint32_t type)
{
    return executable && type == EfiLoaderData;
}

static uintptr_t page_of(uint32_t type)
{
    void *memory;
    assert_int_equal(pool_allocate_type(type, 40, &memory), EFI_SUCCESS);
    assert_int_equal(pool_release(memory), EFI_SUCCESS);
    return (uintptr_t)memory / EFI_PAGE_SIZE;
}

static void executable_memory_has_pages_of_its_own(void **state)
{
    pool_set_execution_hook(may_execute);
    uintptr_t plain = page_of(EfiLoaderData), data = page_of(EfiBootServicesData);
    executable = true;
    uintptr_t code = page_of(EfiLoaderData);
    assert_int_not_equal(code, plain);
    assert_int_equal(page_of(EfiBootServicesData), data);
    executable = false;
    assert_int_equal(page_of(EfiLoaderData), plain);
    executable = true;
    assert_int_equal(page_of(EfiLoaderData), code);
    pool_set_execution_hook(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_usable_and_aligned),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(types_do_not_share_pages),
        cmocka_unit_test(large_allocations_give_their_pages_back),
        cmocka_unit_test(what_is_not_an_allocation_is_refused),
        cmocka_unit_test(too_much_is_out_of_resources),
        cmocka_unit_test(executable_memory_has_pages_of_its_own),
        cmocka_unit_test(many_types_of_loaders_work_too),
    };
    return cmocka_run_group_tests(tests, give_ram, NULL);
}
