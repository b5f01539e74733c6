/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL (UEFI 2.10 §12.4). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID                                                       \
    {                                                                                              \
        0x387477c2, 0x69c7, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }

/* Attributes: foreground in bits 0 to 3, background (the first eight colours) in bits 4 to 6. */
#define EFI_BLACK        0x00
#define EFI_BLUE         0x01
#define EFI_GREEN        0x02
#define EFI_CYAN         0x03
#define EFI_RED          0x04
#define EFI_MAGENTA      0x05
#define EFI_BROWN        0x06
#define EFI_LIGHTGRAY    0x07
#define EFI_DARKGRAY     0x08
#define EFI_LIGHTBLUE    0x09
#define EFI_LIGHTGREEN   0x0a
#define EFI_LIGHTCYAN    0x0b
#define EFI_LIGHTRED     0x0c
#define EFI_LIGHTMAGENTA 0x0d
#define EFI_YELLOW       0x0e
#define EFI_WHITE        0x0f

#define EFI_TEXT_ATTR(foreground, background) ((foreground) | ((background) << 4))

typedef struct {
    int32_t MaxMode;
    int32_t Mode;
    int32_t Attribute;
    int32_t CursorColumn;
    int32_t CursorRow;
    bool CursorVisible;
} EFI_SIMPLE_TEXT_OUTPUT_MODE;

typedef struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;

struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
    EFI_STATUS(EFIAPI *Reset)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, bool ExtendedVerification);
    EFI_STATUS(EFIAPI *OutputString)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *String);
    EFI_STATUS(EFIAPI *TestString)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *String);
    EFI_STATUS(EFIAPI *QueryMode)
    (EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t ModeNumber, size_t *Columns, size_t *Rows);
    EFI_STATUS(EFIAPI *SetMode)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t ModeNumber);
    EFI_STATUS(EFIAPI *SetAttribute)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t Attribute);
    EFI_STATUS(EFIAPI *ClearScreen)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This);
    EFI_STATUS(EFIAPI *SetCursorPosition)
    (EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t Column, size_t Row);
    EFI_STATUS(EFIAPI *EnableCursor)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, bool Visible);
    EFI_SIMPLE_TEXT_OUTPUT_MODE *Mode;
};
