/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Simple Text Input, Input Ex and Output as programs see them. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "console/console.h"
#include "efi/event.h"
#include "efi/protocols/simple_text_in.h"
#include "efi/protocols/simple_text_out.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "models/vt.h"

static struct vt vt;
static struct terminal terminal;
static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *const out = &simple_text_out_protocol;
static EFI_SIMPLE_TEXT_INPUT_PROTOCOL *const in = &simple_text_in_protocol;
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *const in_ex = &simple_text_in_ex_protocol;

static int set_up(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_reset();
    events_init();
    console_reset();
    vt_init(&vt, 80, 25);
    terminal_init(&terminal, &vt.device);
    console_add(&terminal);
    assert_int_equal(simple_text_in_init(), EFI_SUCCESS);
    assert_int_equal(simple_text_in_ex_init(), EFI_SUCCESS);
    assert_int_equal(out->Reset(out, false), EFI_SUCCESS);
    console_settle();
    vt_clear_log(&vt);
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(tpl_current(), TPL_APPLICATION);
    console_reset();
    events_reset();
    return 0;
}

static void type(const char *text)
{
    vt.typed = (const uint8_t *)text;
    vt.typed_length = strlen(text);
}

static void output_moves_the_cursor(void **state)
{
    assert_int_equal(out->OutputString(out, u"hello"), EFI_SUCCESS);
    assert_string_equal(vt.log, "hello");
    assert_int_equal(out->Mode->CursorColumn, 5);
    assert_int_equal(out->OutputString(out, u"\b\b\r\n\n\bx"), EFI_SUCCESS);
    assert_int_equal(out->Mode->CursorColumn, 1);
    assert_int_equal(out->Mode->CursorRow, 2);
    for (int i = 0; i < 30; i++)
        out->OutputString(out, u"\n");
    assert_int_equal(out->Mode->CursorRow, 24);
    assert_int_equal(out->Mode->CursorColumn, 1);
}

static void full_lines_wrap(void **state)
{
    char16_t line[81];
    for (int i = 0; i < 80; i++)
        line[i] = u'x';
    line[80] = 0;
    out->OutputString(out, line);
    assert_int_equal(out->Mode->CursorColumn, 0);
    assert_int_equal(out->Mode->CursorRow, 1);
    out->SetCursorPosition(out, 0, 24);
    out->OutputString(out, line);
    assert_int_equal(out->Mode->CursorRow, 24);
    assert_int_equal(vt.scrolled, 1);
}

static void unknown_glyphs_are_a_warning(void **state)
{
    assert_int_equal(out->OutputString(out, u"a\x1b[31m\x0300z"), EFI_WARN_UNKNOWN_GLYPH);
    assert_string_equal(vt.log, "a[31mz");
    assert_int_equal(out->TestString(out, u"ok\r\n\u2500"), EFI_SUCCESS);
    assert_int_equal(out->TestString(out, u"\x1b"), EFI_UNSUPPORTED);
    assert_int_equal(out->OutputString(out, NULL), EFI_INVALID_PARAMETER);
}

static void only_mode_0_without_a_known_size(void **state)
{
    size_t columns = 1, rows = 2;
    assert_int_equal(out->Mode->MaxMode, 1);
    assert_int_equal(out->QueryMode(out, 0, &columns, &rows), EFI_SUCCESS);
    assert_int_equal(columns, 80);
    assert_int_equal(rows, 25);
    assert_int_equal(out->QueryMode(out, 1, &columns, &rows), EFI_UNSUPPORTED);
    assert_int_equal(out->QueryMode(out, 2, &columns, &rows), EFI_UNSUPPORTED);
    assert_int_equal(out->QueryMode(out, SIZE_MAX, &columns, &rows), EFI_UNSUPPORTED);
    assert_int_equal(out->SetMode(out, 1), EFI_UNSUPPORTED);
}

