/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_ERASE_BLOCK_PROTOCOL (UEFI 2.10 §13.12). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_ERASE_BLOCK_PROTOCOL_GUID                                                              \
    {                                                                                              \
        0x95a9a93e, 0xa86e, 0x4926,                                                                \
        {                                                                                          \
            0xaa, 0xef, 0x99, 0x18, 0xe7, 0x72, 0xd9, 0x87                                         \
        }                                                                                          \
    }

#define EFI_ERASE_BLOCK_PROTOCOL_REVISION 0x0002003cull /* 2.60 */

typedef struct {
    EFI_EVENT Event;
    EFI_STATUS TransactionStatus;
} EFI_ERASE_BLOCK_TOKEN;

typedef struct EFI_ERASE_BLOCK_PROTOCOL EFI_ERASE_BLOCK_PROTOCOL;

struct EFI_ERASE_BLOCK_PROTOCOL {
    uint64_t Revision;
    uint32_t EraseLengthGranularity; /* blocks */
    EFI_STATUS(EFIAPI *EraseBlocks)
    (EFI_ERASE_BLOCK_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA, EFI_ERASE_BLOCK_TOKEN *Token,
     size_t Size);
};
