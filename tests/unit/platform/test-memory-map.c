/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/captured_log.h"
#include "platform/memory_map.h"

static struct memory_map map;

static int set_up(void **state)
{
    map.count = 0;
    captured_log_start();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    return 0;
}

static void add(uint64_t base, uint64_t size, uint32_t kind)
{
    assert_int_equal(memory_map_add(&map, base, size, kind), EFI_SUCCESS);
}

static void expect(const struct memory_range *ranges, size_t count)
{
    assert_int_equal(map.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(map.ranges[i].base, ranges[i].base);
        assert_int_equal(map.ranges[i].size, ranges[i].size);
        assert_int_equal(map.ranges[i].kind, ranges[i].kind);
    }
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        const struct memory_range ranges[] = {__VA_ARGS__};                                        \
        expect(ranges, ARRAY_SIZE(ranges));                                                        \
    } while (0)

static void an_unsorted_map_is_sorted_and_merged(void **state)
{
    add(0x100000000, 0x1000, MEMORY_RAM);
    add(0x2000, 0x1000, MEMORY_RAM);
    add(0xe8000000, 0x1000, MEMORY_RESERVED);
    add(0x1000, 0x1000, MEMORY_RAM);
    add(0x3000, 0x1000, MEMORY_RAM);
    EXPECT({0x1000, 0x3000, MEMORY_RAM}, {0xe8000000, 0x1000, MEMORY_RESERVED},
           {0x100000000, 0x1000, MEMORY_RAM});
}

static void the_more_restrictive_kind_wins(void **state)
{
    const struct {
        uint32_t a, b, winner;
    } cases[] = {
        {MEMORY_RAM, MEMORY_ACPI, MEMORY_ACPI},
        {MEMORY_ACPI, MEMORY_NVS, MEMORY_NVS},
        {MEMORY_NVS, MEMORY_RESERVED, MEMORY_RESERVED},
        {MEMORY_RESERVED, MEMORY_UNUSABLE, MEMORY_UNUSABLE},
        {MEMORY_RAM, 0xefffffff, MEMORY_RESERVED},
        {MEMORY_RAM, 0, MEMORY_RESERVED},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (int swap = 0; swap < 2; swap++) {
            map.count = 0;
            add(0x1000, 0x1000, swap ? cases[i].b : cases[i].a);
            add(0x1000, 0x1000, swap ? cases[i].a : cases[i].b);
            EXPECT({0x1000, 0x1000, cases[i].winner});
        }
    }
}

static void overlaps_are_cut_into_parts(void **state)
{
    add(0x1000, 0x5000, MEMORY_RAM);
    add(0x2000, 0x1000, MEMORY_RESERVED);
    EXPECT({0x1000, 0x1000, MEMORY_RAM}, {0x2000, 0x1000, MEMORY_RESERVED},
           {0x3000, 0x3000, MEMORY_RAM});

    /* RAM over everything fills the gaps only. */
    add(0, 0x8000, MEMORY_RAM);
    EXPECT({0, 0x2000, MEMORY_RAM}, {0x2000, 0x1000, MEMORY_RESERVED},
           {0x3000, 0x5000, MEMORY_RAM});
    add(0, 0x10000, MEMORY_UNUSABLE);
    EXPECT({0, 0x10000, MEMORY_UNUSABLE});
}

static void ram_is_rounded_inwards_and_the_rest_outwards(void **state)
{
    add(0, 0x9fc00, MEMORY_RAM);
    add(0x9fc00, 0x400, MEMORY_RESERVED);
    add(0x100001, 0x2000, MEMORY_RAM);
    add(0x200001, 0x10, MEMORY_RAM);
    add(0x300001, 0x10, MEMORY_ACPI);
    add(0x300020, 0x10, MEMORY_NVS);
    assert_int_equal(memory_map_finish(&map), EFI_SUCCESS);
    EXPECT({0, 0x9f000, MEMORY_RAM}, {0x9f000, 0x1000, MEMORY_RESERVED},
           {0x101000, 0x1000, MEMORY_RAM}, {0x300000, 0x1000, MEMORY_NVS});
}