static void larger_terminals_have_larger_modes(void **state)
{
    size_t columns = 0, rows = 0;
    type("\x1b[8;43;132t");
    console_poll();
    simple_text_out_update_modes();
    assert_int_equal(out->Mode->MaxMode, 4);
    assert_int_equal(out->QueryMode(out, 1, &columns, &rows), EFI_UNSUPPORTED);
    assert_int_equal(out->QueryMode(out, 2, &columns, &rows), EFI_SUCCESS);
    assert_int_equal(columns, 100);
    assert_int_equal(rows, 31);
    assert_int_equal(out->QueryMode(out, 3, &columns, &rows), EFI_SUCCESS);
    assert_int_equal(columns, 132);
    assert_int_equal(rows, 43);
    assert_int_equal(out->SetMode(out, 3), EFI_SUCCESS);
    assert_int_equal(out->Mode->Mode, 3);
    assert_int_equal(out->SetCursorPosition(out, 131, 42), EFI_SUCCESS);
    assert_int_equal(out->SetMode(out, 0), EFI_SUCCESS);
    assert_int_equal(out->SetCursorPosition(out, 80, 0), EFI_UNSUPPORTED);
    assert_int_equal(out->SetCursorPosition(out, 0, 25), EFI_UNSUPPORTED);
}

static void attributes(void **state)
{
    assert_int_equal(out->SetAttribute(out, 0x1f), EFI_SUCCESS);
    assert_int_equal(out->Mode->Attribute, 0x1f);
    assert_int_equal(out->SetAttribute(out, 0x80), EFI_UNSUPPORTED);
    assert_int_equal(out->Mode->Attribute, 0x1f);
    assert_int_equal(out->EnableCursor(out, false), EFI_SUCCESS);
    assert_false(out->Mode->CursorVisible);
    assert_int_equal(out->Reset(out, true), EFI_SUCCESS);
    assert_int_equal(out->Mode->Attribute, 0x07);
    assert_true(out->Mode->CursorVisible);
}

static void plain_keys(void **state)
{
    EFI_INPUT_KEY key = {0x55, 0x55};
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_NOT_READY);
    assert_int_equal(key.ScanCode, 0x55);
    type("a\x1b[A\x03");
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_SUCCESS);
    assert_int_equal(key.UnicodeChar, u'a');
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_SUCCESS);
    assert_int_equal(key.ScanCode, SCAN_UP);
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_SUCCESS);
    assert_int_equal(key.UnicodeChar, 3);
    assert_int_equal(in->ReadKeyStroke(in, NULL), EFI_INVALID_PARAMETER);
    type("xyz");
    assert_int_equal(in->Reset(in, false), EFI_SUCCESS);
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_NOT_READY);
}

static void keys_with_modifiers(void **state)
{
    EFI_KEY_DATA data;
    type("\x03\x1b[1;3B");
    assert_int_equal(in_ex->ReadKeyStrokeEx(in_ex, &data), EFI_SUCCESS);
    assert_int_equal(data.Key.UnicodeChar, u'c');
    assert_int_equal(data.KeyState.KeyShiftState, EFI_SHIFT_STATE_VALID | EFI_LEFT_CONTROL_PRESSED);
    assert_int_equal(data.KeyState.KeyToggleState, EFI_TOGGLE_STATE_VALID);
    assert_int_equal(in_ex->ReadKeyStrokeEx(in_ex, &data), EFI_SUCCESS);
    assert_int_equal(data.Key.ScanCode, SCAN_DOWN);
    assert_int_equal(data.KeyState.KeyShiftState, EFI_SHIFT_STATE_VALID | EFI_LEFT_ALT_PRESSED);
    assert_int_equal(in_ex->ReadKeyStrokeEx(in_ex, &data), EFI_NOT_READY);
    assert_int_equal(data.Key.UnicodeChar, 0);
    assert_int_equal(data.KeyState.KeyShiftState, EFI_SHIFT_STATE_VALID);
}

static void toggle_states(void **state)
{
    EFI_KEY_TOGGLE_STATE toggle = EFI_TOGGLE_STATE_VALID | EFI_KEY_STATE_EXPOSED;
    EFI_KEY_DATA data;
    assert_int_equal(in_ex->SetState(in_ex, &toggle), EFI_SUCCESS);
    type("q");
    assert_int_equal(in_ex->ReadKeyStrokeEx(in_ex, &data), EFI_SUCCESS);
    assert_int_equal(data.KeyState.KeyToggleState, toggle);
    toggle = EFI_TOGGLE_STATE_VALID | EFI_CAPS_LOCK_ACTIVE;
    assert_int_equal(in_ex->SetState(in_ex, &toggle), EFI_UNSUPPORTED);
    toggle = 0;
    assert_int_equal(in_ex->SetState(in_ex, &toggle), EFI_UNSUPPORTED);
    assert_int_equal(in_ex->SetState(in_ex, NULL), EFI_INVALID_PARAMETER);
    toggle = EFI_TOGGLE_STATE_VALID;
    assert_int_equal(in_ex->SetState(in_ex, &toggle), EFI_SUCCESS);
}

