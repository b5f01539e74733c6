/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/keyboard.h"

#include "shell/shell.h"

static EFI_SIMPLE_TEXT_INPUT_PROTOCOL *plain;
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *extended; /* NULL: the firmware has none */
static bool paused, raw;
static volatile unsigned interrupts; /* Ctrl-C among the keys that were not read yet */

/* Is it Ctrl with this small letter? */
static bool is_control(const EFI_KEY_DATA *key, char16_t letter)
{
    bool control =
        (key->KeyState.KeyShiftState & EFI_SHIFT_STATE_VALID) != 0 &&
        (key->KeyState.KeyShiftState & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED)) != 0;
    return key->Key.UnicodeChar == (letter & 0x1f) ||
           (control && (key->Key.UnicodeChar | 0x20) == letter);
}

/* Some firmware does not compare shift states: it reports the letter alone, too. */
static EFI_STATUS EFIAPI on_interrupt(EFI_KEY_DATA *KeyData)
{
    if (raw || !is_control(KeyData, 'c'))
        return EFI_SUCCESS;
    shell.interrupted = true;
    interrupts++;
    paused = false;
    return shell.bs->SignalEvent(shell.break_event);
}

static EFI_STATUS EFIAPI on_pause(EFI_KEY_DATA *KeyData)
{
    paused |= !raw && is_control(KeyData, 's');
    return EFI_SUCCESS;
}

/* Firmware reports Ctrl with a letter in one of these ways. */
static const struct {
    EFI_KEY_DATA key;
    EFI_KEY_NOTIFY_FUNCTION function;
} registrations[] = {
    {{{0, 'c'}, {EFI_SHIFT_STATE_VALID | EFI_LEFT_CONTROL_PRESSED, 0}}, on_interrupt},
    {{{0, 'c'}, {EFI_SHIFT_STATE_VALID | EFI_RIGHT_CONTROL_PRESSED, 0}}, on_interrupt},
    {{{0, 'c' & 0x1f}, {0, 0}}, on_interrupt},
    {{{0, 's'}, {EFI_SHIFT_STATE_VALID | EFI_LEFT_CONTROL_PRESSED, 0}}, on_pause},
    {{{0, 's'}, {EFI_SHIFT_STATE_VALID | EFI_RIGHT_CONTROL_PRESSED, 0}}, on_pause},
    {{{0, 's' & 0x1f}, {0, 0}}, on_pause},
};

static void *handles[ARRAY_SIZE(registrations)];

EFI_STATUS keyboard_open(void)
{
    plain = shell.table->ConIn;
    if (EFI_ERROR(shell.bs->HandleProtocol(shell.table->ConsoleInHandle,
                                           GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL),
                                           (void **)&extended)))
        extended = NULL;
    EFI_STATUS status = shell.bs->CreateEvent(0, 0, NULL, NULL, &shell.break_event);
    for (size_t i = 0; i < ARRAY_SIZE(registrations); i++) {
        if (EFI_ERROR(status) || extended == NULL || shell.no_interrupt)
            return status;
        EFI_KEY_DATA key = registrations[i].key;
        if (EFI_ERROR(extended->RegisterKeyNotify(extended, &key, registrations[i].function,
                                                  &handles[i])))
            handles[i] = NULL;
    }
    return status;
}

void keyboard_close(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(handles); i++)
        if (handles[i] != NULL)
            (void)extended->UnregisterKeyNotify(extended, handles[i]);
    if (shell.break_event != NULL)
        (void)shell.bs->CloseEvent(shell.break_event);
}

static bool read_key(EFI_KEY_DATA *ret)
{
    *ret = (EFI_KEY_DATA){0};
    if (extended != NULL)
        return !EFI_ERROR(extended->ReadKeyStrokeEx(extended, ret));
    return plain != NULL && !EFI_ERROR(plain->ReadKeyStroke(plain, &ret->Key));
}

bool keyboard_poll(EFI_KEY_DATA *ret)
{
    if (!read_key(ret))
        return false;
    if (is_control(ret, 'c') && interrupts > 0)
        interrupts--;
    return true;
}

static EFI_EVENT key_event(void)
{
    if (extended != NULL)
        return extended->WaitForKeyEx;
    return plain != NULL ? plain->WaitForKey : NULL;
}

EFI_STATUS keyboard_wait(EFI_KEY_DATA *ret)
{
    EFI_EVENT event = key_event();
    size_t index;
    if (event == NULL)
        return EFI_UNSUPPORTED;
    while (!keyboard_poll(ret)) {
        EFI_STATUS status = shell.bs->WaitForEvent(1, &event, &index);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

void keyboard_pause(void)
{
    EFI_KEY_DATA key = {0};
    if (!paused)
        return;
    paused = false;
    while (!is_control(&key, 's') && keyboard_poll(&key))
        ;
    (void)!keyboard_wait(&key);
    paused = false; /* it was Ctrl-S again */
}

void keyboard_forget(void)
{
    EFI_KEY_DATA key;
    paused = false;
    while (interrupts > 0 && keyboard_poll(&key))
        ;
    interrupts = 0;
}

/* The firmware looks for registered keys by itself. */
bool shell_interrupted(void)
{
    return shell.interrupted;
}

void keyboard_set_raw(bool on)
{
    raw = on;
}

bool shell_sleep(uint64_t microseconds)
{
    EFI_EVENT timer;
    size_t index;
    if (EFI_ERROR(shell.bs->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer)))
        return !shell_interrupted();
    while (microseconds > 0 && !shell_interrupted()) {
        uint64_t part = MIN(microseconds, 100000);
        if (EFI_ERROR(shell.bs->SetTimer(timer, TimerRelative, part * 10)) ||
            EFI_ERROR(shell.bs->WaitForEvent(1, &timer, &index)))
            break;
        microseconds -= part;
    }
    (void)shell.bs->CloseEvent(timer);
    return !shell_interrupted();
}
