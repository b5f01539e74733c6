/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/efi/hii-fixture.h"

#include "core/pool.h"
#include "efi/hii/font.h"

static EFI_HII_FONT_PROTOCOL *fonts = &hii_font_protocol;
static struct bytes b;

static const EFI_GRAPHICS_OUTPUT_BLT_PIXEL ink = {1, 2, 3, 0}, paper = {9, 8, 7, 0};

/* A font of 4 x 3 cells, "tiny": 'A' to 'C' and a duplicate 'D' of 'B'; 'E' has its own size. 'I'
 * is a duplicate of 'D', 'J' is for a glyph generator, 'K' a duplicate of 'E'; then comes what
 * nobody knows. */
static EFI_HII_HANDLE add_tiny_font(void)
{
    static const EFI_HII_GLYPH_INFO cell = {4, 3, 0, -1, 4}, own = {2, 2, 1, 0, 5};
    begin_list(&b, &A);
    begin_package(&b, EFI_HII_PACKAGE_FONTS);
    put32(&b, 26 + 10);
    put32(&b, 26 + 10);
    put(&b, &cell, sizeof cell);
    put32(&b, 2);
    put_ucs2(&b, u"tiny");
    put8(&b, EFI_HII_GIBT_SKIP1);
    put8(&b, 'A' - 1);
    put8(&b, EFI_HII_GIBT_GLYPH_DEFAULT);
    put(&b, "\xf0\x00\xf0", 3);
    put8(&b, EFI_HII_GIBT_GLYPHS_DEFAULT);
    put16(&b, 2);
    put(&b, "\x80\x40\x20\x11\x22\x44", 6);
    put8(&b, EFI_HII_GIBT_DUPLICATE);
    put16(&b, 'B');
    put8(&b, EFI_HII_GIBT_EXT2);
    put8(&b, 0);
    put16(&b, 5);
    put8(&b, 0);
    put8(&b, EFI_HII_GIBT_GLYPH);
    put(&b, &own, sizeof own);
    put(&b, "\xc0\xc0", 2);
    put8(&b, EFI_HII_GIBT_DEFAULTS);
    put(&b, &own, sizeof own);
    put8(&b, EFI_HII_GIBT_GLYPHS);
    put(&b, &cell, sizeof cell);
    put16(&b, 0);
    put8(&b, EFI_HII_GIBT_SKIP2);
    put16(&b, 3);
    put8(&b, EFI_HII_GIBT_DUPLICATE);
    put16(&b, 'D');
    put8(&b, EFI_HII_GIBT_GLYPH_VARIABILITY);
    put(&b, &cell, sizeof cell);
    put8(&b, 24);
    for (int i = 0; i < 4 * 3 * 3; i++)
        put8(&b, 0xff);
    put8(&b, EFI_HII_GIBT_DUPLICATE);
    put16(&b, 'E');
    put8(&b, 0x15);
    put8(&b, EFI_HII_GIBT_GLYPH_DEFAULT);
    end_package(&b);
    return add_list(end_list(&b));
}

/* 'i' narrow and 'W' wide, all lit, and U+FFFD with one pixel. */
static EFI_HII_HANDLE add_simple_font(void)
{
    begin_list(&b, &A);
    begin_package(&b, EFI_HII_PACKAGE_SIMPLE_FONTS);
    put16(&b, 2);
    put16(&b, 1);
    put16(&b, 'i');
    put8(&b, 0);
    for (int i = 0; i < 19; i++)
        put8(&b, 0xff);
    put16(&b, 0xfffd);
    put8(&b, 0);
    put8(&b, 0x80);
    for (int i = 0; i < 18; i++)
        put8(&b, 0);
    put16(&b, 'W');
    put8(&b, EFI_GLYPH_WIDE);
    for (int i = 0; i < 38; i++)
        put8(&b, 0xff);
    put8(&b, 0), put16(&b, 0);
    end_package(&b);
    return add_list(end_list(&b));
}

union display {
    EFI_FONT_DISPLAY_INFO info;
    uint8_t bytes[64];
};

static void set_tiny(union display *d)
{
    *d = (union display){.info = {ink, paper, 0, {.FontStyle = 2, .FontSize = 3}}};
    memcpy(d->info.FontInfo.FontName, u"tiny", sizeof u"tiny");
}

