/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/key_option.h"
#include "lib/macros.h"

/* Ctrl-Alt-P-R, for Boot1234. */
static const uint8_t example[] = {0,    6, 0, 0x80, 0x78, 0x56, 0x34, 0x12, 0x34,
                                  0x12, 0, 0, 'P',  0,    0,    0,    'R',  0};

static void parses(void **state)
{
    struct key_option option;
    assert_true(key_option_parse(example, sizeof example, &option));
    assert_int_equal(option.crc, 0x12345678);
    assert_int_equal(option.boot_option, 0x1234);
    assert_int_equal(option.count, 2);
    assert_int_equal(option.keys[1].UnicodeChar, 'R');
    for (size_t size = 0; size < sizeof example; size++) {
        uint8_t *copy = malloc(size + 1);
        memcpy(copy + 1, example, size); /* not aligned, and ASan watches the end */
        assert_false(key_option_parse(copy + 1, size, &option));
        free(copy);
    }
    uint8_t other[sizeof example];
    memcpy(other, example, sizeof other);
    other[0] = 1; /* revision */
    assert_false(key_option_parse(other, sizeof other, &option));
    static const uint8_t alone[] = {0, 4, 0, 0, 0, 0, 0, 0, 1, 0};
    assert_true(key_option_parse(alone, sizeof alone, &option));
    assert_int_equal(option.count, 0);
}

static void matches(void **state)
{
    static const struct {
        uint32_t data;
        EFI_INPUT_KEY key, pressed;
        uint32_t state;
        bool expected;
    } cases[] = {
        {0, {0, 'a'}, {0, 'a'}, 0, true},
        {0, {0, 'a'}, {0, 'A'}, 0, false},
        {0, {0, 'a'}, {0, 'b'}, 0, false},
        {0, {0, 'A'}, {0, 'A'}, EFI_LEFT_SHIFT_PRESSED, true}, /* shift is in the character */
        {0, {0, 'a'}, {0, 'a'}, EFI_LEFT_CONTROL_PRESSED, false},
        {KEY_OPTION_SHIFT, {0, 'a'}, {0, 'A'}, 0, true},
        {KEY_OPTION_SHIFT, {0, 'A'}, {0, 'A'}, 0, true},
        {KEY_OPTION_SHIFT, {0, 'a'}, {0, 'a'}, 0, false},
        {KEY_OPTION_CONTROL, {0, 'P'}, {0, 'p'}, EFI_LEFT_CONTROL_PRESSED, true},
        {KEY_OPTION_CONTROL, {0, 'P'}, {0, 'p'}, EFI_RIGHT_CONTROL_PRESSED, true},
        {KEY_OPTION_CONTROL, {0, 'P'}, {0, 'p'}, 0, false},
        {KEY_OPTION_CONTROL | KEY_OPTION_ALT, {0, 'P'}, {0, 'p'}, EFI_LEFT_CONTROL_PRESSED, false},
        {KEY_OPTION_ALT, {0, 'p'}, {0, 'P'}, EFI_LEFT_ALT_PRESSED, true},
        {0, {SCAN_F1, 0}, {SCAN_F1, 0}, 0, true},
        {0, {SCAN_F1, 0}, {SCAN_F2, 0}, 0, false},
        {0, {SCAN_F1, 0}, {SCAN_F1, 0}, EFI_LEFT_SHIFT_PRESSED, false},
        {KEY_OPTION_SHIFT, {SCAN_F1, 0}, {SCAN_F1, 0}, EFI_RIGHT_SHIFT_PRESSED, true},
        {KEY_OPTION_LOGO, {SCAN_F1, 0}, {SCAN_F1, 0}, EFI_RIGHT_LOGO_PRESSED, true},
        {KEY_OPTION_MENU | KEY_OPTION_SYS_REQ,
         {SCAN_F1, 0},
         {SCAN_F1, 0},
         EFI_MENU_KEY_PRESSED | EFI_SYS_REQ_PRESSED,
         true},
        {0x03ffc000, {SCAN_F1, 0}, {SCAN_F1, 0}, 0, true}, /* reserved bits tell nothing */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct key_option option = {.data = cases[i].data, .count = 1, .keys = {cases[i].key}};
        EFI_KEY_DATA press = {cases[i].pressed, {EFI_SHIFT_STATE_VALID | cases[i].state, 0}};
        if (key_option_matches(&option, 0, &press) != cases[i].expected)
            fail_msg("case %zu", i);
    }
    /* Without the mark that the state is valid there are no modifiers. */
    struct key_option option = {.count = 1, .keys = {{SCAN_F1, 0}}};
    EFI_KEY_DATA press = {{SCAN_F1, 0}, {EFI_LEFT_ALT_PRESSED, 0}};
    assert_true(key_option_matches(&option, 0, &press));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(matches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
