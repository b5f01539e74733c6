/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Random number generator protocol (UEFI 2.10 §37.5). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_RNG_PROTOCOL_GUID                                                                      \
    {                                                                                              \
        0x3152bca5, 0xeade, 0x433d,                                                                \
        {                                                                                          \
            0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44                                         \
        }                                                                                          \
    }

/* Bytes straight from a source of entropy. */
#define EFI_RNG_ALGORITHM_RAW_GUID                                                                 \
    {                                                                                              \
        0xe43176d7, 0xb6e8, 0x4827,                                                                \
        {                                                                                          \
            0xb7, 0x84, 0x7f, 0xfd, 0xc4, 0xb6, 0x85, 0x61                                         \
        }                                                                                          \
    }

typedef EFI_GUID EFI_RNG_ALGORITHM;

typedef struct EFI_RNG_PROTOCOL {
    EFI_STATUS(EFIAPI *GetInfo)
    (struct EFI_RNG_PROTOCOL *This, size_t *RNGAlgorithmListSize,
     EFI_RNG_ALGORITHM *RNGAlgorithmList);
    EFI_STATUS(EFIAPI *GetRNG)
    (struct EFI_RNG_PROTOCOL *This, EFI_RNG_ALGORITHM *RNGAlgorithm, size_t RNGValueLength,
     uint8_t *RNGValue);
} EFI_RNG_PROTOCOL;
