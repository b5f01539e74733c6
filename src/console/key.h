/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/types.h"

/* A key as the console hands it to EFI: either a scan code or a character. Scan codes are those of
 * UEFI 2.10 §12.1.2; src/efi asserts that they are equal to its own. */
enum key_scan {
    KEY_NONE = 0x00,
    KEY_UP = 0x01,
    KEY_DOWN = 0x02,
    KEY_RIGHT = 0x03,
    KEY_LEFT = 0x04,
    KEY_HOME = 0x05,
    KEY_END = 0x06,
    KEY_INSERT = 0x07,
    KEY_DELETE = 0x08,
    KEY_PAGE_UP = 0x09,
    KEY_PAGE_DOWN = 0x0a,
    KEY_F1 = 0x0b, /* to F10 0x14 */
    KEY_F11 = 0x15,
    KEY_F12 = 0x16,
    KEY_ESCAPE = 0x17,
    KEY_F13 = 0x68, /* to F24 0x73 */
};

/* Modifiers that are not already in the character: an upper-case letter has no KEY_SHIFT. A letter
 * typed with Ctrl is the lower-case letter with KEY_CONTROL. */
#define KEY_SHIFT   0x01
#define KEY_ALT     0x02
#define KEY_CONTROL 0x04
#define KEY_META    0x08

struct key {
    uint16_t scan;
    char16_t character;
    uint8_t modifiers;
};
