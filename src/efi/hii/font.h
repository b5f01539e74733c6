/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/hii/font_package.h"

/* EFI_HII_FONT_PROTOCOL (UEFI 2.10 §34.2). Text is drawn into bitmaps; there is no screen to draw
 * on, so EFI_HII_DIRECT_TO_SCREEN is EFI_UNSUPPORTED. Sizes and styles are those that fonts have:
 * nothing is stretched or slanted. */
extern EFI_HII_FONT_PROTOCOL hii_font_protocol;

/* For its files. All of them are called while nobody may change the database. */

/* What a string is drawn with. */
struct hii_pen {
    EFI_GRAPHICS_OUTPUT_BLT_PIXEL foreground, background;
    const struct hii_package *font; /* NULL: the system font */
    uint16_t height;                /* of a row */
    uint16_t baseline;              /* from its bottom */
};

/* EFI_INVALID_PARAMETER: masks that exclude each other; EFI_NOT_FOUND: no such font. */
EFI_STATUS hii_pen_make(const EFI_FONT_DISPLAY_INFO *info, struct hii_pen *ret) MUST_CHECK;

/* The glyph of a character; `rows` is where a simple one is put. False: there is none. */
bool hii_pen_glyph(const struct hii_pen *pen, char16_t c, uint8_t rows[2 * EFI_GLYPH_HEIGHT],
                   struct hii_glyph *ret);

/* The same, with U+FFFD or at last an empty cell in the place of one that is not there. */
EFI_STATUS hii_pen_glyph_or_replacement(const struct hii_pen *pen, char16_t c,
                                        uint8_t rows[2 * EFI_GLYPH_HEIGHT], struct hii_glyph *ret);

/* Pixels that a glyph takes of its row. */
uint32_t hii_glyph_width(const struct hii_glyph *glyph);

/* Draws a glyph into the row that begins at `x`, `y` of the image; what is outside is left out. */
void hii_pen_draw(const struct hii_pen *pen, const struct hii_glyph *glyph, EFI_IMAGE_OUTPUT *image,
                  size_t x, size_t y, bool transparent);

/* A new image with all pixels of the background; pool memory, as its bitmap is. NULL: out of
 * memory. */
EFI_IMAGE_OUTPUT *hii_image_new(uint32_t width, uint32_t height,
                                EFI_GRAPHICS_OUTPUT_BLT_PIXEL background);

EFI_STATUS EFIAPI hii_string_to_image(const EFI_HII_FONT_PROTOCOL *This, uint32_t Flags,
                                      const EFI_STRING String,
                                      const EFI_FONT_DISPLAY_INFO *StringInfo,
                                      EFI_IMAGE_OUTPUT **Blt, size_t BltX, size_t BltY,
                                      EFI_HII_ROW_INFO **RowInfoArray, size_t *RowInfoArraySize,
                                      size_t *ColumnInfoArray);
