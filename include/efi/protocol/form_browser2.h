/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_FORM_BROWSER2_PROTOCOL (UEFI 2.10 §35.6). */

#include "efi/guid.h"
#include "efi/hii.h"
#include "efi/status.h"

#define EFI_FORM_BROWSER2_PROTOCOL_GUID                                                            \
    {                                                                                              \
        0xb9d4c360, 0xbcfb, 0x4f9b,                                                                \
        {                                                                                          \
            0x92, 0x98, 0x53, 0xc1, 0x36, 0x98, 0x22, 0x58                                         \
        }                                                                                          \
    }

typedef struct EFI_FORM_BROWSER2_PROTOCOL {
    /* ScreenDimensions (an EFI_SCREEN_DESCRIPTOR) and ActionRequest may be NULL. */
    EFI_STATUS(EFIAPI *SendForm)
    (const struct EFI_FORM_BROWSER2_PROTOCOL *This, EFI_HII_HANDLE *Handles, size_t HandleCount,
     const EFI_GUID *FormSetGuid, uint16_t FormId, const void *ScreenDimensions,
     size_t *ActionRequest);
    EFI_STATUS(EFIAPI *BrowserCallback)
    (const struct EFI_FORM_BROWSER2_PROTOCOL *This, size_t *ResultsDataSize, EFI_STRING ResultsData,
     bool RetrieveData, const EFI_GUID *VariableGuid, const char16_t *VariableName);
} EFI_FORM_BROWSER2_PROTOCOL;

_Static_assert(sizeof(EFI_FORM_BROWSER2_PROTOCOL) == 16, "EFI_FORM_BROWSER2_PROTOCOL layout");
