/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* The protocols that change the order in which ConnectController tries drivers:
 * EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL (UEFI 2.10 §11.2),
 * EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL (§11.3) and EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL
 * (§11.6). */

#include "efi/protocol/device_path.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL_GUID                                                 \
    {                                                                                              \
        0x6b30c738, 0xa391, 0x11d4,                                                                \
        {                                                                                          \
            0x9a, 0x3b, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }
#define EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL_GUID                                             \
    {                                                                                              \
        0x3bc1b285, 0x8a15, 0x4a82,                                                                \
        {                                                                                          \
            0xaa, 0xbf, 0x4d, 0x7d, 0x13, 0xfb, 0x32, 0x65                                         \
        }                                                                                          \
    }
#define EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL_GUID                                                   \
    {                                                                                              \
        0xb1ee129e, 0xda36, 0x4181,                                                                \
        {                                                                                          \
            0x91, 0xf8, 0x04, 0xa4, 0x92, 0x37, 0x66, 0xa7                                         \
        }                                                                                          \
    }

typedef struct EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL;

struct EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL {
    EFI_STATUS(EFIAPI *GetDriver)
    (EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This, EFI_HANDLE ControllerHandle,
     EFI_HANDLE *DriverImageHandle);
    EFI_STATUS(EFIAPI *GetDriverPath)
    (EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This, EFI_HANDLE ControllerHandle,
     EFI_DEVICE_PATH_PROTOCOL **DriverImagePath);
    EFI_STATUS(EFIAPI *DriverLoaded)
    (EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This, EFI_HANDLE ControllerHandle,
     EFI_DEVICE_PATH_PROTOCOL *DriverImagePath, EFI_HANDLE DriverImageHandle);
};

typedef struct EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL;

struct EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL {
    EFI_STATUS(EFIAPI *GetDriver)
    (EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL *This, EFI_HANDLE *DriverImageHandle);
};

typedef struct EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL;

struct EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL {
    uint32_t(EFIAPI *GetVersion)(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL *This);
};
