/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/hii_font.h"
#include "lib/reader.h"

/* Font packages as bytes (UEFI 2.10 §33.3.2, §33.3.3). */

/* What the other functions are given has passed these. */
bool hii_font_package_check(const void *data, size_t size);
bool hii_simple_font_check(const void *data, size_t size);

/* A glyph: (Cell.Width + 7) / 8 bytes a row, most significant bit left. */
struct hii_glyph {
    EFI_HII_GLYPH_INFO cell;
    const uint8_t *bitmap;
};

/* The glyph of `c` in a package of either kind. A simple one is put into `rows`. */
bool hii_font_glyph(const void *data, size_t size, char16_t c, struct hii_glyph *ret);
bool hii_simple_glyph(const void *data, size_t size, char16_t c, uint8_t rows[2 * EFI_GLYPH_HEIGHT],
                      struct hii_glyph *ret);

/* A font as FontSize, FontStyle and FontName stand in a font block of a string package. */
bool hii_font_info_is(struct reader font, const EFI_FONT_INFO *info);
/* The same as pool memory; NULL: out of memory, or malformed. */
EFI_FONT_INFO *hii_font_info_read(struct reader font);

/* The font that a package has; `size` of the name, in bytes with the NUL, is at `*ret_name_size`.
 */
EFI_HII_FONT_PACKAGE_HDR hii_font_header(const void *data);
const void *hii_font_name(const void *data, size_t size, size_t *ret_name_size);

/* Has the database this font? */
bool hii_font_exists(const EFI_FONT_INFO *info);

/* What text is drawn with when nobody says: the simple fonts. */
#define HII_SYSTEM_FONT u"sysdefault"
