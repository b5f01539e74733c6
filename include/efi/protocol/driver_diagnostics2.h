/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DRIVER_DIAGNOSTICS2_PROTOCOL (UEFI 2.10 §11.4). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_DRIVER_DIAGNOSTICS2_PROTOCOL_GUID                                                      \
    {                                                                                              \
        0x4d330321, 0x025f, 0x4aac,                                                                \
        {                                                                                          \
            0x90, 0xd8, 0x5e, 0xd9, 0x00, 0x17, 0x3b, 0x63                                         \
        }                                                                                          \
    }

typedef enum {
    EfiDriverDiagnosticTypeStandard,
    EfiDriverDiagnosticTypeExtended,
    EfiDriverDiagnosticTypeManufacturing,
    EfiDriverDiagnosticTypeCancel,
    EfiDriverDiagnosticTypeMaximum,
} EFI_DRIVER_DIAGNOSTIC_TYPE;

typedef struct EFI_DRIVER_DIAGNOSTICS2_PROTOCOL EFI_DRIVER_DIAGNOSTICS2_PROTOCOL;

struct EFI_DRIVER_DIAGNOSTICS2_PROTOCOL {
    EFI_STATUS(EFIAPI *RunDiagnostics)
    (EFI_DRIVER_DIAGNOSTICS2_PROTOCOL *This, EFI_HANDLE ControllerHandle, EFI_HANDLE ChildHandle,
     EFI_DRIVER_DIAGNOSTIC_TYPE DiagnosticType, const char *Language, EFI_GUID **ErrorType,
     size_t *BufferSize, char16_t **Buffer);
    char *SupportedLanguages;
};
