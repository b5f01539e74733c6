/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DEVICE_PATH_TO_TEXT_PROTOCOL (UEFI 2.10 §10.6.2). */

#include "efi/protocol/device_path.h"
#include "efi/types.h"

#define EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID                                                      \
    {                                                                                              \
        0x8b843e20, 0x8132, 0x4852,                                                                \
        {                                                                                          \
            0x90, 0xcc, 0x55, 0x1a, 0x4e, 0x4a, 0x7f, 0x1c                                         \
        }                                                                                          \
    }

typedef struct {
    char16_t *(EFIAPI *ConvertDeviceNodeToText)(const EFI_DEVICE_PATH_PROTOCOL *DeviceNode,
                                                bool DisplayOnly, bool AllowShortcuts);
    char16_t *(EFIAPI *ConvertDevicePathToText)(const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
                                                bool DisplayOnly, bool AllowShortcuts);
} EFI_DEVICE_PATH_TO_TEXT_PROTOCOL;
