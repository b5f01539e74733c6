/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_HII_DATABASE_PROTOCOL (UEFI 2.10 §34.8). */

#include "efi/hii.h"
#include "efi/status.h"

#define EFI_HII_DATABASE_PROTOCOL_GUID                                                             \
    {                                                                                              \
        0xef9fc172, 0xa1b2, 0x4693,                                                                \
        {                                                                                          \
            0xb3, 0x27, 0x6d, 0x32, 0xfc, 0x41, 0x60, 0x42                                         \
        }                                                                                          \
    }

/* Event group: the current keyboard layout changed. */
#define EFI_HII_SET_KEYBOARD_LAYOUT_EVENT_GUID                                                     \
    {                                                                                              \
        0x14982a4f, 0xb0ed, 0x45b8,                                                                \
        {                                                                                          \
            0xa8, 0x11, 0x5a, 0x7a, 0x9b, 0xc2, 0x32, 0xdf                                         \
        }                                                                                          \
    }

/* The interface, on an image's handle, is an EFI_HII_PACKAGE_LIST_HEADER (§34.1.2). */
#define EFI_HII_PACKAGE_LIST_PROTOCOL_GUID                                                         \
    {                                                                                              \
        0x6a1ee763, 0xd47a, 0x43b4,                                                                \
        {                                                                                          \
            0xaa, 0xbe, 0xef, 0x1d, 0xe2, 0xab, 0x56, 0xfc                                         \
        }                                                                                          \
    }

/* Bits of EFI_HII_DATABASE_NOTIFY_TYPE */
typedef size_t EFI_HII_DATABASE_NOTIFY_TYPE;
#define EFI_HII_DATABASE_NOTIFY_NEW_PACK    0x01
#define EFI_HII_DATABASE_NOTIFY_REMOVE_PACK 0x02
#define EFI_HII_DATABASE_NOTIFY_EXPORT_PACK 0x04
#define EFI_HII_DATABASE_NOTIFY_ADD_PACK    0x08

typedef EFI_STATUS(EFIAPI *EFI_HII_DATABASE_NOTIFY)(uint8_t PackageType,
                                                    const EFI_GUID *PackageGuid,
                                                    const EFI_HII_PACKAGE_HEADER *Package,
                                                    EFI_HII_HANDLE Handle,
                                                    EFI_HII_DATABASE_NOTIFY_TYPE NotifyType);

typedef struct EFI_HII_DATABASE_PROTOCOL {
    EFI_STATUS(EFIAPI *NewPackageList)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, const EFI_HII_PACKAGE_LIST_HEADER *PackageList,
     EFI_HANDLE DriverHandle, EFI_HII_HANDLE *Handle);
    EFI_STATUS(EFIAPI *RemovePackageList)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, EFI_HII_HANDLE Handle);
    EFI_STATUS(EFIAPI *UpdatePackageList)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, EFI_HII_HANDLE Handle,
     const EFI_HII_PACKAGE_LIST_HEADER *PackageList);
    EFI_STATUS(EFIAPI *ListPackageLists)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, uint8_t PackageType, const EFI_GUID *PackageGuid,
     size_t *HandleBufferLength, EFI_HII_HANDLE *Handle);
    EFI_STATUS(EFIAPI *ExportPackageLists)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, EFI_HII_HANDLE Handle, size_t *BufferSize,
     EFI_HII_PACKAGE_LIST_HEADER *Buffer);
    EFI_STATUS(EFIAPI *RegisterPackageNotify)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, uint8_t PackageType, const EFI_GUID *PackageGuid,
     EFI_HII_DATABASE_NOTIFY PackageNotifyFn, EFI_HII_DATABASE_NOTIFY_TYPE NotifyType,
     EFI_HANDLE *NotifyHandle);
    EFI_STATUS(EFIAPI *UnregisterPackageNotify)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, EFI_HANDLE NotificationHandle);
    EFI_STATUS(EFIAPI *FindKeyboardLayouts)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, uint16_t *KeyGuidBufferLength,
     EFI_GUID *KeyGuidBuffer);
    EFI_STATUS(EFIAPI *GetKeyboardLayout)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, const EFI_GUID *KeyGuid,
     uint16_t *KeyboardLayoutLength, EFI_HII_KEYBOARD_LAYOUT *KeyboardLayout);
    EFI_STATUS(EFIAPI *SetKeyboardLayout)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, const EFI_GUID *KeyGuid);
    EFI_STATUS(EFIAPI *GetPackageListHandle)
    (const struct EFI_HII_DATABASE_PROTOCOL *This, EFI_HII_HANDLE PackageListHandle,
     EFI_HANDLE *DriverHandle);
} EFI_HII_DATABASE_PROTOCOL;

_Static_assert(offsetof(EFI_HII_DATABASE_PROTOCOL, GetPackageListHandle) == 80,
               "EFI_HII_DATABASE_PROTOCOL layout");
