/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_BLOCK_IO_PROTOCOL (UEFI 2.10 §13.9) and EFI_BLOCK_IO2_PROTOCOL (§13.10). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_BLOCK_IO_PROTOCOL_GUID                                                                 \
    {                                                                                              \
        0x964e5b21, 0x6459, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }
#define EFI_BLOCK_IO2_PROTOCOL_GUID                                                                \
    {                                                                                              \
        0xa77b2472, 0xe282, 0x4e9f,                                                                \
        {                                                                                          \
            0xa2, 0x45, 0xc2, 0xc0, 0xe2, 0x7b, 0xbc, 0xc1                                         \
        }                                                                                          \
    }

#define EFI_BLOCK_IO_PROTOCOL_REVISION  0x00010000ull
#define EFI_BLOCK_IO_PROTOCOL_REVISION2 0x00020001ull
#define EFI_BLOCK_IO_PROTOCOL_REVISION3 0x0002001full

typedef struct {
    uint32_t MediaId;
    bool RemovableMedia;
    bool MediaPresent;
    bool LogicalPartition;
    bool ReadOnly;
    bool WriteCaching;
    uint32_t BlockSize;
    uint32_t IoAlign;
    EFI_LBA LastBlock;
    EFI_LBA LowestAlignedLba;
    uint32_t LogicalBlocksPerPhysicalBlock;
    uint32_t OptimalTransferLengthGranularity;
} EFI_BLOCK_IO_MEDIA;

typedef struct EFI_BLOCK_IO_PROTOCOL EFI_BLOCK_IO_PROTOCOL;

struct EFI_BLOCK_IO_PROTOCOL {
    uint64_t Revision;
    EFI_BLOCK_IO_MEDIA *Media;
    EFI_STATUS(EFIAPI *Reset)(EFI_BLOCK_IO_PROTOCOL *This, bool ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadBlocks)
    (EFI_BLOCK_IO_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA, size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *WriteBlocks)
    (EFI_BLOCK_IO_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA, size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *FlushBlocks)(EFI_BLOCK_IO_PROTOCOL *This);
};

typedef struct {
    EFI_EVENT Event;
    EFI_STATUS TransactionStatus;
} EFI_BLOCK_IO2_TOKEN;

typedef struct EFI_BLOCK_IO2_PROTOCOL EFI_BLOCK_IO2_PROTOCOL;

struct EFI_BLOCK_IO2_PROTOCOL {
    EFI_BLOCK_IO_MEDIA *Media;
    EFI_STATUS(EFIAPI *Reset)(EFI_BLOCK_IO2_PROTOCOL *This, bool ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadBlocksEx)
    (EFI_BLOCK_IO2_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA, EFI_BLOCK_IO2_TOKEN *Token,
     size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *WriteBlocksEx)
    (EFI_BLOCK_IO2_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA, EFI_BLOCK_IO2_TOKEN *Token,
     size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *FlushBlocksEx)(EFI_BLOCK_IO2_PROTOCOL *This, EFI_BLOCK_IO2_TOKEN *Token);
};

_Static_assert(sizeof(EFI_BLOCK_IO_MEDIA) == 48, "EFI_BLOCK_IO_MEDIA layout");
