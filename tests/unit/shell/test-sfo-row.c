/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "lib/ucs2.h"
#include "shell/language/sfo_row.h"

static void expect_column(const char16_t *row, uint64_t column, const char16_t *expected)
{
    struct text text = {0};
    assert_int_equal(sfo_row_column(row, column, &text), expected != NULL);
    assert_true(expected == NULL || ucs2_equal(text_string(&text), expected));
    text_free(&text);
}

static void columns(void **state)
{
    const char16_t *row = u"FileInfo,\"FS0:\\a, b\",\"\",\"6\"";
    expect_column(row, 1, u"FileInfo");
    expect_column(row, 2, u"FS0:\\a, b");
    expect_column(row, 3, u"");
    expect_column(row, 4, u"6");
    expect_column(row, 5, NULL);
    expect_column(row, 0, NULL);
}

static void escapes(void **state)
{
    expect_column(u"X,\"a^\"b\",\"^^\",\"c^d^\"", 2, u"a\"b");
    expect_column(u"X,\"a^\"b\",\"^^\",\"c^d^\"", 3, u"^");
    expect_column(u"X,\"a^\"b\",\"^^\",\"c^d^\"", 4, u"c^d\"");
}

static void odd_rows(void **state)
{
    expect_column(u"", 1, u"");
    expect_column(u"", 2, NULL);
    expect_column(u",", 2, u"");
    expect_column(u"a,^", 2, u"^");
    expect_column(u"a,\"b,c", 2, u"b,c");
    expect_column(u"plain,text,without", 3, u"without");
}

static void words(void **state)
{
    static const struct {
        const char16_t *word, *line;
    } cases[] = {
        {u"plain", u"plain"},   {u"two words", u"\"two words\""}, {u"", u"\"\""},
        {u"a\"b", u"a^\"b"},    {u"a^ b", u"\"a^^ b\""},          {u"x>y", u"\"x>y\""},
        {u"-a=1%2", u"-a=1%2"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct text text = {0};
        text_append_word(&text, cases[i].word);
        assert_true(ucs2_equal(text_string(&text), cases[i].line));
        text_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns),
        cmocka_unit_test(escapes),
        cmocka_unit_test(odd_rows),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
