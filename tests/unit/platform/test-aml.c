/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/captured_log.h"
#include "platform/aml.h"

static struct aml_findings found;

static int set_up(void **state)
{
    captured_log_start();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    return 0;
}

#define READ(...)                                                                                  \
    do {                                                                                           \
        const uint8_t code[] = {__VA_ARGS__};                                                      \
        aml_read(reader_make(code, sizeof code), &found);                                          \
    } while (0)

/* Name (_S5, Package (4) {...}) */
#define S5(...) 0x08, '_', 'S', '5', '_', 0x12, 0x07, 0x04, __VA_ARGS__

/* Device (PCI0) { Name (_HID, EisaId ("PNP0A08")) */
#define BRIDGE(size)                                                                               \
    0x5b, 0x82, size, 'P', 'C', 'I', '0', 0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0a, 0x08

static void s5_types(void **state)
{
    READ(S5(0x0a, 0x05, 0x01, 0x00, 0x00));
    assert_true(found.has_s5);
    assert_int_equal(found.s5_type_a, 5);
    assert_int_equal(found.s5_type_b, 1);

    READ(0x10, 0x10, 0x5c, 0x00, S5(0x00, 0x0a, 0x07, 0x00, 0x00)); /* Scope (\) */
    assert_true(found.has_s5);
    assert_int_equal(found.s5_type_a, 0);
    assert_int_equal(found.s5_type_b, 7);
}

static void s5_elsewhere_or_malformed_is_none(void **state)
{
    READ(0x10, 0x12, '_', 'S', 'B', '_', S5(0x0a, 0x05, 0x01, 0x00, 0x00));
    assert_false(found.has_s5);
    READ(0x08, '_', 'S', '5', '_', 0x0a, 0x05);
    assert_false(found.has_s5);
    READ(0x08, '_', 'S', '5', '_', 0x12, 0x02, 0x00);
    assert_false(found.has_s5);
    READ(0x08, '_', 'S', '5', '_', 0x12, 0x05, 0x02, 0x0a, 0x05, 0x5c);
    assert_false(found.has_s5);
}

static void unknown_code_costs_its_own_block_only(void **state)
{
    /* Scope (_SB) { Store … } is passed over; _S5 behind it is found. */
    READ(0x10, 0x08, '_', 'S', 'B', '_', 0x70, 0x00, 0x60, S5(0x0a, 0x05, 0, 0, 0));
    assert_true(found.has_s5);
}

static void a_bridge_in_several_scopes(void **state)
{
    READ(0x10, 0x16, '_', 'S', 'B', '_', BRIDGE(0x0f),                   /* in \_SB */
         0x10, 0x20, 0x5c, 0x2e, '_', 'S', 'B', '_', 'P', 'C', 'I', '0', /* Scope (\_SB.PCI0) */
         0x08, '_', 'S', 'E', 'G', 0x0b, 0x34, 0x12,                     /*   Name (_SEG, 0x1234) */
         0x14, 0x0c, 0x2f, 0x02, '_', 'S', 'B', '_', 'P', 'C', 'I', '0', 0x00); /* a method */
    assert_int_equal(found.bridge_count, 1);
    assert_int_equal(found.bridges[0].segment, 0x1234);
    assert_int_equal(found.bridges[0].path.count, 2);
}

static void methods_that_return_a_constant(void **state)
{
    READ(BRIDGE(0x1c), 0x14, 0x0b, '_', 'C', 'B', 'A', 0x00, 0xa4, 0x0c, 0x00, 0x00, 0x00, 0xe0);
    assert_int_equal(found.bridge_count, 1);
    assert_false(found.bridges[0].has_cba); /* cut off: the method is not whole */

    READ(BRIDGE(0x1e), 0x14, 0x0c, '_', 'C', 'B', 'A', 0x00, 0xa4, 0x0c, 0x00, 0x00, 0x00, 0xe0,
         0xa3, 0xa3);
    assert_true(found.bridges[0].has_cba);
    assert_int_equal(found.bridges[0].cba, 0xe0000000);
}

static void string_ids(void **state)
{
    READ(0x5b, 0x82, 0x13, 'P', 'C', 'I', '0', 0x08, '_', 'C', 'I', 'D', 0x0d, 'P', 'N', 'P', '0',
         'A', '0', '3', 0);
    assert_int_equal(found.bridge_count, 1);
    READ(0x5b, 0x82, 0x13, 'P', 'C', 'I', '0', 0x08, '_', 'H', 'I', 'D', 0x0d, 'P', 'N', 'P', '0',
         'A', '0', '6', 0);
    assert_int_equal(found.bridge_count, 0);
}

static void truncated_code_is_survived(void **state)
{
    const uint8_t code[] = {0x10,
                            0x16,
                            '_',
                            'S',
                            'B',
                            '_',
                            BRIDGE(0x0f),
                            0x5b,
                            0x80,
                            'R',
                            'E',
                            'G',
                            '_',
                            0x00,
                            0x0c,
                            1,
                            2,
                            3,
                            4,
                            0x0a,
                            5,
                            0x5b,
                            0x81,
                            0x40,
                            0x01,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            S5(0x0a, 0x05, 0x01, 0x00, 0x00)};
    for (size_t size = 0; size <= sizeof code; size++) {
        uint8_t exact[sizeof code]; /* so that ASan sees the end */
        memcpy(exact + sizeof code - size, code, size);
        aml_read(reader_make(exact + sizeof code - size, size), &found);
    }
    assert_true(found.has_s5);
    assert_int_equal(found.bridge_count, 1);
}