/* The image's rows: '#' is ink. */
static void assert_image(const EFI_IMAGE_OUTPUT *image, size_t height, const char *const *rows)
{
    assert_int_equal(image->Height, height);
    for (size_t y = 0; y < height; y++) {
        assert_int_equal(image->Width, strlen(rows[y]));
        for (size_t x = 0; x < image->Width; x++)
            assert_memory_equal(&image->Image.Bitmap[y * image->Width + x],
                                rows[y][x] == '#' ? &ink : &paper, 4);
    }
}

static void free_image(EFI_IMAGE_OUTPUT **image)
{
    pool_free((*image)->Image.Bitmap);
    pool_free(*image);
    *image = NULL;
}

static void glyphs_of_fonts_are_drawn(void **state)
{
    static const char *const a[] = {"####", "....", "####"}, *const d[] = {"#...", ".#..", "..#."},
                             *const e[] = {".##..", ".##..", "....."};
    union display info;
    EFI_IMAGE_OUTPUT *image = NULL;
    size_t baseline = 0;
    EFI_HII_HANDLE list = add_tiny_font();
    set_tiny(&info);
    assert_int_equal(fonts->GetGlyph(fonts, 'A', &info.info, &image, &baseline), EFI_SUCCESS);
    assert_image(image, 3, a);
    assert_int_equal(baseline, 1);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'D', &info.info, &image, NULL), EFI_SUCCESS);
    assert_image(image, 3, d);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'I', &info.info, &image, NULL), EFI_SUCCESS);
    assert_image(image, 3, d);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'J', &info.info, &image, NULL), EFI_WARN_UNKNOWN_GLYPH);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'K', &info.info, &image, NULL), EFI_SUCCESS);
    assert_image(image, 3, e);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'E', &info.info, &image, NULL), EFI_SUCCESS);
    assert_image(image, 3, e);
    assert_int_equal(fonts->GetGlyph(fonts, 'E', &info.info, &image, NULL), EFI_INVALID_PARAMETER);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'Z', &info.info, &image, NULL), EFI_WARN_UNKNOWN_GLYPH);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'A', &info.info, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(database->RemovePackageList(database, list), EFI_SUCCESS);
    assert_int_equal(fonts->GetGlyph(fonts, 'A', &info.info, &image, NULL), EFI_NOT_FOUND);
}

static void the_system_font_is_the_simple_ones(void **state)
{
    EFI_IMAGE_OUTPUT *image = NULL;
    assert_int_equal(fonts->GetGlyph(fonts, 'W', NULL, &image, NULL), EFI_WARN_UNKNOWN_GLYPH);
    assert_int_equal(image->Width, 8);
    free_image(&image);
    add_simple_font();
    assert_int_equal(fonts->GetGlyph(fonts, 'W', NULL, &image, NULL), EFI_SUCCESS);
    assert_int_equal(image->Width, 16);
    assert_int_equal(image->Height, 19);
    assert_int_equal(image->Image.Bitmap[16 * 19 - 1].Red, 0x98);
    free_image(&image);
    assert_int_equal(fonts->GetGlyph(fonts, 'x', NULL, &image, NULL), EFI_WARN_UNKNOWN_GLYPH);
    assert_int_equal(image->Image.Bitmap[0].Red, 0x98);
    assert_int_equal(image->Image.Bitmap[1].Red, 0);
    free_image(&image);
}