static void ram_in_odd_pieces_loses_no_page(void **state)
{
    add(0x1000, 0x1800, MEMORY_RAM);
    add(0x2800, 0x1800, MEMORY_RAM);
    assert_int_equal(memory_map_finish(&map), EFI_SUCCESS);
    EXPECT({0x1000, 0x3000, MEMORY_RAM});
}

static void empty_and_wrapping_entries_are_survived(void **state)
{
    add(0x5000, 0, MEMORY_RAM);
    assert_int_equal(captured_log_lines(), 0);
    add(0xfffffffffffff000, 0x2000, MEMORY_RAM);
    add(0x8000, UINT64_MAX, MEMORY_RAM);
    assert_true(captured_log_has("wraps around"));
    assert_int_equal(map.count, 0);

    /* What must not be used stays forbidden up to the end. */
    add(0x1000, 0x1000, MEMORY_RAM);
    add(0x2000, UINT64_MAX, MEMORY_RESERVED);
    EXPECT({0x1000, 0x1000, MEMORY_RAM}, {0x2000, (1ull << 52) - 0x2000, MEMORY_RESERVED});
}

static void addresses_beyond_52_bits_are_cut(void **state)
{
    add(0, UINT64_MAX, MEMORY_RAM);
    EXPECT({0, 1ull << 52, MEMORY_RAM});
    add(1ull << 60, 0x1000, MEMORY_RAM);
    EXPECT({0, 1ull << 52, MEMORY_RAM});
}

static void a_fragmented_map_loses_ram_but_no_reservation(void **state)
{
    for (unsigned i = 0; i < 2 * MEMORY_MAP_MAX; i++)
        add(i * 0x2000ull, 0x1000, MEMORY_RAM);
    assert_int_equal(map.count, MEMORY_MAP_MAX);
    assert_true(captured_log_has("too many ranges"));
    assert_int_equal(memory_map_add(&map, 0x100000000, 0x1000, MEMORY_RESERVED),
                     EFI_OUT_OF_RESOURCES);
    /* Still sorted and without overlaps. */
    for (size_t i = 1; i < map.count; i++)
        assert_true(map.ranges[i - 1].base + map.ranges[i - 1].size <= map.ranges[i].base);
}

static void tables_are_looked_for_in_memory_only(void **state)
{
    add(0x100000, 0x100000, MEMORY_RAM);
    add(0x200000, 0x10000, MEMORY_RESERVED);
    add(0x210000, 0x10000, MEMORY_NVS);
    add(0xe0000000, 0x1000000, MEMORY_RESERVED);
    add(0x100000000, 0x100000, MEMORY_RAM);
    const struct {
        uint64_t address, size;
        bool allowed;
    } cases[] = {
        {0x400, 36, true},          {0x3f0, 36, false},     /* interrupt vectors */
        {0xa0000, 0x60000, true},   {0xfffff, 2, false},    /* leaves the first MiB */
        {0x100000, 0x100000, true}, {0x1ffff0, 0x20, true}, /* RAM and what is reserved above it */
        {0x21fff0, 0x10, true},     {0x21fff0, 0x11, false},
        {0xe0000000, 36, false},  /* reserved, but not beside memory: devices */
        {0x100000000, 36, false}, /* not mapped yet */
        {0xfffffff0, 0x20, false},  {0x120000, 0, false},
        {UINT64_MAX, 2, false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(memory_map_may_hold_tables(&map, cases[i].address, cases[i].size),
                         cases[i].allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_unsorted_map_is_sorted_and_merged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_more_restrictive_kind_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(overlaps_are_cut_into_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ram_is_rounded_inwards_and_the_rest_outwards, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(ram_in_odd_pieces_loses_no_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_and_wrapping_entries_are_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(addresses_beyond_52_bits_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fragmented_map_loses_ram_but_no_reservation, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tables_are_looked_for_in_memory_only, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