static void nesting_is_bounded(void **state)
{
    /* Scope (\) { Scope (\) { …, 2,000 deep; each length is of three bytes. */
    enum { DEPTH = 2000 };
    static uint8_t code[DEPTH * 5];
    for (unsigned i = 0; i < DEPTH; i++) {
        unsigned length = (DEPTH - i) * 5 - 1;
        code[5 * i] = 0x10;
        code[5 * i + 1] = (uint8_t)(0x80 | (length & 0xf));
        code[5 * i + 2] = (uint8_t)(length >> 4);
        code[5 * i + 3] = (uint8_t)(length >> 12);
        code[5 * i + 4] = 0x00;
    }
    aml_read(reader_make(code, sizeof code), &found);
    assert_false(found.has_s5);
}

static void too_many_bridges_are_told(void **state)
{
    static uint8_t code[200 * 18];
    for (unsigned i = 0; i < 200; i++) {
        const uint8_t bridge[] = {BRIDGE(0x0f)};
        memcpy(code + 18 * i, bridge, sizeof bridge);
        code[18 * i + 17] = 0xa3;
        code[18 * i + 4] = (uint8_t)('0' + i / 26 % 10);
        code[18 * i + 5] = (uint8_t)('A' + i % 26);
    }
    aml_read(reader_make(code, sizeof code), &found);
    assert_int_equal(found.bridge_count, AML_BRIDGES_MAX);
    assert_true(captured_log_has("more than 128 host bridges"));
}

static struct aml_bridge bridge;
static struct pci_window list[3];
static struct aml_windows windows = {list, 0, ARRAY_SIZE(list)};

#define RESOURCES(...)                                                                             \
    do {                                                                                           \
        const uint8_t bytes[] = {__VA_ARGS__};                                                     \
        windows.count = 0;                                                                         \
        aml_read_resources(reader_make(bytes, sizeof bytes), &windows, &bridge);                   \
    } while (0)

#define D32(x) (uint8_t)(x), (uint8_t)((x) >> 8), (uint8_t)((x) >> 16), (uint8_t)((x) >> 24)
#define DWORD_MEMORY(min, max, translation, length)                                                \
    0x87, 23, 0, 0, 0x0c, 1, D32(0), D32(min), D32(max), D32(translation), D32(length)

static void all_windows_count(void **state)
{
    RESOURCES(DWORD_MEMORY(0xa0000u, 0xbffffu, 0u, 0x20000u),
              DWORD_MEMORY(0xc0000000u, 0xc0ffffffu, 0u, 0x1000000u),
              DWORD_MEMORY(0xd0000000u, 0xd1ffffffu, 0u, 0x2000000u),
              DWORD_MEMORY(0xe0000000u, 0xe0ffffffu, 0u, 0x1000000u), 0x79, 0);
    assert_int_equal(bridge.first_window, 0);
    assert_int_equal(bridge.window_count, 3);
    assert_int_equal(list[1].base, 0xd0000000);
    assert_int_equal(list[1].size, 0x2000000);
    assert_int_equal(list[1].kind, PCI_WINDOW_32);
    assert_int_equal(captured_log_lines(), 0);
    RESOURCES(DWORD_MEMORY(0xc0000000u, 0xc0ffffffu, 0u, 0x1000000u),
              DWORD_MEMORY(0xd0000000u, 0xd1ffffffu, 0u, 0x2000000u),
              DWORD_MEMORY(0xe0000000u, 0xe0ffffffu, 0u, 0x1000000u),
              DWORD_MEMORY(0xf0000000u, 0xf0ffffffu, 0u, 0x1000000u), 0x79, 0);
    assert_int_equal(bridge.window_count, 3);
    assert_true(captured_log_has("more than 3 windows"));
}

static void odd_windows_do_not_count(void **state)
{
    RESOURCES(DWORD_MEMORY(0xd0000000u, 0xcfffffffu, 0u, 0u),      /* empty */
              DWORD_MEMORY(0xd0000000u, 0xc0000000u, 0u, 0x1000u), /* backwards */
              DWORD_MEMORY(0xd0000000u, 0xd0ffffffu, 0u, 0x1000u), /* length and end differ */
              DWORD_MEMORY(0xd0000000u, 0xd0000fffu, 8u, 0x1000u), /* translated */
              DWORD_MEMORY(0u, 0xffffffffu, 0u, 0u));
    assert_int_equal(bridge.window_count, 0);
}

static void resources_end_where_they_end(void **state)
{
    RESOURCES(0x79, 0, DWORD_MEMORY(0xc0000000u, 0xc0ffffffu, 0u, 0x1000000u));
    assert_int_equal(bridge.window_count, 0);
    RESOURCES(0x87, 0xff, 0xff, 0, 0x0c, 1); /* longer than the buffer */
    assert_int_equal(bridge.window_count, 0);
    RESOURCES(0x87, 0, 0, 0x87, 3, 0, 0, 0, 0); /* too short for a window */
    assert_int_equal(bridge.window_count, 0);
    RESOURCES(0x87);
    RESOURCES(0x47, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(s5_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(s5_elsewhere_or_malformed_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_code_costs_its_own_block_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bridge_in_several_scopes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(methods_that_return_a_constant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(string_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(truncated_code_is_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_bridges_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_windows_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_windows_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(resources_end_where_they_end, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
