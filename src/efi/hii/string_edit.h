/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/hii/database.h"
#include "efi/protocol/hii_font.h"

/* Changing string packages. */

/* Makes `text` the string `id` of the package: in the place of what was there, or behind it with
 * the ids between skipped. `font` NULL: the font stays as it is. */
EFI_STATUS hii_string_store(struct hii_package *package, uint16_t id, const char16_t *text,
                            const EFI_FONT_INFO *font) MUST_CHECK;

/* Appends an empty package for a language. NULL: out of memory, or the language is too long. */
struct hii_package *hii_string_package_new(struct hii_list *list, const char *language);