static void fonts_are_enumerated(void **state)
{
    union display any = {.info.FontInfoMask = EFI_FONT_INFO_ANY_FONT | EFI_FONT_INFO_ANY_SIZE |
                                              EFI_FONT_INFO_ANY_STYLE};
    EFI_FONT_HANDLE handle = NULL;
    EFI_FONT_DISPLAY_INFO *info;
    add_tiny_font();
    assert_int_equal(fonts->GetFontInfo(fonts, &handle, &any.info, &info, NULL), EFI_SUCCESS);
    assert_memory_equal(info->FontInfo.FontName, u"sysdefault", sizeof u"sysdefault");
    pool_free(info);
    assert_int_equal(fonts->GetFontInfo(fonts, &handle, &any.info, &info, NULL), EFI_SUCCESS);
    assert_memory_equal(info->FontInfo.FontName, u"tiny", sizeof u"tiny");
    assert_int_equal(info->FontInfo.FontSize, 3);
    assert_int_equal(info->FontInfo.FontStyle, 2);
    pool_free(info);
    assert_int_equal(fonts->GetFontInfo(fonts, &handle, &any.info, &info, NULL), EFI_NOT_FOUND);
    assert_null(handle);

    assert_int_equal(fonts->GetFontInfo(fonts, NULL, NULL, &info, NULL), EFI_SUCCESS);
    assert_int_equal(info->FontInfo.FontSize, 19);
    pool_free(info);
    assert_int_equal(fonts->GetFontInfo(fonts, NULL, &any.info, NULL, u"ABC"), EFI_SUCCESS);
    assert_int_equal(fonts->GetFontInfo(fonts, NULL, &any.info, NULL, u"ABCX"), EFI_NOT_FOUND);
    any.info.FontInfoMask |= EFI_FONT_INFO_SYS_SIZE;
    assert_int_equal(fonts->GetFontInfo(fonts, NULL, &any.info, &info, NULL),
                     EFI_INVALID_PARAMETER);
}

static EFI_STATUS draw(const char16_t *text, uint32_t flags, EFI_IMAGE_OUTPUT **image,
                       EFI_HII_ROW_INFO **rows, size_t *count, size_t *columns)
{
    union display info;
    set_tiny(&info);
    return fonts->StringToImage(fonts, flags, (EFI_STRING)(uintptr_t)text, &info.info, image, 0, 0,
                                rows, count, columns);
}

static void strings_are_drawn_in_rows(void **state)
{
    static const char *const expected[] = {"#...####", ".#......", "..#.####",
                                           "#.......", ".#......", "..#....."};
    EFI_IMAGE_OUTPUT *image = NULL;
    EFI_HII_ROW_INFO *rows = NULL;
    size_t count = 0, columns[5];
    add_tiny_font();
    assert_int_equal(draw(u"BA\r\nB", 0, &image, &rows, &count, columns), EFI_SUCCESS);
    assert_image(image, 6, expected);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].LineWidth, 8);
    assert_int_equal(rows[0].LineHeight, 3);
    assert_int_equal(rows[1].StartIndex, 4);
    assert_int_equal(rows[1].EndIndex, 5);
    assert_int_equal(columns[1], 4);
    assert_true(columns[2] == SIZE_MAX && columns[3] == SIZE_MAX);
    assert_int_equal(columns[4], 0);
    pool_free(rows);
    free_image(&image);
}

static void strings_are_clipped_and_wrapped(void **state)
{
    EFI_GRAPHICS_OUTPUT_BLT_PIXEL pixels[9 * 4];
    EFI_IMAGE_OUTPUT fixed = {9, 4, {pixels}}, *image = &fixed;
    EFI_HII_ROW_INFO *rows = NULL;
    size_t count = 0, columns[8];
    add_tiny_font();
    /* 9 pixels are two characters and a bit; 4 rows are one and a bit. */
    assert_int_equal(draw(u"AAA\nA", EFI_HII_OUT_FLAG_CLIP_CLEAN_X | EFI_HII_OUT_FLAG_CLIP_CLEAN_Y,
                          &image, &rows, &count, columns),
                     EFI_SUCCESS);
    assert_int_equal(count, 1);
    assert_int_equal(columns[1], 4);
    assert_true(columns[2] == SIZE_MAX);
    pool_free(rows);
    rows = NULL;
    assert_int_equal(draw(u"AAA\nA", 0, &image, &rows, &count, columns), EFI_SUCCESS);
    assert_int_equal(count, 2);
    assert_int_equal(columns[2], 8);
    pool_free(rows);
    rows = NULL;
    assert_int_equal(draw(u"A AA", EFI_HII_OUT_FLAG_WRAP | EFI_HII_IGNORE_IF_NO_GLYPH, &image,
                          &rows, &count, columns),
                     EFI_SUCCESS);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].EndIndex, 1);
    assert_int_equal(rows[1].StartIndex, 2);
    pool_free(rows);
}

