/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "boot/key_option.h"
#include "lib/macros.h"
#include "shell/model/hot_key.h"

#define MOST_WORDS 8

static bool parse(const char16_t *const *line, struct hot_key *ret)
{
    char16_t *words[MOST_WORDS];
    size_t count = 0;
    for (; line[count] != NULL; count++)
        words[count] = (char16_t *)line[count];
    return hot_key_parse(words, count, ret);
}

/* What the shell writes is what the boot manager reads. */
static void boot_manager_reads_it(void **state)
{
    static const char16_t *const line[] = {u"0x80000600", u"0", u"0x50", u"23", u"0", NULL};
    struct hot_key key;
    struct key_option option;
    assert_true(parse(line, &key));
    key.crc = 0x12345678;
    key.option = 0xabcd;
    assert_int_equal(hot_key_size(&key), 18);
    assert_true(key_option_parse(&key, hot_key_size(&key), &option));
    assert_int_equal(option.data, KEY_OPTION_CONTROL | KEY_OPTION_ALT | 0x80000000u);
    assert_int_equal(option.crc, 0x12345678);
    assert_int_equal(option.boot_option, 0xabcd);
    assert_int_equal(option.count, 2);
    assert_int_equal(option.keys[0].ScanCode, 0);
    assert_int_equal(option.keys[0].UnicodeChar, 'P');
    assert_int_equal(option.keys[1].ScanCode, 23);
}

static void refuses(void **state)
{
    static const char16_t *const lines[][MOST_WORDS] = {
        {NULL},
        {u"root=x", u"1", u"0", NULL},
        {u"0x40000000", NULL},                         /* keys are missing */
        {u"0x40000000", u"1", NULL},                   /* half a key */
        {u"0x40000000", u"1", u"0", u"2", u"0", NULL}, /* more than it counts */
        {u"0xC0000000", u"1", u"0", u"2", u"0", NULL}, /* fewer */
        {u"0x40000001", u"1", u"0", NULL},             /* another revision */
        {u"0x140000000", u"1", u"0", NULL},            /* more than 32 bits */
        {u"0x40000000", u"0x10000", u"0", NULL},       /* more than 16 */
        {u"0x40000000", u"1", u"65536", NULL},
        {u"0x40000000", u"1", u"F", NULL},
    };
    struct hot_key key;
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        assert_false(parse(lines[i], &key));
}

static void same_keys(void **state)
{
    static const char16_t *const f2[] = {u"0x40000000", u"12", u"0", NULL},
                                 *const f3[] = {u"0x40000000", u"13", u"0", NULL},
                                 *const alone[] = {u"0x400", NULL};
    struct hot_key one, other;
    assert_true(parse(f2, &one) && parse(f2, &other));
    other.crc = 1;
    other.option = 1;
    assert_true(hot_key_is(&one, &other, hot_key_size(&other)));
    assert_false(hot_key_is(&one, &other, hot_key_size(&other) - 1));
    assert_false(hot_key_is(&one, NULL, 0));
    assert_true(parse(f3, &other));
    assert_false(hot_key_is(&one, &other, hot_key_size(&other)));
    assert_true(parse(alone, &other));
    assert_int_equal(hot_key_size(&other), 10);
    assert_false(hot_key_is(&one, &other, hot_key_size(&other)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boot_manager_reads_it),
        cmocka_unit_test(refuses),
        cmocka_unit_test(same_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
