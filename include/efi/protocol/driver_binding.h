/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DRIVER_BINDING_PROTOCOL (UEFI 2.10 §11.1). */

#include "efi/protocol/device_path.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_DRIVER_BINDING_PROTOCOL_GUID                                                           \
    {                                                                                              \
        0x18a031ab, 0xb443, 0x4d1a,                                                                \
        {                                                                                          \
            0xa5, 0xc0, 0x0c, 0x09, 0x26, 0x1e, 0x9f, 0x71                                         \
        }                                                                                          \
    }

typedef struct EFI_DRIVER_BINDING_PROTOCOL EFI_DRIVER_BINDING_PROTOCOL;

struct EFI_DRIVER_BINDING_PROTOCOL {
    EFI_STATUS(EFIAPI *Supported)
    (EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
     EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath);
    EFI_STATUS(EFIAPI *Start)
    (EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
     EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath);
    EFI_STATUS(EFIAPI *Stop)
    (EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle, size_t NumberOfChildren,
     EFI_HANDLE *ChildHandleBuffer);
    uint32_t Version;
    EFI_HANDLE ImageHandle;
    EFI_HANDLE DriverBindingHandle;
};
