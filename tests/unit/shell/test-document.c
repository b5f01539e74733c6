/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "shell/fullscreen/document.h"
#include "shell/memory.h"

static struct document d;
static struct cut_lines cut;

static void open_bytes(const char *bytes, size_t size)
{
    document_close(&d);
    void *data = shell_alloc(size + 1);
    memcpy(data, bytes, size);
    document_open(&d, data, size);
}

#define OPEN(literal) open_bytes(literal, sizeof literal - 1)

static int tear_down(void **state)
{
    document_close(&d);
    cut_lines_free(&cut);
    return 0;
}

static void expect_bytes(const char *bytes, size_t size)
{
    assert_int_equal(gap_size(&d.bytes), size);
    assert_memory_equal(gap_flat(&d.bytes), bytes, size);
}

#define EXPECT(literal) expect_bytes(literal, sizeof literal - 1)

static void expect_cursor(size_t at, size_t line, size_t column)
{
    assert_int_equal(d.cursor, at);
    assert_int_equal(d.line, line);
    assert_int_equal(document_column(&d, d.cursor), column);
}

static void type(const char *s)
{
    for (; *s != '\0'; s++)
        assert_int_equal(document_insert(&d, (unsigned char)*s), EFI_SUCCESS);
}

static void set(struct text *text, const char *s)
{
    text_clear(text);
    text_append_utf8(text, s);
}

static void moving(void **state)
{
    OPEN("one\r\n\ttwo\nthree");
    assert_true(d.crlf);
    document_right(&d);
    document_down(&d, 1);
    expect_cursor(5, 2, 0); /* a tab is not gone into */
    document_down(&d, 1);
    expect_cursor(11, 3, 1); /* the goal is remembered */
    document_up(&d, 9);
    expect_cursor(1, 1, 1);
    document_line_end(&d);
    expect_cursor(3, 1, 3);
    document_right(&d);
    expect_cursor(5, 2, 0);
    document_left(&d);
    expect_cursor(3, 1, 3);
    document_go_to_line(&d, 2);
    document_right(&d);
    expect_cursor(6, 2, 8);
    document_go_to_line(&d, 99);
    expect_cursor(10, 3, 0);
    document_line_end(&d);
    document_right(&d);
    expect_cursor(15, 3, 5);
    document_home(&d);
    document_left(&d);
    expect_cursor(9, 2, 11);
    document_move_to(&d, 0);
    document_left(&d);
    expect_cursor(0, 1, 0);
    assert_false(d.bytes.modified);
    OPEN("a\nb");
    assert_false(d.crlf);
    OPEN("");
    assert_true(d.crlf);
    document_down(&d, 1);
    document_line_end(&d);
    expect_cursor(0, 1, 0);
}

static void editing(void **state)
{
    OPEN("ab\ncd");
    type("x\n");
    EXPECT("x\nab\ncd");
    expect_cursor(2, 2, 0);
    assert_int_equal(document_backspace(&d), EFI_SUCCESS);
    EXPECT("xab\ncd");
    d.overwrite = true;
    type("123\n4");
    EXPECT("x123\n4\ncd");
    expect_cursor(6, 2, 1);
    assert_int_equal(document_delete(&d), EFI_SUCCESS);
    EXPECT("x123\n4cd");
    assert_int_equal(document_insert(&d, 0x20ac), EFI_SUCCESS);
    EXPECT("x123\n4\xe2\x82\xac"
           "d");
    expect_cursor(9, 2, 2);
    assert_int_equal(document_backspace(&d), EFI_SUCCESS);
    EXPECT("x123\n4d");
    document_move_to(&d, 7);
    assert_int_equal(document_delete(&d), EFI_SUCCESS);
    document_move_to(&d, 0);
    assert_int_equal(document_backspace(&d), EFI_SUCCESS);
    EXPECT("x123\n4d");
    assert_true(d.bytes.modified);
    OPEN("a\r\nb");
    type("\n");
    EXPECT("\r\na\r\nb");
    document_move_to(&d, 3);
    assert_int_equal(document_delete(&d), EFI_SUCCESS);
    EXPECT("\r\nab");
}