static unsigned waits;

#define SIZE_QUESTION                                                                              \
    "\x1b"                                                                                         \
    "7\x1b[999;999H\x1b[6n\x1b"                                                                    \
    "8"

static void type_in_the_third_wait(void)
{
    fake_cpu.tsc += 10 * 1000000;
    if (++waits == 3)
        type("k");
    fake_apic_poll();
}

static void waiting_halts_and_settles(void **state)
{
    EFI_INPUT_KEY key;
    size_t index;
    waits = 0;
    fake_cpu.wait = type_in_the_third_wait;
    out->SetCursorPosition(out, 10, 10);
    vt_clear_log(&vt);
    assert_int_equal(efi_wait_for_event(1, &in->WaitForKey, &index), EFI_SUCCESS);
    assert_int_equal(waits, 3);
    assert_string_equal(vt.log, "\x1b[11;11H" SIZE_QUESTION); /* and the size is asked for once */
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_SUCCESS);
    assert_int_equal(key.UnicodeChar, u'k');
    assert_int_equal(efi_check_event(in_ex->WaitForKeyEx), EFI_NOT_READY);
}

static void answer_in_the_first_wait(void)
{
    fake_cpu.tsc += 10 * 1000000;
    if (++waits == 1)
        type("\x1b[43;132R");
    if (waits == 3)
        type("k");
    fake_apic_poll();
}

static void the_size_is_asked_for_where_input_is_waited_for(void **state)
{
    size_t index;
    waits = 0;
    fake_cpu.wait = answer_in_the_first_wait;
    assert_int_equal(out->Mode->MaxMode, 1);
    assert_int_equal(efi_wait_for_event(1, &in->WaitForKey, &index), EFI_SUCCESS);
    assert_int_equal(waits, 3);
    assert_int_equal(out->Mode->MaxMode, 4);
    assert_int_equal(out->SetMode(out, 3), EFI_SUCCESS);
    assert_int_equal(out->SetCursorPosition(out, 131, 42), EFI_SUCCESS);
    assert_int_equal(out->SetMode(out, 0), EFI_SUCCESS);
}

static char notified[64];
static void *handles_of[3];

