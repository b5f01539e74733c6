/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SIMPLE_TEXT_INPUT_PROTOCOL (UEFI 2.10 §12.3). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID                                                        \
    {                                                                                              \
        0x387477c1, 0x69c7, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }

#define SCAN_NULL      0x00
#define SCAN_UP        0x01
#define SCAN_DOWN      0x02
#define SCAN_RIGHT     0x03
#define SCAN_LEFT      0x04
#define SCAN_HOME      0x05
#define SCAN_END       0x06
#define SCAN_INSERT    0x07
#define SCAN_DELETE    0x08
#define SCAN_PAGE_UP   0x09
#define SCAN_PAGE_DOWN 0x0a
#define SCAN_F1        0x0b
#define SCAN_F2        0x0c
#define SCAN_F3        0x0d
#define SCAN_F4        0x0e
#define SCAN_F5        0x0f
#define SCAN_F6        0x10
#define SCAN_F7        0x11
#define SCAN_F8        0x12
#define SCAN_F9        0x13
#define SCAN_F10       0x14
#define SCAN_F11       0x15
#define SCAN_F12       0x16
#define SCAN_ESC       0x17
#define SCAN_F13       0x68 /* to F24 0x73 */

#define CHAR_BACKSPACE       0x0008
#define CHAR_TAB             0x0009
#define CHAR_LINEFEED        0x000a
#define CHAR_CARRIAGE_RETURN 0x000d

typedef struct {
    uint16_t ScanCode;
    char16_t UnicodeChar;
} EFI_INPUT_KEY;

typedef struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL EFI_SIMPLE_TEXT_INPUT_PROTOCOL;

struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL {
    EFI_STATUS(EFIAPI *Reset)(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, bool ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadKeyStroke)(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, EFI_INPUT_KEY *Key);
    EFI_EVENT WaitForKey;
};