/* Malformed bytes are characters of their own; what is removed between two parts of a character
 * leaves no cursor inside of it. */
static void malformed(void **state)
{
    uint32_t c;
    OPEN("\xe2\x82x\xac\xff");
    assert_int_equal(document_next(&d, 0, &c), 1);
    assert_int_equal(c, DOCUMENT_BAD);
    document_right(&d);
    document_right(&d);
    assert_int_equal(document_delete(&d), EFI_SUCCESS);
    EXPECT("\xe2\x82\xac\xff");
    expect_cursor(0, 1, 0);
    document_right(&d);
    expect_cursor(3, 1, 1);
    OPEN("\rx\n");
    document_move_to(&d, 1);
    assert_int_equal(document_delete(&d), EFI_SUCCESS);
    expect_cursor(0, 1, 0);
    document_right(&d);
    expect_cursor(2, 2, 0);
    OPEN("\xf0\x9f\x98\x80!");
    assert_int_equal(document_next(&d, 0, &c), 4);
    assert_int_equal(c, DOCUMENT_BAD);
    assert_int_equal(document_previous(&d, 4), 0);
    OPEN("\xc0\x80\xed\xa0");
    for (size_t at = 4; at > 0; at--)
        assert_int_equal(document_previous(&d, at), at - 1);
}

static void ucs2(void **state)
{
    OPEN("\xff\xfe"
         "a\0\r\0\n\0b\0!"); /* an odd byte at the end */
    assert_true(d.wide && d.crlf);
    expect_cursor(2, 1, 0);
    document_down(&d, 5);
    document_line_end(&d);
    expect_cursor(10, 2, 1);
    document_right(&d);
    type("x\n");
    EXPECT("\xff\xfe"
           "a\0\r\0\n\0b\0x\0\r\0\n\0!");
    expect_cursor(16, 3, 0);
    assert_int_equal(document_backspace(&d), EFI_SUCCESS);
    assert_int_equal(document_insert(&d, 0x20ac), EFI_SUCCESS);
    EXPECT("\xff\xfe"
           "a\0\r\0\n\0b\0x\0\xac\x20!");
    assert_int_equal(document_set_wide(&d, false), EFI_UNSUPPORTED);
    OPEN("\xff\xfe\xac\x20\n\0b\0");
    document_down(&d, 1);
    assert_int_equal(document_set_wide(&d, false), EFI_SUCCESS);
    EXPECT("\xe2\x82\xac\nb");
    expect_cursor(4, 2, 0);
    assert_int_equal(document_set_wide(&d, true), EFI_SUCCESS);
    EXPECT("\xff\xfe\xac\x20\n\0b\0");
    expect_cursor(6, 2, 0);
    OPEN("\xff\xfe\x00\xd8");
    assert_int_equal(document_set_wide(&d, false), EFI_UNSUPPORTED);
    OPEN("a\xff");
    assert_int_equal(document_set_wide(&d, true), EFI_UNSUPPORTED);
    EXPECT("a\xff");
    OPEN("\xef\xbb\xbfx"); /* the mark of UTF-8 is kept, and not seen */
    expect_cursor(3, 1, 0);
    document_left(&d);
    assert_int_equal(document_backspace(&d), EFI_SUCCESS);
    EXPECT("\xef\xbb\xbfx");
}

