/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/key_option.h"

#include "lib/macros.h"
#include "lib/reader.h"
#include "lib/ucs2.h"

bool key_option_parse(const void *data, size_t size, struct key_option *ret)
{
    struct reader reader = reader_make(data, size);
    struct key_option option = {0};
    if (!reader_u32(&reader, &option.data) || !reader_u32(&reader, &option.crc) ||
        !reader_u16(&reader, &option.boot_option) || (option.data & KEY_OPTION_REVISION) != 0)
        return false;
    option.count = option.data >> KEY_OPTION_COUNT_SHIFT;
    for (unsigned i = 0; i < option.count; i++)
        if (!reader_u16(&reader, &option.keys[i].ScanCode) ||
            !reader_u16(&reader, &option.keys[i].UnicodeChar))
            return false;
    *ret = option;
    return true;
}

/* Modifiers of a press, as KEY_OPTION_... bits. */
static uint32_t modifiers_of(const EFI_KEY_DATA *press)
{
    static const struct {
        uint32_t state, bit;
    } table[] = {
        {EFI_LEFT_SHIFT_PRESSED | EFI_RIGHT_SHIFT_PRESSED, KEY_OPTION_SHIFT},
        {EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED, KEY_OPTION_CONTROL},
        {EFI_LEFT_ALT_PRESSED | EFI_RIGHT_ALT_PRESSED, KEY_OPTION_ALT},
        {EFI_LEFT_LOGO_PRESSED | EFI_RIGHT_LOGO_PRESSED, KEY_OPTION_LOGO},
        {EFI_MENU_KEY_PRESSED, KEY_OPTION_MENU},
        {EFI_SYS_REQ_PRESSED, KEY_OPTION_SYS_REQ},
    };
    uint32_t state = press->KeyState.KeyShiftState, modifiers = 0;
    for (size_t i = 0; (state & EFI_SHIFT_STATE_VALID) != 0 && i < ARRAY_SIZE(table); i++)
        if ((state & table[i].state) != 0)
            modifiers |= table[i].bit;
    return modifiers;
}

/* Shift is in a printable character, and not told beside it (§12.3); Ctrl and Alt leave no case. */
static bool character_matches(uint32_t modifiers, char16_t wanted, char16_t pressed)
{
    if ((modifiers & (KEY_OPTION_CONTROL | KEY_OPTION_ALT)) != 0)
        return ucs2_upper(wanted) == ucs2_upper(pressed);
    return pressed == ((modifiers & KEY_OPTION_SHIFT) != 0 ? ucs2_upper(wanted) : wanted);
}

bool key_option_matches(const struct key_option *option, unsigned index, const EFI_KEY_DATA *press)
{
    const uint32_t all = KEY_OPTION_SHIFT | KEY_OPTION_CONTROL | KEY_OPTION_ALT | KEY_OPTION_LOGO |
                         KEY_OPTION_MENU | KEY_OPTION_SYS_REQ;
    uint32_t told = press->Key.UnicodeChar > u' ' ? all & ~KEY_OPTION_SHIFT : all;
    const EFI_INPUT_KEY *key = &option->keys[index];
    return ((modifiers_of(press) ^ option->data) & told) == 0 &&
           key->ScanCode == press->Key.ScanCode &&
           character_matches(option->data, key->UnicodeChar, press->Key.UnicodeChar);
}
