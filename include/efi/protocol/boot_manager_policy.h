/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_BOOT_MANAGER_POLICY_PROTOCOL (UEFI 2.10 §3.2). */

#include "efi/protocol/device_path.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_BOOT_MANAGER_POLICY_PROTOCOL_GUID                                                      \
    {                                                                                              \
        0xfedf8e0c, 0xe147, 0x11e3,                                                                \
        {                                                                                          \
            0x99, 0x03, 0xb8, 0xe8, 0x56, 0x2c, 0xba, 0xfa                                         \
        }                                                                                          \
    }

#define EFI_BOOT_MANAGER_POLICY_CONSOLE_GUID                                                       \
    {                                                                                              \
        0xcab0e94c, 0xe15f, 0x11e3,                                                                \
        {                                                                                          \
            0x91, 0x8d, 0xb8, 0xe8, 0x56, 0x2c, 0xba, 0xfa                                         \
        }                                                                                          \
    }

#define EFI_BOOT_MANAGER_POLICY_NETWORK_GUID                                                       \
    {                                                                                              \
        0xd04159dc, 0xe15f, 0x11e3,                                                                \
        {                                                                                          \
            0xb2, 0x61, 0xb8, 0xe8, 0x56, 0x2c, 0xba, 0xfa                                         \
        }                                                                                          \
    }

#define EFI_BOOT_MANAGER_POLICY_CONNECT_ALL_GUID                                                   \
    {                                                                                              \
        0x113b2126, 0xfc8a, 0x11e3,                                                                \
        {                                                                                          \
            0xbd, 0x6c, 0xb8, 0xe8, 0x56, 0x2c, 0xba, 0xfa                                         \
        }                                                                                          \
    }

#define EFI_BOOT_MANAGER_POLICY_PROTOCOL_REVISION 0x00010000

typedef struct EFI_BOOT_MANAGER_POLICY_PROTOCOL EFI_BOOT_MANAGER_POLICY_PROTOCOL;

struct EFI_BOOT_MANAGER_POLICY_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *ConnectDevicePath)
    (EFI_BOOT_MANAGER_POLICY_PROTOCOL *This, EFI_DEVICE_PATH_PROTOCOL *DevicePath, bool Recursive);
    EFI_STATUS(EFIAPI *ConnectDeviceClass)
    (EFI_BOOT_MANAGER_POLICY_PROTOCOL *This, EFI_GUID *Class);
};
