/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_COMPONENT_NAME2_PROTOCOL (UEFI 2.10 §11.5). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_COMPONENT_NAME2_PROTOCOL_GUID                                                          \
    {                                                                                              \
        0x6a7a5cff, 0xe8d9, 0x4f70,                                                                \
        {                                                                                          \
            0xba, 0xda, 0x75, 0xab, 0x30, 0x25, 0xce, 0x14                                         \
        }                                                                                          \
    }

typedef struct EFI_COMPONENT_NAME2_PROTOCOL EFI_COMPONENT_NAME2_PROTOCOL;

struct EFI_COMPONENT_NAME2_PROTOCOL {
    EFI_STATUS(EFIAPI *GetDriverName)
    (EFI_COMPONENT_NAME2_PROTOCOL *This, const char *Language, char16_t **DriverName);
    EFI_STATUS(EFIAPI *GetControllerName)
    (EFI_COMPONENT_NAME2_PROTOCOL *This, EFI_HANDLE ControllerHandle, EFI_HANDLE ChildHandle,
     const char *Language, char16_t **ControllerName);
    char *SupportedLanguages;
};