static EFI_STATUS EFIAPI note_key(EFI_KEY_DATA *data)
{
    assert_int_equal(tpl_current(), TPL_CALLBACK);
    size_t length = strlen(notified);
    notified[length] = (char)data->Key.UnicodeChar;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI unregister_itself(EFI_KEY_DATA *data)
{
    strcat(notified, "!");
    return in_ex->UnregisterKeyNotify(in_ex, handles_of[1]);
}

static void pass_ms(unsigned ms)
{
    for (unsigned i = 0; i < ms; i++) {
        fake_cpu.tsc += 1000000;
        fake_apic_poll();
    }
}

static void registered_keys_are_seen_without_reading(void **state)
{
    EFI_KEY_DATA ctrl_c = {{0, u'c'}, {EFI_SHIFT_STATE_VALID | EFI_LEFT_CONTROL_PRESSED, 0}};
    EFI_KEY_DATA any_x = {{0, u'x'}, {0, 0}};
    EFI_INPUT_KEY key;
    memset(notified, 0, sizeof notified);
    assert_int_equal(in_ex->RegisterKeyNotify(in_ex, &ctrl_c, note_key, &handles_of[0]),
                     EFI_SUCCESS);
    assert_int_equal(in_ex->RegisterKeyNotify(in_ex, &any_x, unregister_itself, &handles_of[1]),
                     EFI_SUCCESS);
    assert_int_equal(in_ex->RegisterKeyNotify(in_ex, &any_x, note_key, &handles_of[2]),
                     EFI_SUCCESS);
    assert_int_equal(in_ex->RegisterKeyNotify(in_ex, &any_x, NULL, &handles_of[2]),
                     EFI_INVALID_PARAMETER);
    type("c\x03\x1bxx");
    pass_ms(100);
    assert_string_equal(notified, "c!xx");

    assert_int_equal(in_ex->UnregisterKeyNotify(in_ex, handles_of[0]), EFI_SUCCESS);
    assert_int_equal(in_ex->UnregisterKeyNotify(in_ex, handles_of[0]), EFI_INVALID_PARAMETER);
    assert_int_equal(in_ex->UnregisterKeyNotify(in_ex, handles_of[2]), EFI_SUCCESS);
    assert_int_equal(in_ex->UnregisterKeyNotify(in_ex, NULL), EFI_INVALID_PARAMETER);
    pass_ms(100);
    assert_int_equal(fake_apic.deadline, 0);

    static const char16_t read[] = u"c\x03xx";
    for (int i = 0; i < 4; i++) {
        assert_int_equal(in->ReadKeyStroke(in, &key), EFI_SUCCESS);
        assert_int_equal(key.UnicodeChar, read[i]);
    }
}

/* Halts until the timer interrupts; at most 30 s. A key comes at `type_at`, and then each in less
 * than 10 ms. */
static uint64_t type_at;
static unsigned keys_left;

static void halt_until_interrupt(void)
{
    uint64_t before = fake_apic.interrupts, end = fake_cpu.tsc + 30000000000ull;
    while (fake_apic.interrupts == before && fake_cpu.tsc < end) {
        fake_cpu.tsc += 100000;
        if (keys_left > 0 && fake_cpu.tsc >= type_at) {
            type("k");
            type_at += 5000000;
            keys_left--;
        }
        fake_apic_poll();
    }
}

/* Milliseconds from when the key is typed until it was read. */
static uint64_t key_delay_ms(uint64_t typed_after_ms)
{
    EFI_INPUT_KEY key;
    size_t index;
    uint64_t typed = fake_cpu.tsc + typed_after_ms * 1000000;
    type_at = typed;
    keys_left = 1;
    assert_int_equal(efi_wait_for_event(1, &in->WaitForKey, &index), EFI_SUCCESS);
    uint64_t delay = fake_cpu.tsc - typed;
    assert_int_equal(in->ReadKeyStroke(in, &key), EFI_SUCCESS);
    return delay / 1000000;
}

/* A minute: a dozen looks a second after the first one, and a first key that waits no longer. */
static void a_quiet_prompt_sleeps(void **state)
{
    fake_cpu.wait = halt_until_interrupt;
    assert_in_range(key_delay_ms(60000), 0, 81);
    assert_in_range(fake_cpu.waits, 700, 900);
}

static void typed_keys_are_not_kept_waiting(void **state)
{
    fake_cpu.wait = halt_until_interrupt;
    key_delay_ms(5000);
    for (int i = 0; i < 20; i++)
        assert_in_range(key_delay_ms(47 * i % 900), 0, 11);
}

/* Not even when the timer was due when the last one went. */
static void nobody_looks_without_registered_keys(void **state)
{
    EFI_KEY_DATA any_x = {{0, u'x'}, {0, 0}};
    assert_int_equal(in_ex->RegisterKeyNotify(in_ex, &any_x, note_key, &handles_of[0]),
                     EFI_SUCCESS);
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    pass_ms(100);
    assert_int_equal(in_ex->UnregisterKeyNotify(in_ex, handles_of[0]), EFI_SUCCESS);
    efi_restore_tpl(tpl);
    pass_ms(200);
    assert_int_equal(fake_apic.deadline, 0);
}

/* Looking by timer and waiting is not twice the work. */
static void registered_keys_do_not_wake_more_often(void **state)
{
    EFI_KEY_DATA any_x = {{0, u'x'}, {0, 0}};
    assert_int_equal(in_ex->RegisterKeyNotify(in_ex, &any_x, note_key, &handles_of[0]),
                     EFI_SUCCESS);
    fake_cpu.wait = halt_until_interrupt;
    assert_in_range(key_delay_ms(60000), 0, 81);
    assert_in_range(fake_cpu.waits, 700, 900);
    for (int i = 0; i < 20; i++)
        assert_in_range(key_delay_ms(47 * i % 900), 0, 11);
    assert_int_equal(in_ex->UnregisterKeyNotify(in_ex, handles_of[0]), EFI_SUCCESS);
    assert_in_range(key_delay_ms(100), 0, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(output_moves_the_cursor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_lines_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_glyphs_are_a_warning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_mode_0_without_a_known_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(larger_terminals_have_larger_modes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plain_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_with_modifiers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(toggle_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waiting_halts_and_settles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_size_is_asked_for_where_input_is_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(registered_keys_are_seen_without_reading, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_quiet_prompt_sleeps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(typed_keys_are_not_kept_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_looks_without_registered_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(registered_keys_do_not_wake_more_often, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
