/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* SMBIOS protocol (PI 1.8 volume 5 §6). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_SMBIOS_PROTOCOL_GUID                                                                   \
    {                                                                                              \
        0x03583ff6, 0xcb36, 0x4940,                                                                \
        {                                                                                          \
            0x94, 0x7e, 0xb9, 0xb3, 0x9f, 0x4a, 0xfa, 0xf7                                         \
        }                                                                                          \
    }

typedef uint16_t EFI_SMBIOS_HANDLE;
typedef uint8_t EFI_SMBIOS_TYPE;
typedef uint8_t EFI_SMBIOS_STRING;

/* Add: choose a handle; GetNext: start with the first record, and on return: there is none. */
#define SMBIOS_HANDLE_PI_RESERVED 0xfffe

typedef struct {
    EFI_SMBIOS_TYPE Type;
    uint8_t Length;
    EFI_SMBIOS_HANDLE Handle;
} EFI_SMBIOS_TABLE_HEADER;

typedef struct EFI_SMBIOS_PROTOCOL {
    EFI_STATUS(EFIAPI *Add)
    (const struct EFI_SMBIOS_PROTOCOL *This, EFI_HANDLE ProducerHandle,
     EFI_SMBIOS_HANDLE *SmbiosHandle, EFI_SMBIOS_TABLE_HEADER *Record);
    EFI_STATUS(EFIAPI *UpdateString)
    (const struct EFI_SMBIOS_PROTOCOL *This, EFI_SMBIOS_HANDLE *SmbiosHandle, size_t *StringNumber,
     char *String);
    EFI_STATUS(EFIAPI *Remove)
    (const struct EFI_SMBIOS_PROTOCOL *This, EFI_SMBIOS_HANDLE SmbiosHandle);
    EFI_STATUS(EFIAPI *GetNext)
    (const struct EFI_SMBIOS_PROTOCOL *This, EFI_SMBIOS_HANDLE *SmbiosHandle, EFI_SMBIOS_TYPE *Type,
     EFI_SMBIOS_TABLE_HEADER **Record, EFI_HANDLE *ProducerHandle);
    uint8_t MajorVersion;
    uint8_t MinorVersion;
} EFI_SMBIOS_PROTOCOL;

_Static_assert(sizeof(EFI_SMBIOS_TABLE_HEADER) == 4, "EFI_SMBIOS_TABLE_HEADER layout");
_Static_assert(offsetof(EFI_SMBIOS_PROTOCOL, MajorVersion) == 32, "EFI_SMBIOS_PROTOCOL layout");
