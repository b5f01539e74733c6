/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Loaded image protocols (UEFI 2.10 §9.1 and §9.2). */

#include "efi/protocol/device_path.h"
#include "efi/system_table.h"

#define EFI_LOADED_IMAGE_PROTOCOL_GUID                                                             \
    {                                                                                              \
        0x5b1b31a1, 0x9562, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }

/* The interface is the full EFI_DEVICE_PATH_PROTOCOL of the image, or NULL. */
#define EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID                                                 \
    {                                                                                              \
        0xbc62157e, 0x3e33, 0x4fec,                                                                \
        {                                                                                          \
            0x99, 0x20, 0x2d, 0x3b, 0x36, 0xd7, 0x50, 0xdf                                         \
        }                                                                                          \
    }

#define EFI_LOADED_IMAGE_PROTOCOL_REVISION 0x1000u

typedef struct {
    uint32_t Revision;
    EFI_HANDLE ParentHandle;
    EFI_SYSTEM_TABLE *SystemTable;
    EFI_HANDLE DeviceHandle;
    EFI_DEVICE_PATH_PROTOCOL *FilePath;
    void *Reserved;
    uint32_t LoadOptionsSize;
    void *LoadOptions;
    void *ImageBase;
    uint64_t ImageSize;
    EFI_MEMORY_TYPE ImageCodeType;
    EFI_MEMORY_TYPE ImageDataType;
    EFI_STATUS(EFIAPI *Unload)(EFI_HANDLE ImageHandle);
} EFI_LOADED_IMAGE_PROTOCOL;

_Static_assert(sizeof(EFI_LOADED_IMAGE_PROTOCOL) == 96, "EFI_LOADED_IMAGE_PROTOCOL layout");
_Static_assert(offsetof(EFI_LOADED_IMAGE_PROTOCOL, ImageBase) == 64,
               "EFI_LOADED_IMAGE_PROTOCOL layout");
