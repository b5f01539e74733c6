/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_RAM_DISK_PROTOCOL (UEFI 2.10 §13.21), and the types of RAM disks (§10.3.5.10). */

#include "efi/protocol/device_path.h"
#include "efi/status.h"

#define EFI_RAM_DISK_PROTOCOL_GUID                                                                 \
    {                                                                                              \
        0xab38a0df, 0x6873, 0x44a9,                                                                \
        {                                                                                          \
            0x87, 0xe6, 0xd4, 0xeb, 0x56, 0x14, 0x84, 0x49                                         \
        }                                                                                          \
    }

#define EFI_VIRTUAL_DISK_GUID                                                                      \
    {                                                                                              \
        0x77ab535a, 0x45fc, 0x624b,                                                                \
        {                                                                                          \
            0x55, 0x60, 0xf7, 0xb2, 0x81, 0xd1, 0xf9, 0x6e                                         \
        }                                                                                          \
    }
#define EFI_VIRTUAL_CD_GUID                                                                        \
    {                                                                                              \
        0x3d5abd30, 0x4175, 0x87ce,                                                                \
        {                                                                                          \
            0x6d, 0x64, 0xd2, 0xad, 0xe5, 0x23, 0xc4, 0xbb                                         \
        }                                                                                          \
    }
#define EFI_PERSISTENT_VIRTUAL_DISK_GUID                                                           \
    {                                                                                              \
        0x5cea02c9, 0x4d07, 0x69d3,                                                                \
        {                                                                                          \
            0x26, 0x9f, 0x44, 0x96, 0xfb, 0xe0, 0x96, 0xf9                                         \
        }                                                                                          \
    }
#define EFI_PERSISTENT_VIRTUAL_CD_GUID                                                             \
    {                                                                                              \
        0x08018188, 0x42cd, 0xbb48,                                                                \
        {                                                                                          \
            0x10, 0x0f, 0x53, 0x87, 0xd5, 0x3d, 0xed, 0x3d                                         \
        }                                                                                          \
    }

typedef struct {
    EFI_STATUS(EFIAPI *Register)
    (uint64_t RamDiskBase, uint64_t RamDiskSize, EFI_GUID *RamDiskType,
     EFI_DEVICE_PATH_PROTOCOL *ParentDevicePath, EFI_DEVICE_PATH_PROTOCOL **DevicePath);
    EFI_STATUS(EFIAPI *Unregister)(EFI_DEVICE_PATH_PROTOCOL *DevicePath);
} EFI_RAM_DISK_PROTOCOL;
