/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw/smbios.h"
#include "models/captured_log.h"
#include "models/memory_fixture.h"
#include "platform/smbios.h"

#define ENTRY3 0xf0000u
#define ENTRY2 0xf8000u
#define TABLE  0xf1000u

static struct memory_fixture t;
static struct memory_map map;
static struct smbios found;

static int set_up(void **state)
{
    captured_log_start();
    memory_fixture_empty(&t);
    map.count = 0;
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    memory_fixture_free(&t);
    return 0;
}

static uint8_t sum(const void *data, size_t size)
{
    uint8_t total = 0;
    for (size_t i = 0; i < size; i++)
        total = (uint8_t)(total + ((const uint8_t *)data)[i]);
    return total;
}

static void put_entry3(uint64_t at, uint64_t table, uint32_t size, uint8_t length)
{
    struct smbios3_entry entry = {.anchor = {'_', 'S', 'M', '3', '_'},
                                  .length = length,
                                  .major_version = 3,
                                  .table_max_size = size,
                                  .table_address = table};
    memcpy(memory_fixture_at(&t, at), &entry, sizeof entry);
    *memory_fixture_at(&t, at + 5) = (uint8_t)-sum(memory_fixture_at(&t, at), length);
}

static void put_entry2(uint64_t at, uint32_t table, uint16_t size)
{
    struct smbios2_entry entry = {.anchor = {'_', 'S', 'M', '_'},
                                  .length = 31,
                                  .intermediate_anchor = {'_', 'D', 'M', 'I', '_'},
                                  .table_length = size,
                                  .table_address = table};
    entry.checksum = (uint8_t)-sum(&entry, sizeof entry);
    memcpy(memory_fixture_at(&t, at), &entry, sizeof entry);
}

static void find(void)
{
    smbios_find(&map, &found);
}

static void expect_oem(size_t n, const char *text)
{
    size_t length;
    const char *string = smbios_oem_string(&found, n, &length);
    if (text == NULL) {
        assert_null(string);
        return;
    }
    assert_non_null(string);
    assert_int_equal(length, strlen(text));
    assert_string_equal(string, text);
}

#define TABLE_BYTES(text) memcpy(memory_fixture_at(&t, TABLE), text, sizeof text)

/* Type 1 with two strings, type 0 with none, type 11 with three, type 11 with one, the end. */
#define GOOD_TABLE                                                                                 \
    "\x01\x04\x01\x00one\0two\0\0"                                                                 \
    "\x00\x05\x02\x00\xff\0\0"                                                                     \
    "\x0b\x05\x03\x00\x03"                                                                         \
    "first\0cloudhv.boot=net\0third\0\0"                                                           \
    "\x0b\x05\x04\x00\x01"                                                                         \
    "last\0\0"                                                                                     \
    "\x7f\x04\x05\x00\0\0"                                                                         \
    "\x0b\x05\x06\x00\x01"                                                                         \
    "behind the end\0\0"

static void oem_strings_are_found(void **state)
{
    TABLE_BYTES(GOOD_TABLE);
    put_entry3(ENTRY3, TABLE, sizeof GOOD_TABLE, 24);
    find();
    assert_int_equal(found.entry3, ENTRY3);
    assert_int_equal(found.entry2, 0);
    expect_oem(0, "first");
    expect_oem(1, "cloudhv.boot=net");
    expect_oem(2, "third");
    expect_oem(3, "last");
    expect_oem(4, NULL);
    expect_oem(SIZE_MAX, NULL);
    assert_int_equal(captured_log_lines(), 0);
}

static void both_entry_points_are_found(void **state)
{
    TABLE_BYTES(GOOD_TABLE);
    put_entry2(ENTRY2, TABLE, sizeof GOOD_TABLE);
    find();
    assert_int_equal(found.entry2, ENTRY2);
    expect_oem(3, "last");
    put_entry3(0xfffe0, 0xf2000, 0x100, 24);
    find();
    assert_int_equal(found.entry2, ENTRY2);
    assert_int_equal(found.entry3, 0xfffe0);
    assert_int_equal(found.table, 0xf2000); /* of the newer one */
}

static void bad_entry_points_are_passed_over(void **state)
{
    put_entry3(ENTRY3, TABLE, 100, 24);
    *memory_fixture_at(&t, ENTRY3 + 7) ^= 1; /* checksum */
    put_entry3(ENTRY3 + 0x100, TABLE, 100, 23);
    memcpy(memory_fixture_at(&t, 0xffff0), "_SM3_\0\x18", 7); /* cut off by the end of the area */
    put_entry2(ENTRY2, TABLE, 100);
    *memory_fixture_at(&t, ENTRY2 + 16) = '-';
    find();
    assert_int_equal(found.entry3, 0);
    assert_int_equal(found.entry2, 0);
    assert_int_equal(found.table, 0);
    expect_oem(0, NULL);
}

static void tables_out_of_memory_are_not_read(void **state)
{
    const struct {
        uint64_t address;
        uint32_t size;
    } cases[] = {{0, 100},          {TABLE, 0},        {TABLE, UINT32_MAX}, {0xfff00, 0x101},
                 {UINT64_MAX, 100}, {1ull << 32, 100}, {0x40000000, 100},   {TABLE, 2u << 20}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        put_entry3(ENTRY3, cases[i].address, cases[i].size, 24);
        find();
        assert_int_equal(found.entry3, ENTRY3);
        assert_int_equal(found.table, 0);
    }
    assert_int_equal(captured_log_lines(), ARRAY_SIZE(cases));
}

/* The table ends anywhere: what is whole before the end is still found. */
static void cut_tables_are_survived(void **state)
{
    for (uint32_t size = 1; size < sizeof GOOD_TABLE; size++) {
        struct bus bus = {0};
        char *exact = test_malloc(size);
        memcpy(exact, GOOD_TABLE, size);
        struct bus_memory memory = {.base = 0x10000000, .size = size, .host = exact};
        bus_add_memory(&bus, &memory);
        bus_use(&bus);
        found = (struct smbios){.table = 0x10000000, .table_size = size};
        size_t length, n = 0;
        while (smbios_oem_string(&found, n, &length) != NULL)
            n++;
        assert_in_range(n, 0, 4);
        test_free(exact);
    }
}

static void a_structure_shorter_than_its_header_ends_the_table(void **state)
{
    TABLE_BYTES("\x0b\x03\x03\x00text\0\0");
    put_entry3(ENTRY3, TABLE, 100, 24);
    find();
    expect_oem(0, NULL);
}

static void a_missing_end_is_survived(void **state)
{
    memset(memory_fixture_at(&t, TABLE), 0x55, 0x1000);
    put_entry3(ENTRY3, TABLE, 0x1000, 24);
    find();
    expect_oem(0, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(oem_strings_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_entry_points_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_entry_points_are_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_out_of_memory_are_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cut_tables_are_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_structure_shorter_than_its_header_ends_the_table, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_end_is_survived, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
