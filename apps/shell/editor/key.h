/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_text_in_ex.h"

/* What a key means to editors. */

/* The modifiers, 0 when the firmware does not know. */
uint32_t key_shift(const EFI_KEY_DATA *key);

/* The small letter that was pressed with Ctrl, 0 for other keys. It comes as the letter and a
 * modifier, or as the control character without one; Backspace, Tab and Enter are themselves. */
char16_t key_control_letter(const EFI_KEY_DATA *key);
