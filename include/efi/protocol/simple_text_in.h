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
