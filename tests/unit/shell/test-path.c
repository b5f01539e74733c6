/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "lib/ucs2.h"
#include "shell/files/path.h"

static void expect_absolute(const char16_t *directory, const char16_t *path, const char *expected)
{
    struct text text = {0};
    char buffer[100];
    text_append_string(&text, u"FS0:");
    path_absolute(&text, directory, path);
    assert_false(text.failed);
    utf8_from_ucs2(buffer, sizeof buffer, text_string(&text) + 4);
    assert_string_equal(buffer, expected);
    text_free(&text);
}

static void absolute_paths(void **state)
{
    expect_absolute(u"\\", u"a", "\\a");
    expect_absolute(u"\\d\\e", u"a\\b", "\\d\\e\\a\\b");
    expect_absolute(u"\\d", u"\\a", "\\a");
    expect_absolute(u"\\d", u"/a//b/", "\\a\\b");
    expect_absolute(u"\\d", u"", "\\d");
    expect_absolute(u"\\d", u".", "\\d");
    expect_absolute(u"\\d", u"..", "\\");
    expect_absolute(u"\\d", u"..\\..\\..\\x", "\\x");
    expect_absolute(u"\\d\\e", u".\\..\\x\\.\\y\\..", "\\d\\x");
    expect_absolute(u"\\d", u"..x\\...", "\\d\\..x\\...");
    expect_absolute(u"\\", u"\\", "\\");
}

static void parts(void **state)
{
    assert_int_equal(path_mapping_length(u"fs0:\\a"), 4);
    assert_int_equal(path_mapping_length(u"fs0:"), 4);
    assert_int_equal(path_mapping_length(u"a\\b:c"), 0);
    assert_int_equal(path_mapping_length(u"abc"), 0);
    assert_true(ucs2_equal(path_name(u"fs0:\\a\\b.c"), u"b.c"));
    assert_true(ucs2_equal(path_name(u"fs0:b.c"), u"b.c"));
    assert_true(ucs2_equal(path_name(u"x"), u"x"));
    assert_true(ucs2_equal(path_name(u"fs0:\\"), u""));
    assert_int_equal(path_directory_length(u"fs0:\\a\\b"), 6);
    assert_int_equal(path_directory_length(u"fs0:\\a"), 5);
    assert_int_equal(path_directory_length(u"fs0:a"), 4);
    assert_int_equal(path_directory_length(u"\\a"), 1);
    assert_int_equal(path_directory_length(u"a"), 0);
    assert_true(path_has_wildcards(u"a*") && path_has_wildcards(u"?") &&
                path_has_wildcards(u"[a]"));
    assert_false(path_has_wildcards(u"abc].txt"));
}

static void patterns(void **state)
{
    static const struct {
        const char16_t *name, *pattern;
        bool match;
    } cases[] = {
        {u"abc.txt", u"*", true},
        {u"abc.txt", u"*.txt", true},
        {u"ABC.TXT", u"a*.t?t", true},
        {u"abc.txt", u"abc", false},
        {u"abc", u"abc.txt", false},
        {u"abc", u"???", true},
        {u"abc", u"????", false},
        {u"abc", u"??", false},
        {u"", u"*", true},
        {u"", u"", true},
        {u"", u"?", false},
        {u"aab", u"*ab", true},
        {u"aabaab", u"a*ab", true},
        {u"aabaac", u"a*ab", false},
        {u"f5", u"f[0-9]", true},
        {u"fx", u"f[0-9]", false},
        {u"fX", u"f[x-z]", true},
        {u"f-", u"f[a-]", true},
        {u"f]", u"f[", false},
        {u"f[", u"f[", true},
        {u"f[1].txt", u"f[1].txt", false},
        {u"f1.txt", u"f[1].txt", true},
        {u"x", u"[]", false},
        {u"abcabcabcabcabcabcabcabcx", u"*a*b*c*a*b*c*a*b*c*y", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (path_matches(cases[i].name, cases[i].pattern) != cases[i].match)
            fail_msg("case %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absolute_paths),
        cmocka_unit_test(parts),
        cmocka_unit_test(patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
