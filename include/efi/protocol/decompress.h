/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Decompress protocol (UEFI 2.10 §19.5). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_DECOMPRESS_PROTOCOL_GUID                                                               \
    {                                                                                              \
        0xd8117cfe, 0x94a6, 0x11d4,                                                                \
        {                                                                                          \
            0x9a, 0x3a, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }

typedef struct EFI_DECOMPRESS_PROTOCOL {
    EFI_STATUS(EFIAPI *GetInfo)
    (struct EFI_DECOMPRESS_PROTOCOL *This, void *Source, uint32_t SourceSize,
     uint32_t *DestinationSize, uint32_t *ScratchSize);
    EFI_STATUS(EFIAPI *Decompress)
    (struct EFI_DECOMPRESS_PROTOCOL *This, void *Source, uint32_t SourceSize, void *Destination,
     uint32_t DestinationSize, void *Scratch, uint32_t ScratchSize);
} EFI_DECOMPRESS_PROTOCOL;
