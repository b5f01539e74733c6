/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "console/console.h"
#include "core/time.h"
#include "models/cpu.h"
#include "models/vt.h"

static struct vt vts[2];
static struct terminal terminals[2];

static int set_up(void **state)
{
    fake_cpu_reset();
    console_reset();
    for (int i = 0; i < 2; i++) {
        vt_init(&vts[i], 80, 25);
        terminal_init(&terminals[i], &vts[i].device);
        console_add(&terminals[i]);
    }
    return 0;
}

static int tear_down(void **state)
{
    console_reset();
    return 0;
}

static void type(struct vt *vt, const void *text, size_t size)
{
    vt->typed = text;
    vt->typed_length = size;
}

static void output_goes_to_all(void **state)
{
    console_write("hello\n", 6);
    for (int i = 0; i < 2; i++)
        assert_string_equal(vts[i].log, "\rhello\r\n");
}

static void each_is_used_for_its_own(void **state)
{
    struct key key;
    terminals[0].shows_errors = terminals[1].shows = terminals[0].hears = false;
    console_write("one\n", 4);
    console_speak_of_errors(true);
    console_write("two\n", 4);
    console_speak_of_errors(false);
    console_write("three\n", 6);
    const struct vt_cell(*rows)[VT_MAX_COLUMNS] = &vts[0].cells[vts[0].row - 3];
    assert_int_equal(rows[0][0].character, 'o');
    assert_int_equal(rows[1][0].character, ' '); /* the gap */
    assert_int_equal(rows[2][0].character, 't');
    assert_int_equal(rows[2][1].character, 'h');
    assert_non_null(strstr(vts[1].log, "two"));
    assert_null(strstr(vts[1].log, "one"));
    assert_null(strstr(vts[1].log, "three"));
    type(&vts[0], "a", 1);
    type(&vts[1], "b", 1);
    console_poll();
    assert_true(console_read_key(&key));
    assert_int_equal(key.character, 'b');
    assert_false(console_read_key(&key));
}

/* An error message hides nothing from those that do not show it, nor the other way round. */
static void errors_are_no_content(void **state)
{
    terminals[0].shows_errors = false;
    console_speak_of_errors(true);
    console_write("same", 4);
    console_speak_of_errors(false);
    console_set_cursor(0, 0);
    console_write("same", 4);
    assert_int_equal(vts[0].cells[vts[0].row][3].character, 'e');
    console_set_cursor(0, 0);
    console_speak_of_errors(true);
    vt_clear_log(&vts[1]);
    console_write("same", 4);
    assert_non_null(strstr(vts[1].log, "same"));
}

static void one_that_takes_nothing_does_not_disturb_the_other(void **state)
{
    vts[0].take_at_most = 0;
    console_write("hello\n", 6);
    assert_string_equal(vts[1].log, "\rhello\r\n");
}

static void input_comes_from_any(void **state)
{
    struct key key;
    type(&vts[0], "a", 1);
    type(&vts[1], "b", 1);
    console_poll();
    assert_true(console_read_key(&key));
    assert_int_equal(key.character, 'a');
    assert_true(console_read_key(&key));
    assert_int_equal(key.character, 'b');
    assert_false(console_read_key(&key));
}

static void sequences_of_two_terminals_do_not_mix(void **state)
{
    struct key key;
    type(&vts[0], "\x1b[", 2);
    type(&vts[1], "x", 1);
    console_poll();
    type(&vts[0], "A", 1);
    console_poll();
    assert_true(console_read_key(&key));
    assert_int_equal(key.character, 'x');
    assert_true(console_read_key(&key));
    assert_int_equal(key.scan, KEY_UP);
}

static void a_paste_of_10_kib_loses_nothing(void **state)
{
    static uint8_t text[10240];
    struct key key;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)('!' + i % 90);
    type(&vts[0], text, sizeof text);
    for (size_t i = 0; i < sizeof text; i++) {
        if (i % 7 == 0)
            console_poll();
        while (!console_read_key(&key))
            console_poll();
        assert_int_equal(key.character, text[i]);
    }
    console_poll();
    assert_false(console_has_key());
}

static void escape_comes_after_its_time(void **state)
{
    struct key key;
    fake_cpu.tsc_step = 0;
    type(&vts[0], "\x1b", 1);
    console_poll();
    fake_cpu.tsc += time_ticks_from_us(DECODER_TIMEOUT_MS * 1000 - 1000);
    console_poll();
    assert_false(console_has_key());
    fake_cpu.tsc += time_ticks_from_us(2000);
    console_poll();
    assert_true(console_read_key(&key));
    assert_int_equal(key.scan, KEY_ESCAPE);
}

static unsigned hooked;

static void count_key(const struct key *key)
{
    hooked++;
}

static void the_hook_sees_each_key(void **state)
{
    hooked = 0;
    console_set_key_hook(count_key);
    type(&vts[0], "abc", 3);
    console_poll();
    assert_int_equal(hooked, 3);
    console_drop_keys();
    assert_false(console_has_key());
}

static void the_screen_is_as_large_as_the_smallest_terminal(void **state)
{
    uint16_t columns, rows;
    assert_false(console_largest_size(&columns, &rows));
    type(&vts[0], "\x1b[8;50;132t", 11);
    type(&vts[1], "\x1b[8;40;200t", 11);
    console_poll();
    assert_true(console_largest_size(&columns, &rows));
    assert_int_equal(columns, 132);
    assert_int_equal(rows, 40);
}

static void a_removed_terminal_is_left_alone(void **state)
{
    console_remove(&terminals[0]);
    console_write("x", 1);
    assert_int_equal(vts[0].bytes, 0);
    assert_true(console_has_terminal());
    console_remove(&terminals[1]);
    assert_false(console_has_terminal());
    console_write("x\n", 2);
    console_settle();
    console_poll();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(output_goes_to_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_is_used_for_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_are_no_content, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_takes_nothing_does_not_disturb_the_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(input_comes_from_any, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sequences_of_two_terminals_do_not_mix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_paste_of_10_kib_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escape_comes_after_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_hook_sees_each_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_screen_is_as_large_as_the_smallest_terminal, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_removed_terminal_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
