/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/protocols/unicode_collation.h"
#include "lib/macros.h"
#include "lib/ucs2.h"

static EFI_UNICODE_COLLATION_PROTOCOL *const collation = &unicode_collation2_protocol;

static ptrdiff_t compare(const char16_t *a, const char16_t *b)
{
    return collation->StriColl(collation, (char16_t *)(uintptr_t)a, (char16_t *)(uintptr_t)b);
}

static void test_compare(void **state)
{
    assert_int_equal(compare(u"", u""), 0);
    assert_int_equal(compare(u"AbC", u"aBc"), 0);
    assert_true(compare(u"abc", u"ABD") < 0);
    assert_true(compare(u"b", u"Abc") > 0);
    assert_true(compare(u"ab", u"abc") < 0);
    assert_int_equal(compare(u"\u00e4\u00ff", u"\u00c4\u0178"), 0);
    assert_string_equal(unicode_collation_protocol.SupportedLanguages, "eng");
    assert_string_equal(unicode_collation2_protocol.SupportedLanguages, "en");
}

static void test_match(void **state)
{
    static const struct {
        const char *string, *pattern;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "*", true},
        {"", "?", false},
        {"a", "", false},
        {"abc", "ABC", true},
        {"abc", "a?c", true},
        {"abc", "a?", false},
        {"abc", "*", true},
        {"abc", "*c", true},
        {"abc", "a*", true},
        {"abc", "*b*", true},
        {"abc", "**a**c**", true},
        {"abcabd", "*abd", true},
        {"aab", "*ab", true},
        {"abc", "*d", false},
        {"startup.nsh", "*.NSH", true},
        {"f5", "f[0-9]", true},
        {"fa", "f[0-9]", false},
        {"fB", "f[abc]", true},
        {"fb", "f[A-C]", true},
        {"f-", "f[-]", true},
        {"fz", "f[a-cx-z]", true},
        {"fm", "f[a-cx-z]", false},
        {"f", "f[a]", false},
        {"f]", "f[", false},
        {"fa", "f[a", false},
        {"ab7", "*[0-9]", true},
        {"a7b", "*[0-9]", false},
        {"a-", "a[b-]", true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char16_t string[64], pattern[64];
        ucs2_from_ascii(string, 64, cases[i].string);
        ucs2_from_ascii(pattern, 64, cases[i].pattern);
        if (collation->MetaiMatch(collation, string, pattern) != cases[i].matches)
            fail_msg("%s ~ %s", cases[i].string, cases[i].pattern);
    }
}

/* Would take years with a recursive matcher. */
static void test_match_does_not_explode(void **state)
{
    char16_t string[2001], pattern[201];
    for (size_t i = 0; i < 2000; i++)
        string[i] = 'a';
    string[2000] = 0;
    for (size_t i = 0; i < 199; i += 2) {
        pattern[i] = '*';
        pattern[i + 1] = 'a';
    }
    pattern[199] = 'b';
    pattern[200] = 0;
    assert_false(collation->MetaiMatch(collation, string, pattern));
}

static void test_case(void **state)
{
    char16_t text[] = u"aZ1\u00e4\u00d7\u0178";
    collation->StrUpr(collation, text);
    assert_true(ucs2_equal(text, u"AZ1\u00c4\u00d7\u0178"));
    collation->StrLwr(collation, text);
    assert_true(ucs2_equal(text, u"az1\u00e4\u00d7\u00ff"));
}

static void test_fat(void **state)
{
    char16_t string[12];
    char fat[9] = "xxxxxxxx";
    collation->FatToStr(collation, 3, (char[]){'A', 'B', 'C', 'D'}, string);
    assert_true(ucs2_equal(string, u"ABC"));
    collation->FatToStr(collation, 8, (char[]){'A', 0, 'C', 'D'}, string);
    assert_true(ucs2_equal(string, u"A"));
    assert_false(collation->StrToFat(collation, (char16_t[]){'a', '.', 'b', ' ', '1', 0}, 8, fat));
    assert_string_equal(fat, "AB1");
    assert_true(collation->StrToFat(collation, (char16_t[]){'a', '+', 0x100, 0}, 8, fat));
    assert_string_equal(fat, "A__");
    memset(fat, 'x', 8);
    assert_false(collation->StrToFat(collation, (char16_t[]){'a', 'b', 'c', 0}, 2, fat));
    assert_memory_equal(fat, "ABx", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_match_does_not_explode),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_fat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
