/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Memory attribute protocol (UEFI 2.10 §37.7). The attributes are EFI_MEMORY_RP, EFI_MEMORY_XP and
 * EFI_MEMORY_RO. */

#include "efi/memory.h"
#include "efi/status.h"

#define EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID                                                         \
    {                                                                                              \
        0xf4560cf6, 0x40ec, 0x4b4a,                                                                \
        {                                                                                          \
            0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89                                         \
        }                                                                                          \
    }

typedef struct EFI_MEMORY_ATTRIBUTE_PROTOCOL {
    EFI_STATUS(EFIAPI *GetMemoryAttributes)
    (struct EFI_MEMORY_ATTRIBUTE_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
     uint64_t *Attributes);
    EFI_STATUS(EFIAPI *SetMemoryAttributes)
    (struct EFI_MEMORY_ATTRIBUTE_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
     uint64_t Attributes);
    EFI_STATUS(EFIAPI *ClearMemoryAttributes)
    (struct EFI_MEMORY_ATTRIBUTE_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
     uint64_t Attributes);
} EFI_MEMORY_ATTRIBUTE_PROTOCOL;
