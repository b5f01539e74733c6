/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "lib/ascii.h"
#include "lib/ucs2.h"

static void ascii_strings(void **state)
{
    char buffer[4];
    assert_int_equal(ascii_length("abc", 10), 3);
    assert_int_equal(ascii_length("abc", 2), 2);
    assert_true(ascii_equal("abc", "abc"));
    assert_false(ascii_equal("abc", "abd"));
    assert_false(ascii_equal("abc", "ab"));
    assert_true(ascii_starts_with("cloudhv.boot=x", "cloudhv."));
    assert_true(ascii_starts_with("x", ""));
    assert_false(ascii_starts_with("clo", "cloudhv."));
    for (const char *c = " \t\n\v\f\r"; *c != '\0'; c++)
        assert_true(ascii_is_space(*c));
    assert_false(ascii_is_space('x') || ascii_is_space('\0') || ascii_is_space('\b'));
    ascii_copy(buffer, sizeof buffer, "abcdef");
    assert_string_equal(buffer, "abc");
    ascii_copy(buffer, sizeof buffer, "x");
    assert_string_equal(buffer, "x");
    ascii_copy(buffer, 1, "x");
    assert_string_equal(buffer, "");
}

static void numbers(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"42", true, 42},
        {"0x1F", true, 31},
        {"0Xff", true, 255},
        {"007", true, 7},
        {"18446744073709551615", true, UINT64_MAX},
        {"0xffffffffffffffff", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"0x10000000000000000", false, 0},
        {"", false, 0},
        {"0x", false, 0},
        {"12a", false, 0},
        {"0xg", false, 0},
        {"-1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t value = 99;
        assert_int_equal(ascii_to_uint(cases[i].text, strlen(cases[i].text), &value), cases[i].ok);
        assert_int_equal(value, cases[i].ok ? cases[i].value : 99);
    }
    uint64_t value;
    assert_true(ascii_to_uint("1234", 2, &value));
    assert_int_equal(value, 12);
}

static void wide_strings(void **state)
{
    char16_t buffer[4];
    assert_int_equal(ucs2_length(u"abc", 10), 3);
    assert_int_equal(ucs2_length(u"abc", 2), 2);
    assert_int_equal(ucs2_size(u"abc"), 8);
    assert_true(ucs2_equal(u"abc", u"abc"));
    assert_false(ucs2_equal(u"abc", u"ABC"));
    assert_false(ucs2_equal(u"abc", u"ab"));
    assert_true(ucs2_equal_ignoring_case(u"\u00e9Xy", u"\u00c9xY"));
    assert_false(ucs2_equal_ignoring_case(u"a", u"ab"));
    assert_int_equal(ucs2_upper(0xf7), 0xf7);
    assert_int_equal(ucs2_upper(0xff), 0x178);
    assert_int_equal(ucs2_upper('{'), '{');
    ucs2_from_ascii(buffer, 4, "abcdef");
    assert_true(ucs2_equal(buffer, u"abc"));
    ucs2_from_ascii(buffer, 1, "abc");
    assert_int_equal(buffer[0], 0);
}

static void expect_utf8(char16_t c, const char *bytes)
{
    char out[3];
    assert_int_equal(utf8_encode(c, out), strlen(bytes));
    assert_memory_equal(out, bytes, strlen(bytes));
}

static void to_utf8(void **state)
{
    char buffer[8];
    expect_utf8('A', "A");
    expect_utf8(0x7f, "\x7f");
    expect_utf8(0x80, "\xc2\x80");
    expect_utf8(0x7ff, "\xdf\xbf");
    expect_utf8(0x800, "\xe0\xa0\x80");
    expect_utf8(0xffff, "\xef\xbf\xbf");
    expect_utf8(0xdfff, "\xef\xbf\xbd");
    assert_int_equal(utf8_from_ucs2(buffer, sizeof buffer, u"a\u20acb"), 5);
    assert_string_equal(buffer, "a\xe2\x82\xac"
                                "b");
    assert_int_equal(utf8_from_ucs2(buffer, 4, u"a\u20acb"), 1);
    assert_string_equal(buffer, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_strings),
        cmocka_unit_test(numbers),
        cmocka_unit_test(wide_strings),
        cmocka_unit_test(to_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
