/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DISK_IO_PROTOCOL (UEFI 2.10 §13.7) and EFI_DISK_IO2_PROTOCOL (§13.8). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_DISK_IO_PROTOCOL_GUID                                                                  \
    {                                                                                              \
        0xce345171, 0xba0b, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x4f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }
#define EFI_DISK_IO2_PROTOCOL_GUID                                                                 \
    {                                                                                              \
        0x151c8eae, 0x7f2c, 0x472c,                                                                \
        {                                                                                          \
            0x9e, 0x54, 0x98, 0x28, 0x19, 0x4f, 0x6a, 0x88                                         \
        }                                                                                          \
    }

#define EFI_DISK_IO_PROTOCOL_REVISION  0x00010000ull
#define EFI_DISK_IO2_PROTOCOL_REVISION 0x00020000ull

typedef struct EFI_DISK_IO_PROTOCOL EFI_DISK_IO_PROTOCOL;

struct EFI_DISK_IO_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *ReadDisk)
    (EFI_DISK_IO_PROTOCOL *This, uint32_t MediaId, uint64_t Offset, size_t BufferSize,
     void *Buffer);
    EFI_STATUS(EFIAPI *WriteDisk)
    (EFI_DISK_IO_PROTOCOL *This, uint32_t MediaId, uint64_t Offset, size_t BufferSize,
     void *Buffer);
};

typedef struct {
    EFI_EVENT Event;
    EFI_STATUS TransactionStatus;
} EFI_DISK_IO2_TOKEN;

typedef struct EFI_DISK_IO2_PROTOCOL EFI_DISK_IO2_PROTOCOL;

struct EFI_DISK_IO2_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *Cancel)(EFI_DISK_IO2_PROTOCOL *This);
    EFI_STATUS(EFIAPI *ReadDiskEx)
    (EFI_DISK_IO2_PROTOCOL *This, uint32_t MediaId, uint64_t Offset, EFI_DISK_IO2_TOKEN *Token,
     size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *WriteDiskEx)
    (EFI_DISK_IO2_PROTOCOL *This, uint32_t MediaId, uint64_t Offset, EFI_DISK_IO2_TOKEN *Token,
     size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *FlushDiskEx)(EFI_DISK_IO2_PROTOCOL *This, EFI_DISK_IO2_TOKEN *Token);
};
