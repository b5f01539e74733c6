/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL (UEFI 2.10 §12.2). */

#include "efi/protocol/simple_text_in.h"

#define EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID                                                     \
    {                                                                                              \
        0xdd9e7534, 0x7762, 0x4698,                                                                \
        {                                                                                          \
            0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa                                         \
        }                                                                                          \
    }

typedef uint8_t EFI_KEY_TOGGLE_STATE;

typedef struct {
    uint32_t KeyShiftState;
    EFI_KEY_TOGGLE_STATE KeyToggleState;
} EFI_KEY_STATE;

typedef struct {
    EFI_INPUT_KEY Key;
    EFI_KEY_STATE KeyState;
} EFI_KEY_DATA;

_Static_assert(sizeof(EFI_KEY_DATA) == 12, "EFI_KEY_DATA layout");

#define EFI_SHIFT_STATE_VALID     0x80000000u
#define EFI_RIGHT_SHIFT_PRESSED   0x00000001u
#define EFI_LEFT_SHIFT_PRESSED    0x00000002u
#define EFI_RIGHT_CONTROL_PRESSED 0x00000004u
#define EFI_LEFT_CONTROL_PRESSED  0x00000008u
#define EFI_RIGHT_ALT_PRESSED     0x00000010u
#define EFI_LEFT_ALT_PRESSED      0x00000020u
#define EFI_RIGHT_LOGO_PRESSED    0x00000040u
#define EFI_LEFT_LOGO_PRESSED     0x00000080u
#define EFI_MENU_KEY_PRESSED      0x00000100u
#define EFI_SYS_REQ_PRESSED       0x00000200u

#define EFI_TOGGLE_STATE_VALID 0x80u
#define EFI_KEY_STATE_EXPOSED  0x40u
#define EFI_SCROLL_LOCK_ACTIVE 0x01u
#define EFI_NUM_LOCK_ACTIVE    0x02u
#define EFI_CAPS_LOCK_ACTIVE   0x04u

typedef EFI_STATUS(EFIAPI *EFI_KEY_NOTIFY_FUNCTION)(EFI_KEY_DATA *KeyData);

typedef struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL;

struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL {
    EFI_STATUS(EFIAPI *Reset)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, bool ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadKeyStrokeEx)
    (EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, EFI_KEY_DATA *KeyData);
    EFI_EVENT WaitForKeyEx;
    EFI_STATUS(EFIAPI *SetState)
    (EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, EFI_KEY_TOGGLE_STATE *KeyToggleState);
    EFI_STATUS(EFIAPI *RegisterKeyNotify)
    (EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, EFI_KEY_DATA *KeyData,
     EFI_KEY_NOTIFY_FUNCTION KeyNotificationFunction, void **NotifyHandle);
    EFI_STATUS(EFIAPI *UnregisterKeyNotify)
    (EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, void *NotificationHandle);
};
