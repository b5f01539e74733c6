/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "console/decoder.h"

static struct decoder decoder;
static struct key keys[256];
static size_t key_count;

static void feed(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        struct key out[DECODER_MAX_KEYS];
        size_t count = decoder_feed(&decoder, (uint8_t)bytes[i], out);
        assert_true(count <= DECODER_MAX_KEYS);
        for (size_t j = 0; j < count; j++)
            keys[key_count++] = out[j];
    }
}

static void time_out(void)
{
    key_count += decoder_time_out(&decoder, keys + key_count);
}

static void start(void)
{
    memset(&decoder, 0, sizeof decoder);
    key_count = 0;
}

static void expect_key(size_t index, uint16_t scan, char16_t character, uint8_t modifiers)
{
    assert_true(index < key_count);
    assert_int_equal(keys[index].scan, scan);
    assert_int_equal(keys[index].character, character);
    assert_int_equal(keys[index].modifiers, modifiers);
}

struct expectation {
    const char *bytes;
    uint16_t scan;
    char16_t character;
    uint8_t modifiers;
};

static const struct expectation sequences[] = {
    {"a", 0, 'a', 0},
    {"Z", 0, 'Z', 0},
    {" ", 0, ' ', 0},
    {"\r", 0, '\r', 0},
    {"\n", 0, '\r', 0},
    {"\t", 0, '\t', 0},
    {"\b", 0, '\b', 0},
    {"\x7f", 0, '\b', 0},
    {"\x01", 0, 'a', KEY_CONTROL},
    {"\x03", 0, 'c', KEY_CONTROL},
    {"\x1a", 0, 'z', KEY_CONTROL},
    {"\x1c", 0, '\\', KEY_CONTROL},
    {"\x1f", 0, '_', KEY_CONTROL},
    {"\xc3\xa9", 0, 0xe9, 0},
    {"\xe2\x82\xac", 0, 0x20ac, 0},
    {"\xf0\x9f\x98\x80", 0, 0xfffd, 0},
    {"\x1b[A", KEY_UP, 0, 0},
    {"\x1b[B", KEY_DOWN, 0, 0},
    {"\x1b[C", KEY_RIGHT, 0, 0},
    {"\x1b[D", KEY_LEFT, 0, 0},
    {"\x1b[H", KEY_HOME, 0, 0},
    {"\x1b[F", KEY_END, 0, 0},
    {"\x1bOA", KEY_UP, 0, 0},
    {"\x1bOD", KEY_LEFT, 0, 0},
    {"\x1bOH", KEY_HOME, 0, 0},
    {"\x1bOF", KEY_END, 0, 0},
    {"\x1b[1~", KEY_HOME, 0, 0},
    {"\x1b[2~", KEY_INSERT, 0, 0},
    {"\x1b[3~", KEY_DELETE, 0, 0},
    {"\x1b[4~", KEY_END, 0, 0},
    {"\x1b[5~", KEY_PAGE_UP, 0, 0},
    {"\x1b[6~", KEY_PAGE_DOWN, 0, 0},
    {"\x1b[7~", KEY_HOME, 0, 0},
    {"\x1b[8~", KEY_END, 0, 0},
    {"\x1bOP", KEY_F1, 0, 0},
    {"\x1bOQ", KEY_F1 + 1, 0, 0},
    {"\x1bOR", KEY_F1 + 2, 0, 0},
    {"\x1bOS", KEY_F1 + 3, 0, 0},
    {"\x1b[11~", KEY_F1, 0, 0},
    {"\x1b[15~", KEY_F1 + 4, 0, 0},
    {"\x1b[17~", KEY_F1 + 5, 0, 0},
    {"\x1b[18~", KEY_F1 + 6, 0, 0},
    {"\x1b[19~", KEY_F1 + 7, 0, 0},
    {"\x1b[20~", KEY_F1 + 8, 0, 0},
    {"\x1b[21~", KEY_F1 + 9, 0, 0},
    {"\x1b[23~", KEY_F11, 0, 0},
    {"\x1b[24~", KEY_F12, 0, 0},
    {"\x1b[25~", KEY_F13, 0, 0},
    {"\x1b[26~", KEY_F13 + 1, 0, 0},
    {"\x1b[28~", KEY_F13 + 2, 0, 0},
    {"\x1b[34~", KEY_F13 + 7, 0, 0},
    {"\x1b[[A", KEY_F1, 0, 0},
    {"\x1b[[E", KEY_F1 + 4, 0, 0},
    {"\x1b[1;2A", KEY_UP, 0, KEY_SHIFT},
    {"\x1b[1;3B", KEY_DOWN, 0, KEY_ALT},
    {"\x1b[1;5C", KEY_RIGHT, 0, KEY_CONTROL},
    {"\x1b[1;6D", KEY_LEFT, 0, KEY_CONTROL | KEY_SHIFT},
    {"\x1b[5D", KEY_LEFT, 0, KEY_CONTROL},
    {"\x1b[1;2P", KEY_F1, 0, KEY_SHIFT},
    {"\x1b[1;5R", KEY_F1 + 2, 0, KEY_CONTROL},
    {"\x1bO5P", KEY_F1, 0, KEY_CONTROL},
    {"\x1b[3;5~", KEY_DELETE, 0, KEY_CONTROL},
    {"\x1b[24;2~", KEY_F12, 0, KEY_SHIFT},
    {"\x1b[3$", KEY_DELETE, 0, KEY_SHIFT},
    {"\x1b[3^", KEY_DELETE, 0, KEY_CONTROL},
    {"\x1b[3@", KEY_DELETE, 0, KEY_CONTROL | KEY_SHIFT},
    {"\x1b[a", KEY_UP, 0, KEY_SHIFT},
    {"\x1bOa", KEY_UP, 0, KEY_CONTROL},
    {"\x1b[Z", 0, '\t', KEY_SHIFT},
    {"\x1b[@", KEY_INSERT, 0, 0},
    {"\x1b[P", KEY_DELETE, 0, 0},
    {"\x1b[K", KEY_END, 0, 0},
    {"\x1b[V", KEY_PAGE_UP, 0, 0},
    {"\x1b[U", KEY_PAGE_DOWN, 0, 0},
    {"\x1bOM", 0, '\r', 0},
    {"\x1bOp", 0, '0', 0},
    {"\x1bOy", 0, '9', 0},
    {"\x1bOk", 0, '+', 0},
    {"\x1bOj", 0, '*', 0},
    {"\x1bOX", 0, '=', 0},
    {"\x1bx", 0, 'x', KEY_ALT},
    {"\x1b\x7f", 0, '\b', KEY_ALT},
    {"\x1b\r", 0, '\r', KEY_ALT},
    {"\x1b\x03", 0, 'c', KEY_ALT | KEY_CONTROL},
    {"\x1b\xc3\xa9", 0, 0xe9, KEY_ALT},
    {"\x1b[27;5;13~", 0, '\r', KEY_CONTROL},
    {"\x1b[27;6;65~", 0, 'a', KEY_CONTROL},
    {"\x1b[97;5u", 0, 'a', KEY_CONTROL},
    {"\x1b[9;2u", 0, '\t', KEY_SHIFT},
};

