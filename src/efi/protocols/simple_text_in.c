/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/simple_text_in.h"

#include "console/console.h"
#include "core/time.h"
#include "efi/event.h"
#include "efi/protocols/simple_text_out.h"
#include "efi/tpl.h"

_Static_assert(KEY_UP == SCAN_UP && KEY_PAGE_DOWN == SCAN_PAGE_DOWN && KEY_F1 == SCAN_F1 &&
                   KEY_F11 == SCAN_F11 && KEY_ESCAPE == SCAN_ESC && KEY_F13 == SCAN_F13,
               "scan codes");

/* No device interrupts for input. While somebody waits, the processor halts between two looks: not
 * long while a person types, whose next key must not be felt to lag and whose pastes come in pieces
 * of a FIFO's size; longer when nothing has come for a while, so that a prompt that waits for days
 * costs next to nothing. */
#define TYPING_PERIOD_US TIMER_TICK_US
#define QUIET_PERIOD_US  80000
#define QUIET_AFTER_US   1000000

static uint64_t last_input; /* TSC */

void text_input_look(void)
{
    if (!console_poll())
        return;
    last_input = time_now_ticks();
    if (console_sizes_told())
        simple_text_out_update_modes();
}

uint32_t text_input_period_us(void)
{
    bool quiet = time_now_ticks() - last_input > time_ticks_from_us(QUIET_AFTER_US);
    return quiet ? QUIET_PERIOD_US : TYPING_PERIOD_US;
}

static uint32_t tick_us(void)
{
    return text_input_is_watched() ? 0 : text_input_period_us();
}

static void EFIAPI look_for_key(EFI_EVENT Event, void *Context)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    text_input_look();
    bool ready = console_has_key();
    if (!ready) {
        console_settle();
        console_ask_sizes();
    }
    efi_restore_tpl(tpl);
    if (ready)
        (void)efi_signal_event(Event);
}

EFI_STATUS text_input_create_event(EFI_EVENT *ret)
{
    EFI_STATUS status = efi_create_event(EVT_NOTIFY_WAIT, TPL_NOTIFY, look_for_key, NULL, ret);
    if (!EFI_ERROR(status))
        event_set_tick(*ret, tick_us);
    return status;
}

bool text_input_next(struct key *ret)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    bool found = console_read_key(ret);
    if (!found) {
        text_input_look();
        found = console_read_key(ret);
    }
    if (!found)
        console_settle();
    efi_restore_tpl(tpl);
    return found;
}

void text_input_reset(void)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    text_input_look();
    console_drop_keys();
    efi_restore_tpl(tpl);
}

static EFI_STATUS EFIAPI reset(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, bool ExtendedVerification)
{
    text_input_reset();
    return EFI_SUCCESS;
}

/* This protocol has no modifiers: Ctrl with a letter is the control character, as on a terminal. */
static EFI_STATUS EFIAPI read_key_stroke(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, EFI_INPUT_KEY *Key)
{
    struct key key;
    if (Key == NULL)
        return EFI_INVALID_PARAMETER;
    if (!text_input_next(&key))
        return EFI_NOT_READY;
    if ((key.modifiers & KEY_CONTROL) != 0 && key.character >= '@' && key.character < 0x7f)
        key.character &= 0x1f;
    *Key = (EFI_INPUT_KEY){key.scan, key.character};
    return EFI_SUCCESS;
}

EFI_SIMPLE_TEXT_INPUT_PROTOCOL simple_text_in_protocol = {
    .Reset = reset,
    .ReadKeyStroke = read_key_stroke,
};

EFI_STATUS simple_text_in_init(void)
{
    return text_input_create_event(&simple_text_in_protocol.WaitForKey);
}
