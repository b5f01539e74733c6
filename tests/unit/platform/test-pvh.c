/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw/pvh.h"
#include "models/captured_log.h"
#include "models/memory_fixture.h"
#include "platform/pvh.h"

#define START_INFO 0x6000u
#define MAP        0x7000u
#define LINE       0x20000u
#define MODULES    0x6040u

static struct memory_fixture t;
static struct memory_map map;
static struct hvm_start_info *info;
static struct hvm_memmap_table_entry *entries;
static struct pvh pvh;

static int set_up(void **state)
{
    captured_log_start();
    memory_fixture_empty(&t);
    map.count = 0;
    info = (struct hvm_start_info *)memory_fixture_at(&t, START_INFO);
    entries = (struct hvm_memmap_table_entry *)memory_fixture_at(&t, MAP);
    *info = (struct hvm_start_info){.magic = PVH_START_MAGIC,
                                    .version = 1,
                                    .rsdp_paddr = 0xa0000,
                                    .cmdline_paddr = LINE,
                                    .memmap_paddr = MAP,
                                    .memmap_entries = 1};
    entries[0] = (struct hvm_memmap_table_entry){0x100000, 0x100000, MEMORY_RAM, 0};
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    memory_fixture_free(&t);
    return 0;
}

static void refused(const char *why)
{
    memset(&pvh, 0x5a, sizeof pvh);
    struct pvh before = pvh;
    assert_int_equal(pvh_read(START_INFO, &map, &pvh), EFI_VOLUME_CORRUPTED);
    assert_memory_equal(&pvh, &before, sizeof pvh);
    assert_int_equal(captured_log_lines(), 1);
    assert_true(captured_log_has(why));
}

static void accepted(void)
{
    assert_int_equal(pvh_read(START_INFO, &map, &pvh), EFI_SUCCESS);
}

static void a_plain_one_is_read(void **state)
{
    strcpy((char *)memory_fixture_at(&t, LINE), "one two");
    accepted();
    assert_int_equal(pvh.rsdp, 0xa0000);
    assert_string_equal(pvh.command_line, "one two");
    assert_int_equal(pvh.module_size, 0);
    assert_int_equal(map.count, 1);

    /* The copy does not depend on the VMM's page. */
    memset(memory_fixture_at(&t, LINE), 'x', 16);
    assert_string_equal(pvh.command_line, "one two");
}

static void a_wrong_magic_is_refused(void **state)
{
    info->magic ^= 1;
    refused("has magic 0x336ec579");
}

static void version_0_has_no_map(void **state)
{
    info->version = 0;
    refused("version 0");
}

static void later_versions_are_read_as_version_1(void **state)
{
    info->version = 7;
    accepted();
}

static void impossible_addresses_are_refused(void **state)
{
    const uint64_t addresses[] = {0, 0xfffffff0, 0x100000000, UINT64_MAX - 8};
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
        assert_int_equal(pvh_read(addresses[i], &map, &pvh), EFI_VOLUME_CORRUPTED);
    assert_int_equal(captured_log_lines(), ARRAY_SIZE(addresses));
}

static void maps_out_of_reach_are_refused(void **state)
{
    const uint64_t addresses[] = {0, 0xfffffff0, 0x100000000, UINT64_MAX - 8};
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        info->memmap_paddr = addresses[i];
        assert_int_equal(pvh_read(START_INFO, &map, &pvh), EFI_VOLUME_CORRUPTED);
    }
    assert_true(captured_log_has("memory map at 0xfffffff0"));
}

static void an_empty_map_is_refused(void **state)
{
    info->memmap_entries = 0;
    refused("memory map with 0 entries");
}

static void ten_thousand_entries_are_refused(void **state)
{
    info->memmap_entries = 10000;
    refused("memory map with 10000 entries");
}

static void a_reservation_that_cannot_be_noted_is_refused(void **state)
{
    info->memmap_entries = 1000;
    for (unsigned i = 0; i < 1000; i++)
        entries[i] = (struct hvm_memmap_table_entry){i * 0x4000ull, 0x1000, MEMORY_RESERVED, 0};
    assert_int_equal(pvh_read(START_INFO, &map, &pvh), EFI_OUT_OF_RESOURCES);
    assert_true(captured_log_has("more than 256 ranges"));
}

static void odd_entries_are_survived(void **state)
{
    info->memmap_entries = 5;
    entries[1] = (struct hvm_memmap_table_entry){0, 0, 0, 0}; /* QEMU's microvm has one */
    entries[2] = (struct hvm_memmap_table_entry){UINT64_MAX, UINT64_MAX, MEMORY_RAM, 0};
    entries[3] = (struct hvm_memmap_table_entry){0x100000, 0x80000, 77, 0};
    entries[4] = (struct hvm_memmap_table_entry){0, 0xa0000, MEMORY_RAM, ~0u};
    accepted();
    assert_int_equal(map.count, 3);
    assert_int_equal(map.ranges[1].kind, MEMORY_RESERVED);
    assert_int_equal(map.ranges[2].base, 0x180000);
}

static void a_long_command_line_is_cut(void **state)
{
    memset(memory_fixture_at(&t, LINE), 'y', 0x10000);
    accepted();
    assert_int_equal(strlen(pvh.command_line), 4095);
    assert_true(captured_log_has("command line is cut"));
}

static void a_missing_command_line_is_empty(void **state)
{
    const uint64_t addresses[] = {0, 0x100000000, UINT64_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        info->cmdline_paddr = addresses[i];
        map.count = 0;
        accepted();
        assert_string_equal(pvh.command_line, "");
    }
    assert_int_equal(captured_log_lines(), 2);
}

static void the_first_module_is_taken(void **state)
{
    info->nr_modules = 1;
    info->modlist_paddr = MODULES;
    struct hvm_modlist_entry *module = (struct hvm_modlist_entry *)memory_fixture_at(&t, MODULES);
    *module = (struct hvm_modlist_entry){0x180000, 0x1234, 0, 0};
    accepted();
    assert_int_equal(pvh.module, 0x180000);
    assert_int_equal(pvh.module_size, 0x1234);

    const struct hvm_modlist_entry bad[] = {
        {0, 0x1000, 0, 0}, {0x180000, UINT64_MAX, 0, 0}, {UINT64_MAX, 2, 0, 0}};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        *module = bad[i];
        map.count = 0;
        accepted();
        assert_int_equal(pvh.module_size, 0);
    }
    info->modlist_paddr = UINT64_MAX;
    map.count = 0;
    accepted();
    assert_int_equal(captured_log_lines(), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plain_one_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_magic_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(version_0_has_no_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_versions_are_read_as_version_1, set_up, tear_down),
        cmocka_unit_test_setup_teardown(impossible_addresses_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(maps_out_of_reach_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_map_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_thousand_entries_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reservation_that_cannot_be_noted_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(odd_entries_are_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_command_line_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_command_line_is_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_module_is_taken, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
