/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/hii_string.h"

/* EFI_HII_STRING_PROTOCOL (UEFI 2.10 §34.3), over the string packages of the database. */
extern EFI_HII_STRING_PROTOCOL hii_string_protocol;

/* The string as pool memory of the caller's, in `language`, or in any one when that is NULL. */
EFI_STATUS hii_string_get(EFI_HII_HANDLE list, const char *language, EFI_STRING_ID id,
                          char16_t **ret);
