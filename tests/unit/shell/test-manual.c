/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "lib/ucs2.h"
#include "shell/language/manual.h"

static const char16_t manual[] = u"\xfeff.TH one 0 \"The first\"\r\n"
                                 u".SH NAME\r\nDoes one.\r\n"
                                 u".\\\" a remark\r\n"
                                 u".SH SYNOPSIS\r\none [x]\r\n\r\nmore\r\n"
                                 u".TH Two 0\r\n"
                                 u".SH NAME\r\n\r\nDoes two.\r\n"
                                 u".SH\r\nnameless\r\n";

static struct text text;

static const char *help(const char16_t *of, const char16_t *command, const char16_t *sections)
{
    static char result[256];
    text_clear(&text);
    bool found = manual_help(of, command, sections, &text);
    utf8_from_ucs2(result, sizeof result, text_string(&text));
    assert_int_equal(found, text.length > 0);
    return result;
}

static const char *title(const char16_t *of, const char16_t *command)
{
    static char result[256];
    text_clear(&text);
    (void)manual_title(of, command, &text);
    utf8_from_ucs2(result, sizeof result, text_string(&text));
    return result;
}

static void sections(void **state)
{
    assert_string_equal(help(manual, u"ONE", NULL),
                        "NAME\nDoes one.\n\nSYNOPSIS\none [x]\n\nmore\n");
    assert_string_equal(help(manual, u"one", u"SYNOPSIS"), "one [x]\n\nmore\n");
    assert_string_equal(help(manual, u"one", u"x,name,SYNOPSIS"), "Does one.\none [x]\n\nmore\n");
    assert_string_equal(help(manual, u"one", u"OPTIONS"), "");
    assert_string_equal(help(manual, u"two", u"NAME"), "\nDoes two.\n");
    assert_string_equal(help(manual, u"three", NULL), "");
    assert_string_equal(help(u"plain\ntext", u"any", NULL), "plain\ntext\n");
    assert_string_equal(help(u"", u"any", NULL), "");
    assert_string_equal(help(u".TH", u"any", NULL), "");
    assert_string_equal(help(u".THE\n", u"any", NULL), "");
}

static void titles(void **state)
{
    assert_string_equal(title(manual, u"one"), "The first");
    assert_string_equal(title(manual, u"two"), "Does two.");
    assert_string_equal(title(manual, u"three"), "");
    assert_string_equal(title(u"plain", u"any"), "");
    assert_string_equal(title(u".TH x 0 \"open\n.SH NAME\nn", u"x"), "open");
}

static void wanted(void **state)
{
    assert_true(manual_wants(NULL, u"NAME", 4));
    assert_true(manual_wants(u"a,Name", u"NAME", 4));
    assert_false(manual_wants(u"NAMES,NAM", u"NAME", 4));
    assert_false(manual_wants(u"", u"NAME", 4));
}

static int tear_down(void **state)
{
    text_free(&text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections),
        cmocka_unit_test(titles),
        cmocka_unit_test(wanted),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
