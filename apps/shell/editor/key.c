/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/editor/key.h"

uint32_t key_shift(const EFI_KEY_DATA *key)
{
    uint32_t state = key->KeyState.KeyShiftState;
    return (state & EFI_SHIFT_STATE_VALID) != 0 ? state : 0;
}

char16_t key_control_letter(const EFI_KEY_DATA *key)
{
    bool control = (key_shift(key) & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED)) != 0;
    char16_t c = key->Key.UnicodeChar;
    if (c > 0 && c < 0x20 && c != '\b' && c != '\t' && c != '\r' && c != '\n')
        return c + 'a' - 1;
    if (control && c >= 'A' && c <= 'Z')
        return c + 'a' - 'A';
    return control && c >= 'a' && c <= 'z' ? c : 0;
}