static void every_key(void **state)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        const struct expectation *e = &sequences[i];
        start();
        feed(e->bytes, strlen(e->bytes));
        if (key_count != 1)
            fail_msg("sequence %zu gives %zu keys", i, key_count);
        expect_key(0, e->scan, e->character, e->modifiers);
        assert_false(decoder_waiting(&decoder));
    }
}

/* A sequence of one key leaves nothing behind, wherever it was split by other sequences. */
static void one_after_the_other(void **state)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        for (size_t j = 0; j < sizeof sequences / sizeof *sequences; j++) {
            if (sequences[i].character == '\r' && sequences[j].bytes[0] == '\n')
                continue;
            start();
            feed(sequences[i].bytes, strlen(sequences[i].bytes));
            feed(sequences[j].bytes, strlen(sequences[j].bytes));
            assert_int_equal(key_count, 2);
            expect_key(1, sequences[j].scan, sequences[j].character, sequences[j].modifiers);
        }
    }
}

static void lone_escape_needs_a_time_out(void **state)
{
    start();
    feed("\x1b", 1);
    assert_int_equal(key_count, 0);
    assert_true(decoder_waiting(&decoder));
    time_out();
    assert_int_equal(key_count, 1);
    expect_key(0, KEY_ESCAPE, 0, 0);
    assert_false(decoder_waiting(&decoder));
}

