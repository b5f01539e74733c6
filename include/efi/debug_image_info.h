/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Debug image info table (UEFI 2.10 §18.4): debuggers outside the machine find images in it. */

#include "efi/protocol/loaded_image.h"

#define EFI_DEBUG_IMAGE_INFO_TABLE_GUID                                                            \
    {                                                                                              \
        0x49152e77, 0x1ada, 0x4764,                                                                \
        {                                                                                          \
            0xb7, 0xa2, 0x7a, 0xfe, 0xfe, 0xd9, 0x5e, 0x8b                                         \
        }                                                                                          \
    }

#define EFI_DEBUG_IMAGE_INFO_UPDATE_IN_PROGRESS 0x01u
#define EFI_DEBUG_IMAGE_INFO_TABLE_MODIFIED     0x02u

#define EFI_DEBUG_IMAGE_INFO_TYPE_NORMAL 0x01u

typedef struct {
    uint32_t ImageInfoType;
    EFI_LOADED_IMAGE_PROTOCOL *LoadedImageProtocolInstance;
    EFI_HANDLE ImageHandle;
} EFI_DEBUG_IMAGE_INFO_NORMAL;

typedef union {
    uint32_t *ImageInfoType;
    EFI_DEBUG_IMAGE_INFO_NORMAL *NormalImage;
} EFI_DEBUG_IMAGE_INFO;

typedef struct {
    volatile uint32_t UpdateStatus;
    uint32_t TableSize; /* entries, NULL ones included */
    EFI_DEBUG_IMAGE_INFO *EfiDebugImageInfoTable;
} EFI_DEBUG_IMAGE_INFO_TABLE_HEADER;

_Static_assert(sizeof(EFI_DEBUG_IMAGE_INFO_TABLE_HEADER) == 16, "debug image info layout");
