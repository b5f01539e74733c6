/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Reset notification protocol (UEFI 2.10 §38.2). */

#include "efi/runtime_services.h"

#define EFI_RESET_NOTIFICATION_PROTOCOL_GUID                                                       \
    {                                                                                              \
        0x9da34ae0, 0xeaf9, 0x4bbf,                                                                \
        {                                                                                          \
            0x8e, 0xc3, 0xfd, 0x60, 0x22, 0x6c, 0x44, 0xbe                                         \
        }                                                                                          \
    }

typedef void(EFIAPI *EFI_RESET_SYSTEM)(EFI_RESET_TYPE ResetType, EFI_STATUS ResetStatus,
                                       size_t DataSize, void *ResetData);

typedef struct EFI_RESET_NOTIFICATION_PROTOCOL {
    EFI_STATUS(EFIAPI *RegisterResetNotify)
    (struct EFI_RESET_NOTIFICATION_PROTOCOL *This, EFI_RESET_SYSTEM ResetFunction);
    EFI_STATUS(EFIAPI *UnregisterResetNotify)
    (struct EFI_RESET_NOTIFICATION_PROTOCOL *This, EFI_RESET_SYSTEM ResetFunction);
} EFI_RESET_NOTIFICATION_PROTOCOL;