static void two_escapes(void **state)
{
    start();
    feed("\x1b\x1b", 2);
    expect_key(0, KEY_ESCAPE, 0, 0);
    time_out();
    assert_int_equal(key_count, 2);
    expect_key(1, KEY_ESCAPE, 0, 0);
    start();
    feed("\x1b\x1b[A", 4);
    assert_int_equal(key_count, 2);
    expect_key(1, KEY_UP, 0, 0);
}

static void unfinished_sequences_time_out(void **state)
{
    start();
    feed("\x1b[", 2);
    time_out();
    assert_int_equal(key_count, 1);
    expect_key(0, 0, '[', KEY_ALT);
    start();
    feed("\x1bO", 2);
    time_out();
    expect_key(0, 0, 'O', KEY_ALT);
    start();
    feed("\x1b[[", 3);
    time_out();
    assert_int_equal(key_count, 2);
    start();
    feed("\x1b[1;", 4);
    time_out();
    assert_int_equal(key_count, 0);
    feed("x", 1);
    assert_int_equal(key_count, 1);
    start();
    feed("\x1b\xe2\x82", 3);
    time_out();
    feed("x", 1);
    assert_int_equal(key_count, 1);
    expect_key(0, 0, 'x', 0);
}

static void carriage_return_and_line_feed_are_one_key(void **state)
{
    start();
    feed("a\r\nb\n\n\r\r\n", 9);
    assert_int_equal(key_count, 7);
    expect_key(1, 0, '\r', 0);
    expect_key(2, 0, 'b', 0);
    expect_key(5, 0, '\r', 0);
}

static void noise_is_no_key(void **state)
{
    static const char *const noise[] = {
        "\x80\xbf",          "\xc0\xaf",      "\xed\xa0\x80",   "\xf8\x88",      "\xff\xfe",
        "\x1b[?1;2c",        "\x1b[200~",     "\x1b[201~",      "\x1b[<0;1;1M",  "\x1b[>0;1c",
        "\x1b[99999999999~", "\x1b[1;2;3;4A", "\x1b[8;50;132t", "\x1b[1;99999z", "\x1b[ q",
        "\x1b[55296u",       "\x1b[0u",       "\x1bOz",
    };
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++) {
        start();
        feed(noise[i], strlen(noise[i]));
        feed("x", 1);
        if (key_count != 1)
            fail_msg("noise %zu gives %zu keys", i, key_count - 1);
        expect_key(0, 0, 'x', 0);
    }
    start();
    feed("\0", 1);
    assert_int_equal(key_count, 0);
}

static void a_cut_sequence_loses_only_itself(void **state)
{
    start();
    feed("\x1b[1;\r\x1b[A", 8);
    assert_int_equal(key_count, 2);
    expect_key(0, 0, '\r', 0);
    expect_key(1, KEY_UP, 0, 0);
    start();
    feed("\xe2\x82"
         "a",
         3);
    assert_int_equal(key_count, 1);
    expect_key(0, 0, 'a', 0);
    start();
    feed("\x1b[1\xc3\xa9", 5);
    assert_int_equal(key_count, 1);
    expect_key(0, 0, 0xe9, 0);
}

static void the_size_report_is_kept(void **state)
{
    start();
    feed("\x1b[8;50;132t", 11);
    assert_int_equal(decoder.reported_rows, 50);
    assert_int_equal(decoder.reported_columns, 132);
    assert_true(decoder.size_told);
    start();
    feed("\x1b[43;100R", 9); /* the cursor's place */
    assert_int_equal(decoder.reported_rows, 43);
    assert_int_equal(decoder.reported_columns, 100);
    assert_int_equal(key_count, 0);
    start();
    feed("\x1b[1;5R", 6); /* Ctrl-F3 */
    assert_false(decoder.size_told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key),
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(lone_escape_needs_a_time_out),
        cmocka_unit_test(two_escapes),
        cmocka_unit_test(unfinished_sequences_time_out),
        cmocka_unit_test(carriage_return_and_line_feed_are_one_key),
        cmocka_unit_test(noise_is_no_key),
        cmocka_unit_test(a_cut_sequence_loses_only_itself),
        cmocka_unit_test(the_size_report_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
