/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "efi/guid.h"
#include "lib/printf.h"

#define EXPECT(expected, ...)                                                                      \
    do {                                                                                           \
        char buffer_[256];                                                                         \
        size_t length_ = format_text(buffer_, sizeof buffer_, __VA_ARGS__);                        \
        assert_string_equal(buffer_, expected);                                                    \
        assert_int_equal(length_, strlen(expected));                                               \
    } while (0)

/* Without the compiler's look at the format, for what it would rightly refuse. */
static size_t format_unchecked(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = format_text_va(buffer, size, format, args);
    va_end(args);
    return length;
}

static void integers(void **state)
{
    EXPECT("0 -1 42", "%d %i %d", 0, -1, 42);
    EXPECT("4294967295 ff FF", "%u %x %X", -1u, 255, 255);
    EXPECT("-2147483648 2147483647", "%d %d", INT32_MIN, INT32_MAX);
    EXPECT("-9223372036854775808", "%lld", (long long)INT64_MIN);
    EXPECT("18446744073709551615", "%lu", UINT64_MAX);
    EXPECT("ffffffffffffffff", "%lx", UINT64_MAX);
    EXPECT("-1 255 65535 -1", "%hhd %hhu %hu %hd", 255, 255, 65535, 65535);
    EXPECT("7 8 9", "%zu %jd %td", (size_t)7, (intmax_t)8, (ptrdiff_t)9);
}

static void width_and_flags(void **state)
{
    EXPECT("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
    EXPECT("  -42|-0042", "%5d|%05d", -42, -42);
    EXPECT("+1 -1  1", "%+d %+d % d", 1, -1, 1);
    EXPECT("0x1f 0X1F 0", "%#x %#X %#x", 31, 31, 0);
    EXPECT("0x001f|  0x1f", "%#06x|%#6x", 31, 31);
    EXPECT("00042|  042", "%.5d|%5.3d", 42, 42);
    EXPECT("[]", "[%.0d]", 0);
    EXPECT("   7|7   ", "%*d|%*d", 4, 7, -4, 7);
}

static void strings(void **state)
{
    EXPECT("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc", "abc");
    EXPECT("abc", "%.*s", 3, "abcdef");
    EXPECT("x|  x", "%c|%3c", 'x', 'x');
    EXPECT("100%", "%d%%", 100);
    char unterminated[3] = {'a', 'b', 'c'};
    EXPECT("abc", "%.3s", unterminated);
    char buffer[16];
    format_unchecked(buffer, sizeof buffer, "%s", NULL);
    assert_string_equal(buffer, "(null)");
}

static void wide_strings(void **state)
{
    EXPECT("gr\xc3\xbc\xc3\x9f \xe2\x82\xac", "%ls", u"gr\u00fc\u00df \u20ac");
    EXPECT("  ab|ab  |a", "%4ls|%-4ls|%.1ls", u"ab", u"ab", u"ab");
    static const char16_t lone[] = {0xd800, 'x', 0};
    EXPECT("\xef\xbf\xbdx", "%ls", lone);
}

static void guids_and_pointers(void **state)
{
    static const EFI_GUID guid = {
        0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};
    EXPECT("8be4df61-93ca-11d2-aa0d-00e098032b8c.", "%pU.", (const void *)&guid);
    EXPECT("0x1234", "%p", (void *)0x1234);
}

static void cut_text_is_terminated(void **state)
{
    char buffer[8];
    memset(buffer, 'z', sizeof buffer);
    assert_int_equal(format_text(buffer, 4, "%s", "abcdef"), 6);
    assert_memory_equal(buffer, "abc\0zzzz", 8);
    assert_int_equal(format_text(buffer, 1, "%d", 12345), 5);
    assert_int_equal(buffer[0], 0);
    assert_int_equal(format_text(NULL, 0, "%d", 12345), 5);
}

static void unknown_conversions_are_shown(void **state)
{
    char buffer[32];
    format_unchecked(buffer, sizeof buffer, "a%qb");
    assert_string_equal(buffer, "a%qb");
    format_unchecked(buffer, sizeof buffer, "a%");
    assert_string_equal(buffer, "a%");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(width_and_flags),
        cmocka_unit_test(strings),
        cmocka_unit_test(wide_strings),
        cmocka_unit_test(guids_and_pointers),
        cmocka_unit_test(cut_text_is_terminated),
        cmocka_unit_test(unknown_conversions_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