static void bad_flags_are_refused(void **state)
{
    EFI_IMAGE_OUTPUT *image = NULL;
    add_tiny_font();
    assert_int_equal(draw(u"A", EFI_HII_OUT_FLAG_CLIP_CLEAN_X, &image, NULL, NULL, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(draw(u"A", EFI_HII_OUT_FLAG_TRANSPARENT, &image, NULL, NULL, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(
        draw(u"A", EFI_HII_OUT_FLAG_CLIP | EFI_HII_OUT_FLAG_CLIP_CLEAN_X | EFI_HII_OUT_FLAG_WRAP,
             &image, NULL, NULL, NULL),
        EFI_INVALID_PARAMETER);
    assert_int_equal(draw(u"A", EFI_HII_DIRECT_TO_SCREEN, &image, NULL, NULL, NULL),
                     EFI_UNSUPPORTED);
    assert_int_equal(draw(NULL, 0, &image, NULL, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(draw(u"A", 0, NULL, NULL, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_null(image);
}

static void strings_of_packages_are_drawn(void **state)
{
    union display info;
    EFI_IMAGE_OUTPUT *image = NULL;
    set_tiny(&info);
    add_tiny_font();
    begin_list(&b, &B);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_STRING_UCS2);
    put_ucs2(&b, u"AB");
    put8(&b, EFI_HII_SIBT_END);
    end_package(&b);
    EFI_HII_HANDLE list = add_list(end_list(&b));
    assert_int_equal(
        fonts->StringIdToImage(fonts, 0, list, 1, "en", &info.info, &image, 0, 0, NULL, NULL, NULL),
        EFI_SUCCESS);
    assert_int_equal(image->Width, 8);
    free_image(&image);
    assert_int_equal(
        fonts->StringIdToImage(fonts, 0, list, 1, NULL, &info.info, &image, 0, 0, NULL, NULL, NULL),
        EFI_SUCCESS);
    free_image(&image);
    assert_int_equal(
        fonts->StringIdToImage(fonts, 0, list, 2, "en", &info.info, &image, 0, 0, NULL, NULL, NULL),
        EFI_NOT_FOUND);
    assert_int_equal(
        fonts->StringIdToImage(fonts, 0, NULL, 1, "en", &info.info, &image, 0, 0, NULL, NULL, NULL),
        EFI_INVALID_PARAMETER);
}

static void refused(void)
{
    EFI_HII_HANDLE handle;
    assert_int_equal(database->NewPackageList(database, end_list(&b), NULL, &handle),
                     EFI_INVALID_PARAMETER);
}

/* Nothing is known of what comes behind. */
static void unknown_blocks_end_a_font(void **state)
{
    union display info;
    EFI_IMAGE_OUTPUT *image = NULL;
    EFI_HII_HANDLE list = add_tiny_font();
    assert_int_equal(database->RemovePackageList(database, list), EFI_SUCCESS);
    b.data[20 + 36] = 0x99;
    add_list(end_list(&b));
    set_tiny(&info);
    assert_int_equal(fonts->GetGlyph(fonts, 'A', &info.info, &image, NULL), EFI_WARN_UNKNOWN_GLYPH);
    free_image(&image);
}

static void malformed_fonts_are_refused(void **state)
{
    add_tiny_font();
    b.data[20 + 8] = (uint8_t)(b.size - 20 - 4); /* glyph blocks begin behind the package */
    refused();
    add_tiny_font();
    b.data[20 + 36] = EFI_HII_GIBT_GLYPH_VARIABILITY; /* longer than the package */
    refused();
    add_tiny_font();
    for (size_t at = 20 + 36; at < b.size; at++)
        if (b.data[at] == EFI_HII_GIBT_GLYPH_VARIABILITY && b.data[at + 11] == 24)
            b.data[at + 11] = 3; /* bits of a pixel */
    refused();
    begin_list(&b, &A);
    begin_package(&b, EFI_HII_PACKAGE_SIMPLE_FONTS);
    put16(&b, 1);
    put16(&b, 0);
    end_package(&b);
    refused();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(glyphs_of_fonts_are_drawn, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(the_system_font_is_the_simple_ones, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(fonts_are_enumerated, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(strings_are_drawn_in_rows, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(strings_are_clipped_and_wrapped, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(bad_flags_are_refused, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(strings_of_packages_are_drawn, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(unknown_blocks_end_a_font, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(malformed_fonts_are_refused, setup, hii_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
