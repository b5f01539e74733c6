/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "core/pages.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

/* The page map is one object for the whole program: each test works in a region of its own, which
 * it describes and removes again (type EfiReservedMemoryType). Numbers only; nothing is mapped
 * there. */

static uint64_t hook_base, hook_size;
static uint32_t hook_type;

static void hook(uint64_t base, uint64_t size, uint32_t type)
{
    hook_base = base;
    hook_size = size;
    hook_type = type;
}

static size_t count_of(uint32_t type)
{
    size_t count, found = 0;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    for (size_t i = 0; i < count; i++)
        found += map[i].Type == type;
    return found;
}

static void check_order(void)
{
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    for (size_t i = 0; i + 1 < count; i++)
        assert_true(map[i].PhysicalStart + map[i].NumberOfPages * EFI_PAGE_SIZE <=
                    map[i + 1].PhysicalStart);
}

static void describe(uint64_t base, uint64_t size, uint32_t type)
{
    assert_int_equal(pages_add(base, size, type, EFI_MEMORY_WB), EFI_SUCCESS);
    check_order();
}

static int forget_ram(void **state)
{
    describe(0, 16 * GIB, EfiReservedMemoryType);
    pages_set_access_hook(NULL);
    pages_set_change_hook(NULL);
    return 0;
}

static void neighbours_merge_and_overlaps_are_replaced(void **state)
{
    describe(1 * MIB, 1 * MIB, EfiConventionalMemory);
    describe(2 * MIB, 1 * MIB, EfiConventionalMemory);
    assert_int_equal(count_of(EfiConventionalMemory), 1);
    describe(1 * MIB + 4096, 4096, EfiACPIReclaimMemory);
    assert_int_equal(count_of(EfiConventionalMemory), 2);
    assert_int_equal(pages_type(1 * MIB), EfiConventionalMemory);
    assert_int_equal(pages_type(1 * MIB + 4096), EfiACPIReclaimMemory);
    assert_int_equal(pages_type(1 * MIB + 8191), EfiACPIReclaimMemory);
    assert_int_equal(pages_type(1 * MIB + 8192), EfiConventionalMemory);
    describe(0, 4 * MIB, EfiConventionalMemory);
    assert_int_equal(count_of(EfiACPIReclaimMemory), 0);
}

static void bad_descriptions_are_refused(void **state)
{
    assert_int_equal(pages_add(1, 4096, EfiConventionalMemory, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(pages_add(4096, 1, EfiConventionalMemory, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(pages_add(0xfffffffffffff000, 8192, EfiConventionalMemory, 0),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(pages_type(20 * GIB), EfiMaxMemoryType);
}

static void allocation_goes_down_from_below_4_gib(void **state)
{
    describe(1 * MIB, 3 * GIB - 1 * MIB, EfiConventionalMemory);
    describe(4 * GIB, 4 * GIB, EfiConventionalMemory);
    uint64_t first, second;
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 2, &first), EFI_SUCCESS);
    assert_int_equal(first, 3 * GIB - 8192);
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderCode, 1, &second), EFI_SUCCESS);
    assert_int_equal(second, 3 * GIB - 12288);
    assert_int_equal(pages_type(first), EfiLoaderData);

    /* What does not fit below goes above. */
    uint64_t big;
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 3 * GIB / 4096, &big),
                     EFI_SUCCESS);
    assert_true(big >= 4 * GIB);
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 16 * GIB / 4096, &big),
                     EFI_OUT_OF_RESOURCES);
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, UINT64_MAX, &big),
                     EFI_OUT_OF_RESOURCES);
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 0, &big),
                     EFI_OUT_OF_RESOURCES);
}

static void page_zero_is_never_given_out(void **state)
{
    describe(0, 8192, EfiConventionalMemory);
    uint64_t address;
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 1, &address), EFI_SUCCESS);
    assert_int_equal(address, 4096);
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 1, &address),
                     EFI_OUT_OF_RESOURCES);
    address = 0;
    assert_int_equal(pages_allocate(AllocateAddress, EfiLoaderData, 1, &address), EFI_NOT_FOUND);
}

static void maximum_address_is_inclusive(void **state)
{
    describe(1 * MIB, 15 * MIB, EfiConventionalMemory);
    uint64_t address = 8 * MIB - 1;
    assert_int_equal(pages_allocate(AllocateMaxAddress, EfiLoaderData, 1, &address), EFI_SUCCESS);
    assert_int_equal(address, 8 * MIB - 4096);
    address = 8 * MIB - 2;
    assert_int_equal(pages_allocate(AllocateMaxAddress, EfiLoaderData, 1, &address), EFI_SUCCESS);
    assert_int_equal(address, 8 * MIB - 8192);
    address = UINT64_MAX;
    assert_int_equal(pages_allocate(AllocateMaxAddress, EfiLoaderData, 1, &address), EFI_SUCCESS);
    assert_int_equal(address, 16 * MIB - 4096);
    address = 4096;
    assert_int_equal(pages_allocate(AllocateMaxAddress, EfiLoaderData, 1, &address),
                     EFI_OUT_OF_RESOURCES);
}

