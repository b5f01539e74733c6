/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_PARTITION_INFO_PROTOCOL (UEFI 2.10 §13.20). */

#include "efi/types.h"

#define EFI_PARTITION_INFO_PROTOCOL_GUID                                                           \
    {                                                                                              \
        0x8cf2f62c, 0xbc9b, 0x4821,                                                                \
        {                                                                                          \
            0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0                                         \
        }                                                                                          \
    }

#define EFI_PARTITION_INFO_PROTOCOL_REVISION 0x0001000

#define PARTITION_TYPE_OTHER 0x00
#define PARTITION_TYPE_MBR   0x01
#define PARTITION_TYPE_GPT   0x02

typedef struct {
    uint32_t Revision;
    uint32_t Type;
    uint8_t System; /* 1: an EFI system partition */
    uint8_t Reserved[7];
    union {
        uint8_t Mbr[16];  /* the entry of the MBR (§5.2) */
        uint8_t Gpt[128]; /* the entry of the GPT (§5.3) */
    } Info;
} EFI_PARTITION_INFO_PROTOCOL;

_Static_assert(sizeof(EFI_PARTITION_INFO_PROTOCOL) == 144, "EFI_PARTITION_INFO_PROTOCOL layout");
