/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL (UEFI 2.10 §10.6.5). */

#include "efi/protocol/device_path.h"
#include "efi/types.h"

#define EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL_GUID                                                    \
    {                                                                                              \
        0x05c99a21, 0xc70f, 0x4ad2,                                                                \
        {                                                                                          \
            0x8a, 0x5f, 0x35, 0xdf, 0x33, 0x43, 0xf5, 0x1e                                         \
        }                                                                                          \
    }

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *ConvertTextToDeviceNode)(const char16_t *TextDeviceNode);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *ConvertTextToDevicePath)(const char16_t *TextDevicePath);
} EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL;
