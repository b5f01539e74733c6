/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SIMPLE_FILE_SYSTEM_PROTOCOL (UEFI 2.10 §13.4), EFI_FILE_PROTOCOL (§13.5) and its information
 * types. */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID                                                       \
    {                                                                                              \
        0x964e5b22, 0x6459, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }
#define EFI_FILE_INFO_GUID                                                                         \
    {                                                                                              \
        0x09576e92, 0x6d3f, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }
#define EFI_FILE_SYSTEM_INFO_GUID                                                                  \
    {                                                                                              \
        0x09576e93, 0x6d3f, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }
#define EFI_FILE_SYSTEM_VOLUME_LABEL_GUID                                                          \
    {                                                                                              \
        0xdb47d7d3, 0xfe81, 0x11d3,                                                                \
        {                                                                                          \
            0x9a, 0x35, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }

#define EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION 0x00010000ull
#define EFI_FILE_PROTOCOL_REVISION               0x00010000ull
#define EFI_FILE_PROTOCOL_REVISION2              0x00020000ull

#define EFI_FILE_MODE_READ   0x0000000000000001ull
#define EFI_FILE_MODE_WRITE  0x0000000000000002ull
#define EFI_FILE_MODE_CREATE 0x8000000000000000ull

#define EFI_FILE_READ_ONLY  0x01ull
#define EFI_FILE_HIDDEN     0x02ull
#define EFI_FILE_SYSTEM     0x04ull
#define EFI_FILE_RESERVED   0x08ull
#define EFI_FILE_DIRECTORY  0x10ull
#define EFI_FILE_ARCHIVE    0x20ull
#define EFI_FILE_VALID_ATTR 0x37ull

/* SetPosition: seek to the end of the file. */
#define EFI_FILE_POSITION_END 0xffffffffffffffffull

typedef struct {
    EFI_EVENT Event;
    EFI_STATUS Status;
    size_t BufferSize;
    void *Buffer;
} EFI_FILE_IO_TOKEN;

typedef struct EFI_FILE_PROTOCOL EFI_FILE_PROTOCOL;

struct EFI_FILE_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *Open)
    (EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle, const char16_t *FileName,
     uint64_t OpenMode, uint64_t Attributes);
    EFI_STATUS(EFIAPI *Close)(EFI_FILE_PROTOCOL *This);
    EFI_STATUS(EFIAPI *Delete)(EFI_FILE_PROTOCOL *This);
    EFI_STATUS(EFIAPI *Read)(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *Write)(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *GetPosition)(EFI_FILE_PROTOCOL *This, uint64_t *Position);
    EFI_STATUS(EFIAPI *SetPosition)(EFI_FILE_PROTOCOL *This, uint64_t Position);
    EFI_STATUS(EFIAPI *GetInfo)
    (EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType, size_t *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *SetInfo)
    (EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType, size_t BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *Flush)(EFI_FILE_PROTOCOL *This);
    EFI_STATUS(EFIAPI *OpenEx)
    (EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle, const char16_t *FileName,
     uint64_t OpenMode, uint64_t Attributes, EFI_FILE_IO_TOKEN *Token);
    EFI_STATUS(EFIAPI *ReadEx)(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token);
    EFI_STATUS(EFIAPI *WriteEx)(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token);
    EFI_STATUS(EFIAPI *FlushEx)(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token);
};

typedef struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL EFI_SIMPLE_FILE_SYSTEM_PROTOCOL;

struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *OpenVolume)(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *This, EFI_FILE_PROTOCOL **Root);
};

typedef struct {
    uint64_t Size;
    uint64_t FileSize;
    uint64_t PhysicalSize;
    EFI_TIME CreateTime;
    EFI_TIME LastAccessTime;
    EFI_TIME ModificationTime;
    uint64_t Attribute;
    char16_t FileName[];
} EFI_FILE_INFO;

typedef struct {
    uint64_t Size;
    bool ReadOnly;
    uint64_t VolumeSize;
    uint64_t FreeSpace;
    uint32_t BlockSize;
    char16_t VolumeLabel[];
} EFI_FILE_SYSTEM_INFO;

typedef struct {
    char16_t VolumeLabel[1];
} EFI_FILE_SYSTEM_VOLUME_LABEL;

_Static_assert(offsetof(EFI_FILE_INFO, FileName) == 80, "EFI_FILE_INFO layout");
_Static_assert(offsetof(EFI_FILE_SYSTEM_INFO, VolumeLabel) == 36, "EFI_FILE_SYSTEM_INFO layout");
