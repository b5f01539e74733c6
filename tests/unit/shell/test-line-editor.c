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

#include "lib/ucs2.h"
#include "models/editor_screen.h"

static struct screen_model screen;
static struct line_editor editor;
static struct history history;
static enum editor_result last;

static void open_editor(size_t columns, size_t rows, size_t column, size_t row)
{
    line_editor_close(&editor);
    screen_model_init(&screen, columns, rows, column, row);
    line_editor_open(&editor, &screen.screen, NULL);
    editor.history = &history;
}

static int tear_down(void **state)
{
    line_editor_close(&editor);
    history_free(&history);
    return 0;
}

static void press(uint16_t scan, char16_t c, uint32_t shift)
{
    EFI_KEY_DATA key = {{scan, c}, {EFI_SHIFT_STATE_VALID | shift, EFI_TOGGLE_STATE_VALID}};
    last = line_editor_key(&editor, &key);
    screen_model_check(&screen, &editor);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++)
        press(0, (unsigned char)*text, 0);
}

static void control(char letter)
{
    press(0, (unsigned char)letter, EFI_LEFT_CONTROL_PRESSED);
}

static void scan(uint16_t code)
{
    press(code, 0, 0);
}

static void expect_line(const char *expected, size_t cursor)
{
    char buffer[256];
    utf8_from_ucs2(buffer, sizeof buffer, text_string(&editor.line));
    assert_string_equal(buffer, expected);
    assert_int_equal(editor.cursor, cursor);
}

static void typing(void **state)
{
    open_editor(40, 10, 5, 3);
    type("hello");
    expect_line("hello", 5);
    type("\b\bp");
    expect_line("help", 4);
    scan(SCAN_HOME);
    type("x\b\b");
    expect_line("help", 0);
    scan(SCAN_RIGHT);
    scan(SCAN_DELETE);
    expect_line("hlp", 1);
    scan(SCAN_END);
    scan(SCAN_DELETE);
    scan(SCAN_LEFT);
    type("a");
    expect_line("hlap", 3);
    assert_int_equal(last, EDITOR_MORE);
    type("\r");
    assert_int_equal(last, EDITOR_ACCEPT);
    expect_line("hlap", 4);
}

static void overwriting(void **state)
{
    open_editor(40, 10, 0, 0);
    type("abcd");
    scan(SCAN_HOME);
    scan(SCAN_INSERT);
    type("XY");
    expect_line("XYcd", 2);
    scan(SCAN_INSERT);
    type("Z");
    expect_line("XYZcd", 3);
    scan(SCAN_INSERT);
    scan(SCAN_END);
    type("!");
    expect_line("XYZcd!", 6);
}

static void control_keys(void **state)
{
    open_editor(40, 10, 2, 0);
    type("one two three");
    control('w');
    expect_line("one two ", 8);
    control('a');
    control('d');
    expect_line("ne two ", 0);
    press(SCAN_RIGHT, 0, EFI_LEFT_CONTROL_PRESSED);
    expect_line("ne two ", 2);
    control('k');
    expect_line("ne", 2);
    type(" x");
    press(SCAN_LEFT, 0, EFI_RIGHT_CONTROL_PRESSED);
    control('u');
    expect_line("x", 0);
    control('e');
    press(0, 'b', EFI_LEFT_ALT_PRESSED);
    expect_line("x", 0);
    press(0, 'd', EFI_LEFT_ALT_PRESSED);
    expect_line("", 0);
    type("abc");
    press(0, 2, 0); /* Ctrl-B as a control character */
    control('F');
    control('h');
    expect_line("ab", 2);
    control('l');
    assert_int_equal(screen.row, 0);
    expect_line("ab", 2);
    scan(SCAN_ESC);
    expect_line("", 0);
    type("zz");
    control('c');
    assert_int_equal(last, EDITOR_CANCEL);
}

