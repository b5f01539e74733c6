/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Timestamp protocol (UEFI 2.10 §38.1). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_TIMESTAMP_PROTOCOL_GUID                                                                \
    {                                                                                              \
        0xafbfde41, 0x2e6e, 0x4262,                                                                \
        {                                                                                          \
            0xba, 0x65, 0x62, 0xb9, 0x23, 0x6e, 0x54, 0x95                                         \
        }                                                                                          \
    }

typedef struct {
    uint64_t Frequency; /* ticks per second */
    uint64_t EndValue;  /* the last value before it wraps to 0 */
} EFI_TIMESTAMP_PROPERTIES;

typedef struct {
    uint64_t(EFIAPI *GetTimestamp)(void);
    EFI_STATUS(EFIAPI *GetProperties)(EFI_TIMESTAMP_PROPERTIES *Properties);
} EFI_TIMESTAMP_PROTOCOL;
