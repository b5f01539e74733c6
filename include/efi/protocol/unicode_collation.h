/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_UNICODE_COLLATION_PROTOCOL and EFI_UNICODE_COLLATION2_PROTOCOL (UEFI 2.10 §13.6, EFI 1.10
 * §10.9): one structure; the first has ISO 639-2 language codes, the second RFC 4646. */

#include "efi/types.h"

#define EFI_UNICODE_COLLATION_PROTOCOL_GUID                                                        \
    {                                                                                              \
        0x1d85cd7f, 0xf43d, 0x11d2,                                                                \
        {                                                                                          \
            0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }
#define EFI_UNICODE_COLLATION_PROTOCOL2_GUID                                                       \
    {                                                                                              \
        0xa4c751fc, 0x23ae, 0x4c3e,                                                                \
        {                                                                                          \
            0x92, 0xe9, 0x49, 0x64, 0xcf, 0x63, 0xf3, 0x49                                         \
        }                                                                                          \
    }

typedef struct EFI_UNICODE_COLLATION_PROTOCOL EFI_UNICODE_COLLATION_PROTOCOL;

struct EFI_UNICODE_COLLATION_PROTOCOL {
    ptrdiff_t(EFIAPI *StriColl)(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *Str1,
                                char16_t *Str2);
    bool(EFIAPI *MetaiMatch)(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *String,
                             char16_t *Pattern);
    void(EFIAPI *StrLwr)(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *Str);
    void(EFIAPI *StrUpr)(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *Str);
    void(EFIAPI *FatToStr)(EFI_UNICODE_COLLATION_PROTOCOL *This, size_t FatSize, char *Fat,
                           char16_t *String);
    bool(EFIAPI *StrToFat)(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *String, size_t FatSize,
                           char *Fat);
    char *SupportedLanguages;
};