static void history_keys(void **state)
{
    history_add(&history, u"first");
    history_add(&history, u"second");
    history_add(&history, u"second");
    history_add(&history, u"  ");
    history_add(&history, u"third");
    open_editor(40, 10, 2, 9);
    type("mine");
    scan(SCAN_UP);
    expect_line("third", 5);
    scan(SCAN_UP);
    expect_line("second", 6);
    control('p');
    expect_line("first", 5);
    scan(SCAN_UP);
    expect_line("first", 5);
    scan(SCAN_DOWN);
    expect_line("second", 6);
    scan(SCAN_PAGE_UP);
    expect_line("first", 5);
    scan(SCAN_PAGE_DOWN);
    expect_line("third", 5);
    control('n');
    expect_line("mine", 4);
    scan(SCAN_DOWN);
    expect_line("mine", 4);
    for (int i = 0; i < 150; i++) {
        char16_t line[] = {(char16_t)('a' + i % 26), (char16_t)('a' + i / 26), 0};
        history_add(&history, line);
    }
    assert_non_null(history_get(&history, HISTORY_LINES));
    assert_null(history_get(&history, HISTORY_LINES + 1));
    assert_null(history_get(&history, 0));
}

static void offer(void *context, const char16_t *line, size_t cursor, struct completion *ret)
{
    static char16_t *words[] = {u"boot.efi", u"bin\\", u"b"};
    if (cursor == 0)
        return;
    ret->start = cursor - 1;
    ret->candidates = arena_alloc(&ret->arena, sizeof words);
    memcpy(ret->candidates, words, sizeof words);
    ret->count = 3;
}

static void completing(void **state)
{
    static const struct editor_completer completer = {offer, NULL};
    open_editor(40, 10, 2, 9);
    editor.completer = &completer;
    type("\t");
    expect_line("", 0);
    type("ls b x");
    scan(SCAN_LEFT);
    scan(SCAN_LEFT);
    type("\t");
    expect_line("ls boot.efi x", 11);
    type("\t");
    expect_line("ls bin\\ x", 7);
    type("\t\t");
    expect_line("ls boot.efi x", 11);
    press(0, '\t', EFI_LEFT_SHIFT_PRESSED);
    expect_line("ls b x", 4);
    type("y");
    expect_line("ls by x", 5);
    type("\t");
    expect_line("ls bboot.efi x", 12);
}

static void long_lines_scroll(void **state)
{
    open_editor(10, 3, 4, 2);
    for (int i = 0; i < 200; i++)
        press(0, (char16_t)('a' + i % 26), 0);
    for (int i = 0; i < 100; i++)
        scan(SCAN_LEFT);
    type("12345");
    scan(SCAN_HOME);
    type("xyz");
    for (int i = 0; i < 50; i++)
        scan(SCAN_DELETE);
    scan(SCAN_END);
    control('u');
    expect_line("", 0);
}

static void typing_costs_one_cell_each(void **state)
{
    open_editor(80, 25, 10, 5);
    type("a command line with arguments");
    assert_int_equal(screen.written, 29);
}

static void random_keys(void **state)
{
    static const uint16_t scans[] = {SCAN_LEFT, SCAN_RIGHT, SCAN_HOME, SCAN_END,    SCAN_DELETE,
                                     SCAN_UP,   SCAN_DOWN,  SCAN_ESC,  SCAN_INSERT, SCAN_PAGE_UP};
    static const char letters[] = "abdefhklnpuw";
    history_add(&history, u"a rather long line of the history that wraps");
    srand(7);
    for (int run = 0; run < 200; run++) {
        size_t columns = 1 + (size_t)rand() % 20, rows = 1 + (size_t)rand() % 6;
        open_editor(columns, rows, (size_t)rand() % columns, (size_t)rand() % rows);
        for (int i = 0; i < 300; i++) {
            int what = rand() % 10;
            if (what < 6)
                press(0, (char16_t)('a' + rand() % 26), 0);
            else if (what < 9)
                scan(scans[rand() % 10]);
            else
                control(letters[rand() % 12]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(typing, tear_down),
        cmocka_unit_test_teardown(overwriting, tear_down),
        cmocka_unit_test_teardown(control_keys, tear_down),
        cmocka_unit_test_teardown(history_keys, tear_down),
        cmocka_unit_test_teardown(completing, tear_down),
        cmocka_unit_test_teardown(long_lines_scroll, tear_down),
        cmocka_unit_test_teardown(typing_costs_one_cell_each, tear_down),
        cmocka_unit_test_teardown(random_keys, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
