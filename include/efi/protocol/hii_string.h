/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_HII_STRING_PROTOCOL (UEFI 2.10 §34.3). */

#include "efi/protocol/hii_font.h"

#define EFI_HII_STRING_PROTOCOL_GUID                                                               \
    {                                                                                              \
        0x0fd96974, 0x23aa, 0x4cdc,                                                                \
        {                                                                                          \
            0xb9, 0xcb, 0x98, 0xd1, 0x77, 0x50, 0x32, 0x2a                                         \
        }                                                                                          \
    }

typedef struct EFI_HII_STRING_PROTOCOL {
    EFI_STATUS(EFIAPI *NewString)
    (const struct EFI_HII_STRING_PROTOCOL *This, EFI_HII_HANDLE PackageList,
     EFI_STRING_ID *StringId, const char *Language, const char16_t *LanguageName,
     const EFI_STRING String, const EFI_FONT_INFO *StringFontInfo);
    EFI_STATUS(EFIAPI *GetString)
    (const struct EFI_HII_STRING_PROTOCOL *This, const char *Language, EFI_HII_HANDLE PackageList,
     EFI_STRING_ID StringId, EFI_STRING String, size_t *StringSize, EFI_FONT_INFO **StringFontInfo);
    EFI_STATUS(EFIAPI *SetString)
    (const struct EFI_HII_STRING_PROTOCOL *This, EFI_HII_HANDLE PackageList, EFI_STRING_ID StringId,
     const char *Language, const EFI_STRING String, const EFI_FONT_INFO *StringFontInfo);
    EFI_STATUS(EFIAPI *GetLanguages)
    (const struct EFI_HII_STRING_PROTOCOL *This, EFI_HII_HANDLE PackageList, char *Languages,
     size_t *LanguagesSize);
    EFI_STATUS(EFIAPI *GetSecondaryLanguages)
    (const struct EFI_HII_STRING_PROTOCOL *This, EFI_HII_HANDLE PackageList,
     const char *PrimaryLanguage, char *SecondaryLanguages, size_t *SecondaryLanguagesSize);
} EFI_HII_STRING_PROTOCOL;

_Static_assert(sizeof(EFI_HII_STRING_PROTOCOL) == 40, "EFI_HII_STRING_PROTOCOL layout");
