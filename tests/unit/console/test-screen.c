/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What terminals show, whatever is written to them, against a plain model of the screen; and that
 * it takes few bytes. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "console/console.h"
#include "models/screen_check.h"
#include "models/vt.h"

static struct vt vt;
static struct terminal terminal;

static int set_up(void **state)
{
    console_reset();
    vt_init(&vt, 80, 25);
    terminal_init(&terminal, &vt.device);
    console_add(&terminal);
    console_settle(); /* "\r": the cursor may be anywhere */
    vt_clear_log(&vt);
    return 0;
}

static int tear_down(void **state)
{
    console_reset();
    return 0;
}

static void put_string(const char *text)
{
    for (; *text != '\0'; text++)
        console_put((unsigned char)*text);
    console_end_output();
}

/* What went over the wire since the last look. */
static void expect_bytes(const char *bytes)
{
    assert_string_equal(vt.log, bytes);
    vt_clear_log(&vt);
}

static void random_operations_show_what_the_model_says(void **state)
{
    static uint8_t data[600];
    uint32_t random = 1;
    for (int run = 0; run < 500; run++) {
        for (size_t i = 0; i < sizeof data; i++) {
            random = random * 1664525 + 1013904223;
            data[i] = random >> 24;
        }
        screen_check_run(data, sizeof data);
    }
}

static void plain_text_is_sent_as_it_is(void **state)
{
    put_string("hello\r\nworld\r\n");
    expect_bytes("hello\r\nworld\r\n");
    console_settle();
    expect_bytes("");
}

static void line_breaks_character_by_character(void **state)
{
    put_string("a");
    put_string("\n");
    put_string("\r");
    put_string("b");
    expect_bytes("a\n\rb");
}

static void default_colours_need_no_codes(void **state)
{
    console_set_attribute(0x07);
    put_string("x");
    console_set_attribute(0x0f);
    console_set_attribute(0x07);
    put_string("y");
    expect_bytes("xy");
}

static void colours_change_only_when_something_is_shown(void **state)
{
    console_set_attribute(0x0e);
    put_string("a ");
    console_set_attribute(0x1f);
    put_string("b");
    console_set_attribute(0x07);
    expect_bytes("\x1b[1;33ma \x1b[37;44mb");
    console_settle();
    expect_bytes("\x1b[m");
}

static void a_space_does_not_care_for_the_foreground(void **state)
{
    console_set_attribute(0x02);
    put_string(" ");
    expect_bytes(" ");
    put_string("x");
    expect_bytes("\x1b[32mx");
}

static void cursor_moves_are_lazy_and_short(void **state)
{
    console_clear();
    expect_bytes("\x1b[H\x1b[J");
    console_set_cursor(10, 10);
    console_set_cursor(0, 0);
    put_string("abc");
    expect_bytes("abc");
    console_set_cursor(1, 0);
    put_string("x");
    expect_bytes("\b\bx");
    console_set_cursor(40, 12);
    put_string("y");
    expect_bytes("\x1b[13;41Hy");
    console_set_cursor(41, 13);
    put_string("z");
    expect_bytes("\x1b[Bz");
    console_set_cursor(0, 14);
    put_string("w");
    expect_bytes("\r\nw");
    console_set_cursor(0, 0);
    console_settle();
    expect_bytes("\x1b[H");
}

static void clearing_a_clear_screen_is_free(void **state)
{
    console_clear();
    vt_clear_log(&vt);
    console_set_cursor(3, 3);
    console_clear();
    expect_bytes("");
    assert_int_equal(console_screen()->row, 0);
    put_string("x");
    console_clear();
    expect_bytes("x\x1b[H\x1b[J");
    console_set_attribute(0x17);
    console_clear();
    expect_bytes("\x1b[37;44m\x1b[H\x1b[J");
}

static void the_cursor_is_hidden_once(void **state)
{
    console_show_cursor(false);
    put_string("x");
    console_show_cursor(true);
    console_settle();
    console_show_cursor(false);
    console_settle();
    console_settle();
    expect_bytes("x\x1b[?25l");
}

static void without_a_clear_rows_are_made_by_line_feeds(void **state)
{
    put_string("top");
    console_set_cursor(0, 3);
    put_string("x");
    expect_bytes("top\r\n\n\nx");
    console_set_cursor(0, 0);
    put_string("y");
    expect_bytes("\r\x1b[3Ay");
}

static void lost_bytes_are_made_good(void **state)
{
    console_clear();
    console_set_attribute(0x1f);
    put_string("abc");
    vt.take_at_most = 0;
    put_string("def");
    vt.take_at_most = SIZE_MAX;
    vt_clear_log(&vt);
    put_string("g");
    expect_bytes("\r\x1b[6C\x1b[0;1;37;44mg");
    assert_int_equal(vt.cells[0][6].character, 'g');
}

static void the_log_has_lines_of_its_own(void **state)
{
    console_set_attribute(0x4f);
    put_string("menu");
    console_write_log("disk \xc3\xa9\n", 8);
    put_string("x");
    expect_bytes("\x1b[1;37;41mmenu\x1b[m\r\ndisk \xc3\xa9\r\n\x1b[1;37;41mx");
}

static void printing_the_same_again_is_free(void **state)
{
    put_string("Boot in 5 seconds.");
    console_set_cursor(0, 0);
    put_string("Boot in 4 seconds.");
    console_set_cursor(0, 0);
    put_string("Boot in 4 seconds.");
    console_settle();
    expect_bytes("Boot in 5 seconds.\x1b[10D4\x1b[9C");
    console_set_attribute(0x70);
    console_set_cursor(8, 0);
    put_string("4");
    expect_bytes("\x1b[10D\x1b[30;47m4");
    console_set_attribute(0x07);
    console_set_cursor(4, 0);
    put_string("_");
    console_set_cursor(8, 0);
    put_string("5");
    expect_bytes("\x1b[5D\x1b[m_in 5");
}

static void short_gaps_are_printed_again(void **state)
{
    put_string("abcdefgh");
    console_set_cursor(0, 0);
    put_string("XbcYefgh");
    console_settle();
    expect_bytes("abcdefgh\rXbcY\x1b[4C");
}

static void fresh_lines_have_their_spaces(void **state)
{
    console_clear();
    vt_clear_log(&vt);
    put_string("a        b\r\n        c");
    expect_bytes("a        b\r\n        c");
    for (int i = 0; i < 30; i++)
        put_string("\r\n");
    vt_clear_log(&vt);
    put_string("a        b");
    expect_bytes("a        b");
}

static void a_menu_costs_little(void **state)
{
    uint64_t before = vt.bytes;
    console_clear();
    for (uint16_t row = 5; row < 15; row++) {
        console_set_attribute(row == 7 ? 0x70 : 0x07);
        console_set_cursor(20, row);
        put_string("An entry of the menu");
    }
    console_settle();
    assert_true(vt.bytes - before < 10 * (20 + 8) + 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_show_what_the_model_says),
        cmocka_unit_test_setup_teardown(plain_text_is_sent_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(line_breaks_character_by_character, set_up, tear_down),
        cmocka_unit_test_setup_teardown(default_colours_need_no_codes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(colours_change_only_when_something_is_shown, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_space_does_not_care_for_the_foreground, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(cursor_moves_are_lazy_and_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clearing_a_clear_screen_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cursor_is_hidden_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_clear_rows_are_made_by_line_feeds, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lost_bytes_are_made_good, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_log_has_lines_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(printing_the_same_again_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(short_gaps_are_printed_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fresh_lines_have_their_spaces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_menu_costs_little, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
