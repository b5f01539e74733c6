/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HII Font (UEFI 2.10 §34.2), into bitmaps. */
#include "efi/protocol/hii_font.h"
#include "selftest/fixture.h"
#include "selftest/hii.h"
#include "lib/memory.h"

#define UCS2(text) ((char16_t[]){text})

static EFI_HII_FONT_PROTOCOL *font(void)
{
    return FIND(EFI_HII_FONT_PROTOCOL);
}

static void free_image(EFI_IMAGE_OUTPUT *image)
{
    if (image == NULL)
        return;
    EXPECT(EFI_SUCCESS, bs->FreePool(image->Image.Bitmap));
    EXPECT(EFI_SUCCESS, bs->FreePool(image));
}

static void string_to_image(void)
{
    const EFI_HII_FONT_PROTOCOL *f = font();
    EFI_IMAGE_OUTPUT *image = NULL;
    EFI_HII_ROW_INFO *rows = NULL;
    size_t count = 0;
    if (f == NULL)
        return;
    EXPECT(EFI_SUCCESS,
           f->StringToImage(f, 0, UCS2(u"ab"), NULL, &image, 0, 0, &rows, &count, NULL));
    EQUAL(1, count);
    REQUIRE_TRUE(image != NULL && rows != NULL);
    EQUAL(2 * EFI_GLYPH_WIDTH, rows[0].LineWidth);
    EQUAL(EFI_GLYPH_HEIGHT, rows[0].LineHeight);
    CHECK(image->Width >= 2 * EFI_GLYPH_WIDTH && image->Height >= EFI_GLYPH_HEIGHT);
    EXPECT(EFI_SUCCESS, bs->FreePool(rows));
    free_image(image);
}

static void string_to_image_errors(void)
{
    const EFI_HII_FONT_PROTOCOL *f = font();
    EFI_IMAGE_OUTPUT *image = NULL;
    if (f == NULL)
        return;
    EXPECT(EFI_INVALID_PARAMETER,
           f->StringToImage(f, 0, NULL, NULL, &image, 0, 0, NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           f->StringToImage(f, 0, UCS2(u"a"), NULL, NULL, 0, 0, NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, f->StringToImage(f, EFI_HII_OUT_FLAG_CLIP_CLEAN_X, UCS2(u"a"),
                                                   NULL, &image, 0, 0, NULL, NULL, NULL));
}

static void string_id_to_image(void)
{
    const EFI_HII_FONT_PROTOCOL *f = font();
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    EFI_IMAGE_OUTPUT *image = NULL;
    if (f == NULL || database == NULL)
        return;
    EFI_HII_HANDLE list = hii_add(database);
    EXPECT(EFI_SUCCESS,
           f->StringIdToImage(f, 0, list, 1, HII_LANGUAGE, NULL, &image, 0, 0, NULL, NULL, NULL));
    free_image(image);
    image = NULL;
    EXPECT(EFI_NOT_FOUND,
           f->StringIdToImage(f, 0, list, 99, HII_LANGUAGE, NULL, &image, 0, 0, NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           f->StringIdToImage(f, 0, list, 1, HII_LANGUAGE, NULL, NULL, 0, 0, NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           f->StringIdToImage(f, 0, NULL, 1, HII_LANGUAGE, NULL, &image, 0, 0, NULL, NULL, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND,
           f->StringIdToImage(f, 0, list, 1, HII_LANGUAGE, NULL, &image, 0, 0, NULL, NULL, NULL));
}

static void get_glyph(void)
{
    const EFI_HII_FONT_PROTOCOL *f = font();
    EFI_IMAGE_OUTPUT *image = NULL;
    size_t baseline;
    if (f == NULL)
        return;
    /* U+E000 is for private use: nobody's font has it. */
    EXPECT(EFI_WARN_UNKNOWN_GLYPH, f->GetGlyph(f, 0xe000, NULL, &image, &baseline));
    free_image(image);
    EXPECT(EFI_INVALID_PARAMETER, f->GetGlyph(f, 'a', NULL, NULL, NULL));
}

static void get_font_info(void)
{
    const EFI_HII_FONT_PROTOCOL *f = font();
    EFI_FONT_DISPLAY_INFO *info = NULL;
    EFI_FONT_HANDLE first = NULL;
    if (f == NULL)
        return;
    EXPECT(EFI_SUCCESS, f->GetFontInfo(f, &first, NULL, &info, NULL));
    REQUIRE_TRUE(info != NULL);
    EQUAL(EFI_GLYPH_HEIGHT, info->FontInfo.FontSize);
    EXPECT(EFI_SUCCESS, bs->FreePool(info));
}

static void get_font_info_not_found(void)
{
    static const char16_t name[] = u"nobodys";
    static union {
        EFI_FONT_DISPLAY_INFO info;
        uint8_t room[sizeof(EFI_FONT_DISPLAY_INFO) + sizeof name];
    } unknown;
    const EFI_HII_FONT_PROTOCOL *f = font();
    EFI_FONT_DISPLAY_INFO *info = NULL;
    EFI_FONT_HANDLE first = NULL;
    if (f == NULL)
        return;
    unknown.info.FontInfo.FontSize = EFI_GLYPH_HEIGHT;
    memcpy(unknown.info.FontInfo.FontName, name, sizeof name);
    EXPECT(EFI_NOT_FOUND, f->GetFontInfo(f, &first, &unknown.info, &info, NULL));
}

static const struct selftest tests[] = {
    {"string-to-image", string_to_image},
    {"string-to-image-errors", string_to_image_errors},
    {"string-id-to-image", string_id_to_image},
    {"get-glyph", get_glyph},
    {"get-font-info", get_font_info},
    {"get-font-info-not-found", get_font_info_not_found},
};

const struct topic topic_hii_font = TOPIC("hii-font", tests);