static void a_fixed_address_must_be_free(void **state)
{
    describe(1 * MIB, 1 * MIB, EfiConventionalMemory);
    uint64_t address = 1 * MIB + 4096;
    assert_int_equal(pages_allocate(AllocateAddress, EfiLoaderData, 2, &address), EFI_SUCCESS);
    assert_int_equal(pages_allocate(AllocateAddress, EfiLoaderData, 1, &address), EFI_NOT_FOUND);
    address = 2 * MIB - 4096;
    assert_int_equal(pages_allocate(AllocateAddress, EfiLoaderData, 2, &address), EFI_NOT_FOUND);
    address += 1;
    assert_int_equal(pages_allocate(AllocateAddress, EfiLoaderData, 1, &address), EFI_NOT_FOUND);
}

static void alignment_is_kept(void **state)
{
    describe(1 * MIB, 15 * MIB + 4096, EfiConventionalMemory);
    uint64_t address;
    assert_int_equal(pages_allocate_aligned(EfiLoaderCode, 1, 2 * MIB, 4 * GIB, &address),
                     EFI_SUCCESS);
    assert_int_equal(address, 16 * MIB);
    assert_int_equal(pages_allocate_aligned(EfiLoaderCode, 1, 2 * MIB, 4 * GIB, &address),
                     EFI_SUCCESS);
    assert_int_equal(address, 14 * MIB);
    assert_int_equal(pages_allocate_aligned(EfiLoaderCode, 1, 32 * MIB, 4 * GIB, &address),
                     EFI_OUT_OF_RESOURCES);
}

static void freeing_takes_only_what_was_allocated(void **state)
{
    describe(1 * MIB, 1 * MIB, EfiConventionalMemory);
    describe(2 * MIB, 1 * MIB, EfiBootServicesData);
    uint64_t address;
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderData, 4, &address), EFI_SUCCESS);
    assert_int_equal(pages_free(address + 1, 1), EFI_INVALID_PARAMETER);
    assert_int_equal(pages_free(address, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(pages_free(address, UINT64_MAX), EFI_INVALID_PARAMETER);
    assert_int_equal(pages_free(2 * MIB, 1), EFI_NOT_FOUND);
    assert_int_equal(pages_free(address, 5), EFI_NOT_FOUND);
    assert_int_equal(pages_type(address), EfiLoaderData);

    /* Part of an allocation may be freed. */
    assert_int_equal(pages_free(address + 4096, 2), EFI_SUCCESS);
    assert_int_equal(pages_type(address + 4096), EfiConventionalMemory);
    assert_int_equal(pages_free(address + 4096, 1), EFI_NOT_FOUND);
    assert_int_equal(pages_free(address, 1), EFI_SUCCESS);
    assert_int_equal(pages_free(address + 3 * 4096, 1), EFI_SUCCESS);
    assert_int_equal(count_of(EfiConventionalMemory), 1);
}

static unsigned changes;

static void count_change(void)
{
    changes++;
}

static void the_key_and_the_hooks_follow_changes(void **state)
{
    describe(1 * MIB, 1 * MIB, EfiConventionalMemory);
    pages_set_access_hook(hook);
    pages_set_change_hook(count_change);
    changes = 0;
    size_t key = pages_key();
    uint64_t address;
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiLoaderCode, 3, &address), EFI_SUCCESS);
    assert_int_not_equal(pages_key(), key);
    assert_int_equal(changes, 1);
    assert_int_equal(hook_base, address);
    assert_int_equal(hook_size, 3 * 4096);
    assert_int_equal(hook_type, EfiLoaderCode);
    key = pages_key();
    assert_int_equal(pages_free(address, 3), EFI_SUCCESS);
    assert_int_not_equal(pages_key(), key);
    assert_int_equal(hook_type, EfiConventionalMemory);

    key = pages_key();
    assert_int_equal(pages_free(address, 3), EFI_NOT_FOUND);
    assert_int_equal(pages_key(), key);
    assert_int_equal(changes, 2);
}

/* The map grows into pages of its own, which it takes from real memory. */
static void a_map_of_thousands_of_pieces(void **state)
{
    void *arena =
        mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    assert_ptr_not_equal(arena, MAP_FAILED);
    uint64_t base = (uintptr_t)arena;
    describe(base, 4 * MIB, EfiConventionalMemory);
    uint64_t taken[400];
    size_t count = ARRAY_SIZE(taken);
    for (size_t i = 0; i < count; i++) {
        taken[i] = base + i * 2 * 4096;
        assert_int_equal(pages_allocate(AllocateAddress, EfiLoaderData, 1, &taken[i]), EFI_SUCCESS);
    }
    assert_true(count_of(EfiLoaderData) == count);
    check_order();
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pages_free(taken[i], 1), EFI_SUCCESS);
    check_order();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(neighbours_merge_and_overlaps_are_replaced, forget_ram),
        cmocka_unit_test_teardown(bad_descriptions_are_refused, forget_ram),
        cmocka_unit_test_teardown(allocation_goes_down_from_below_4_gib, forget_ram),
        cmocka_unit_test_teardown(page_zero_is_never_given_out, forget_ram),
        cmocka_unit_test_teardown(maximum_address_is_inclusive, forget_ram),
        cmocka_unit_test_teardown(a_fixed_address_must_be_free, forget_ram),
        cmocka_unit_test_teardown(alignment_is_kept, forget_ram),
        cmocka_unit_test_teardown(freeing_takes_only_what_was_allocated, forget_ram),
        cmocka_unit_test_teardown(the_key_and_the_hooks_follow_changes, forget_ram),
        cmocka_unit_test_teardown(a_map_of_thousands_of_pieces, forget_ram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