static void cutting(void **state)
{
    OPEN("one\r\ntwo\nthree");
    assert_int_equal(document_paste(&d, &cut), EFI_SUCCESS);
    document_right(&d);
    assert_int_equal(document_cut_line(&d, &cut, false), EFI_SUCCESS);
    assert_int_equal(document_cut_line(&d, &cut, true), EFI_SUCCESS);
    EXPECT("three");
    expect_cursor(0, 1, 0);
    document_line_end(&d);
    assert_int_equal(document_paste(&d, &cut), EFI_SUCCESS);
    EXPECT("one\r\ntwo\nthree");
    expect_cursor(9, 3, 0);
    assert_int_equal(document_cut_line(&d, &cut, false), EFI_SUCCESS);
    EXPECT("one\r\ntwo\n");
    assert_int_equal(document_cut_line(&d, &cut, false), EFI_SUCCESS); /* nothing */
    document_move_to(&d, 0);
    assert_int_equal(document_paste(&d, &cut), EFI_SUCCESS);
    EXPECT("three\r\none\r\ntwo\n");
    OPEN("\xff\xfe");
    assert_int_equal(document_paste(&d, &cut), EFI_SUCCESS);
    EXPECT("\xff\xfet\0h\0r\0e\0e\0\r\0\n\0");
    OPEN("\xff");
    assert_int_equal(document_cut_line(&d, &cut, false), EFI_SUCCESS);
    OPEN("\xff\xfe");
    assert_int_equal(document_paste(&d, &cut), EFI_UNSUPPORTED);
    EXPECT("\xff\xfe");
}

static void searching(void **state)
{
    struct text what = {0}, by = {0};
    size_t size;
    OPEN("aab aab");
    set(&what, "ab");
    assert_int_equal(document_find(&d, &what, 0, &size), EFI_SUCCESS);
    expect_cursor(1, 1, 1);
    assert_int_equal(size, 2);
    assert_int_equal(document_find(&d, &what, 2, &size), EFI_SUCCESS);
    expect_cursor(5, 1, 5);
    assert_int_equal(document_find(&d, &what, 6, &size), EFI_SUCCESS); /* from the start */
    expect_cursor(1, 1, 1);
    set(&by, "€");
    assert_int_equal(document_replace(&d, size, &by), EFI_SUCCESS);
    EXPECT("a€ aab");
    expect_cursor(4, 1, 2);
    set(&what, "AB");
    assert_int_equal(document_find(&d, &what, 0, &size), EFI_NOT_FOUND);
    set(&what, "");
    assert_int_equal(document_find(&d, &what, 0, &size), EFI_NOT_FOUND);
    OPEN("\xff\xfe"
         "a\0"
         "b\0\0a\0b"); /* only at whole characters */
    set(&what, "a");
    assert_int_equal(document_find(&d, &what, 4, &size), EFI_SUCCESS);
    expect_cursor(2, 1, 0);
    text_free(&what);
    text_free(&by);
}

static void gap_moves(void **state)
{
    struct gap gap = {0};
    char shadow[64] = "";
    size_t length = 0;
    for (unsigned i = 0; i < 4000; i++) {
        size_t at = length > 0 ? i * 7919 % (length + 1) : 0;
        size_t removed = MIN(i % 5, length - at), count = length > 40 ? 0 : i % 7;
        char bytes[8];
        memset(bytes, 'a' + i % 26, sizeof bytes);
        assert_int_equal(gap_replace(&gap, at, removed, bytes, count), EFI_SUCCESS);
        memmove(shadow + at + count, shadow + at + removed, length - at - removed);
        memcpy(shadow + at, bytes, count);
        length += count - removed;
        assert_int_equal(gap_size(&gap), length);
        for (size_t j = 0; j < length; j++)
            assert_int_equal(gap_byte(&gap, j), shadow[j]);
        if (i % 10 == 0 && length > 0)
            assert_memory_equal(gap_flat(&gap), shadow, length);
    }
    gap_free(&gap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving),    cmocka_unit_test(editing), cmocka_unit_test(malformed),
        cmocka_unit_test(ucs2),      cmocka_unit_test(cutting), cmocka_unit_test(searching),
        cmocka_unit_test(gap_moves),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
