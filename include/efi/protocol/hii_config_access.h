/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_HII_CONFIG_ACCESS_PROTOCOL (UEFI 2.10 §35.5): a driver's side of configuration. */

#include "efi/hii.h"
#include "efi/status.h"

#define EFI_HII_CONFIG_ACCESS_PROTOCOL_GUID                                                        \
    {                                                                                              \
        0x330d4706, 0xf2a0, 0x4e4f,                                                                \
        {                                                                                          \
            0xa3, 0x69, 0xb6, 0x6f, 0xa8, 0xd5, 0x43, 0x85                                         \
        }                                                                                          \
    }

typedef struct EFI_HII_CONFIG_ACCESS_PROTOCOL {
    EFI_STATUS(EFIAPI *ExtractConfig)
    (const struct EFI_HII_CONFIG_ACCESS_PROTOCOL *This, const EFI_STRING Request,
     EFI_STRING *Progress, EFI_STRING *Results);
    EFI_STATUS(EFIAPI *RouteConfig)
    (const struct EFI_HII_CONFIG_ACCESS_PROTOCOL *This, const EFI_STRING Configuration,
     EFI_STRING *Progress);
    EFI_STATUS(EFIAPI *Callback)
    (const struct EFI_HII_CONFIG_ACCESS_PROTOCOL *This, size_t Action, EFI_QUESTION_ID QuestionId,
     uint8_t Type, void *Value, size_t *ActionRequest);
} EFI_HII_CONFIG_ACCESS_PROTOCOL;

_Static_assert(sizeof(EFI_HII_CONFIG_ACCESS_PROTOCOL) == 24,
               "EFI_HII_CONFIG_ACCESS_PROTOCOL layout");
