/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/font.h"

#include "core/pool.h"
#include "efi/hii/database.h"
#include "efi/hii/strings.h"
#include "efi/tpl.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

#define REPLACEMENT ((char16_t)0xfffd)
#define PIXELS_MAX  (16u << 20) /* of an image: fonts may claim any size */

static const EFI_GRAPHICS_OUTPUT_BLT_PIXEL system_foreground = {0x98, 0x98, 0x98, 0},
                                           system_background = {0, 0, 0, 0};

/* Masks that exclude each other (§34.2.6). */
static bool mask_is_valid(uint32_t mask)
{
    static const uint32_t pairs[] = {
        EFI_FONT_INFO_SYS_FONT | EFI_FONT_INFO_ANY_FONT,
        EFI_FONT_INFO_SYS_SIZE | EFI_FONT_INFO_ANY_SIZE,
        EFI_FONT_INFO_SYS_STYLE | EFI_FONT_INFO_ANY_STYLE,
        EFI_FONT_INFO_RESIZE | EFI_FONT_INFO_ANY_SIZE,
        EFI_FONT_INFO_RESTYLE | EFI_FONT_INFO_ANY_STYLE,
    };
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
        if ((mask & pairs[i]) == pairs[i])
            return false;
    return true;
}

/* Name, size and style of a font; `package` NULL: the system font. The name is not aligned. */
struct font {
    const struct hii_package *package;
    const void *name;
    size_t name_size;
    uint16_t size;
    uint32_t style;
};

static struct font describe(const struct hii_package *package)
{
    static const char16_t system_name[] = HII_SYSTEM_FONT;
    if (package == NULL)
        return (struct font){NULL, system_name, sizeof system_name, EFI_GLYPH_HEIGHT, 0};
    EFI_HII_FONT_PACKAGE_HDR header = hii_font_header(package->data);
    struct font font = {.package = package, .size = header.Cell.Height, .style = header.FontStyle};
    font.name = hii_font_name(package->data, package->size, &font.name_size);
    return font;
}

static bool same_name(const struct font *font, const char16_t *name)
{
    size_t size = ucs2_size(name);
    return size == font->name_size && memcmp(name, font->name, size) == 0;
}

static bool matches(const struct font *font, const EFI_FONT_DISPLAY_INFO *info)
{
    uint32_t mask = info->FontInfoMask;
    const char16_t *name =
        (mask & EFI_FONT_INFO_SYS_FONT) != 0 ? HII_SYSTEM_FONT : info->FontInfo.FontName;
    uint16_t size =
        (mask & EFI_FONT_INFO_SYS_SIZE) != 0 ? EFI_GLYPH_HEIGHT : info->FontInfo.FontSize;
    uint32_t style = (mask & EFI_FONT_INFO_SYS_STYLE) != 0 ? 0 : info->FontInfo.FontStyle;
    return ((mask & EFI_FONT_INFO_ANY_FONT) != 0 || same_name(font, name)) &&
           ((mask & EFI_FONT_INFO_ANY_SIZE) != 0 || size == font->size) &&
           ((mask & EFI_FONT_INFO_ANY_STYLE) != 0 || style == font->style);
}

static struct hii_pen pen_of(const struct font *font)
{
    struct hii_pen pen = {.foreground = system_foreground,
                          .background = system_background,
                          .font = font->package,
                          .height = font->size};
    if (font->package != NULL) {
        int16_t offset = hii_font_header(font->package->data).Cell.OffsetY;
        pen.baseline = offset < 0 ? (uint16_t)-offset : 0;
    }
    return pen;
}

static bool has_all(const struct font *font, const char16_t *string)
{
    struct hii_pen pen = pen_of(font);
    struct hii_glyph glyph;
    uint8_t rows[2 * EFI_GLYPH_HEIGHT];
    for (; string != NULL && *string != 0; string++)
        if (!hii_pen_glyph(&pen, *string, rows, &glyph))
            return false;
    return true;
}

static bool fits(const struct font *font, const EFI_FONT_DISPLAY_INFO *info, const char16_t *string)
{
    return (info != NULL ? matches(font, info) : font->package == NULL) && has_all(font, string);
}

/* The system font's handle; others have that of their package. */
static const char system_handle;

/* The first font behind the one with the handle `after` (NULL: of all) that fits. */
static bool find_font(const void *after, const EFI_FONT_DISPLAY_INFO *info, const char16_t *string,
                      struct font *ret)
{
    bool passed = after == NULL;
    *ret = describe(NULL);
    if (passed && fits(ret, info, string))
        return true;
    passed |= after == &system_handle;
    HII_FOR_EACH_LIST(list)
    HII_FOR_EACH_PACKAGE(package, list)
    {
        if (hii_package_type(package) != EFI_HII_PACKAGE_FONTS)
            continue;
        *ret = describe(package);
        if (passed && fits(ret, info, string))
            return true;
        passed |= after == package;
    }
    return false;
}

EFI_STATUS hii_pen_make(const EFI_FONT_DISPLAY_INFO *info, struct hii_pen *ret)
{
    struct font font;
    if (info != NULL && !mask_is_valid(info->FontInfoMask))
        return EFI_INVALID_PARAMETER;
    if (!find_font(NULL, info, NULL, &font))
        return EFI_NOT_FOUND;
    *ret = pen_of(&font);
    if (info != NULL && (info->FontInfoMask & EFI_FONT_INFO_SYS_FORE_COLOR) == 0)
        ret->foreground = info->ForegroundColor;
    if (info != NULL && (info->FontInfoMask & EFI_FONT_INFO_SYS_BACK_COLOR) == 0)
        ret->background = info->BackgroundColor;
    return EFI_SUCCESS;
}

bool hii_pen_glyph(const struct hii_pen *pen, char16_t c, uint8_t rows[2 * EFI_GLYPH_HEIGHT],
                   struct hii_glyph *ret)
{
    if (pen->font != NULL)
        return hii_font_glyph(pen->font->data, pen->font->size, c, ret);
    HII_FOR_EACH_LIST(list)
    HII_FOR_EACH_PACKAGE(package, list)
    {
        if (hii_package_type(package) == EFI_HII_PACKAGE_SIMPLE_FONTS &&
            hii_simple_glyph(package->data, package->size, c, rows, ret))
            return true;
    }
    return false;
}

EFI_STATUS hii_pen_glyph_or_replacement(const struct hii_pen *pen, char16_t c,
                                        uint8_t rows[2 * EFI_GLYPH_HEIGHT], struct hii_glyph *ret)
{
    if (hii_pen_glyph(pen, c, rows, ret))
        return EFI_SUCCESS;
    if (!hii_pen_glyph(pen, REPLACEMENT, rows, ret)) {
        memset(rows, 0, 2 * EFI_GLYPH_HEIGHT);
        *ret = (struct hii_glyph){{EFI_GLYPH_WIDTH, EFI_GLYPH_HEIGHT, 0, 0, EFI_GLYPH_WIDTH}, rows};
    }
    return EFI_WARN_UNKNOWN_GLYPH;
}

uint32_t hii_glyph_width(const struct hii_glyph *glyph)
{
    int32_t right = glyph->cell.OffsetX + (int32_t)glyph->cell.Width;
    return (uint32_t)MAX(MAX(right, (int32_t)glyph->cell.AdvanceX), 0);
}

static bool is_lit(const struct hii_glyph *glyph, int64_t column, int64_t row)
{
    if (column < 0 || column >= glyph->cell.Width || row < 0 || row >= glyph->cell.Height)
        return false;
    size_t stride = (glyph->cell.Width + 7u) / 8;
    return (glyph->bitmap[(size_t)row * stride + (size_t)column / 8] & 0x80 >> column % 8) != 0;
}

void hii_pen_draw(const struct hii_pen *pen, const struct hii_glyph *glyph, EFI_IMAGE_OUTPUT *image,
                  size_t x, size_t y, bool transparent)
{
    uint32_t width = hii_glyph_width(glyph);
    /* The row of the cell at which the glyph's bitmap begins. */
    int64_t top = (int64_t)pen->height - pen->baseline - glyph->cell.OffsetY - glyph->cell.Height;
    for (uint32_t row = 0; row < pen->height && y + row < image->Height; row++)
        for (uint32_t column = 0; column < width && x + column < image->Width; column++) {
            bool lit = is_lit(glyph, (int64_t)column - glyph->cell.OffsetX, row - top);
            if (lit || !transparent)
                image->Image.Bitmap[(y + row) * image->Width + x + column] =
                    lit ? pen->foreground : pen->background;
        }
}

EFI_IMAGE_OUTPUT *hii_image_new(uint32_t width, uint32_t height,
                                EFI_GRAPHICS_OUTPUT_BLT_PIXEL background)
{
    size_t count = (size_t)width * height;
    if (width > UINT16_MAX || height > UINT16_MAX || count > PIXELS_MAX)
        return NULL;
    EFI_IMAGE_OUTPUT *image = pool_alloc_zeroed(sizeof *image);
    EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixels = pool_alloc(count * sizeof *pixels);
    if (image == NULL || pixels == NULL) {
        pool_free(image);
        pool_free(pixels);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        pixels[i] = background;
    *image = (EFI_IMAGE_OUTPUT){(uint16_t)width, (uint16_t)height, {pixels}};
    return image;
}

static EFI_STATUS draw_glyph(char16_t c, const EFI_FONT_DISPLAY_INFO *info, EFI_IMAGE_OUTPUT **ret,
                             size_t *ret_baseline)
{
    struct hii_pen pen;
    struct hii_glyph glyph;
    uint8_t rows[2 * EFI_GLYPH_HEIGHT];
    EFI_STATUS status = hii_pen_make(info, &pen);
    if (EFI_ERROR(status))
        return status;
    status = hii_pen_glyph_or_replacement(&pen, c, rows, &glyph);
    EFI_IMAGE_OUTPUT *image = hii_image_new(hii_glyph_width(&glyph), pen.height, pen.background);
    if (image == NULL)
        return EFI_OUT_OF_RESOURCES;
    hii_pen_draw(&pen, &glyph, image, 0, 0, false);
    *ret = image;
    if (ret_baseline != NULL)
        *ret_baseline = pen.baseline;
    return status;
}

static EFI_STATUS EFIAPI get_glyph(const EFI_HII_FONT_PROTOCOL *This, char16_t Char,
                                   const EFI_FONT_DISPLAY_INFO *StringInfo, EFI_IMAGE_OUTPUT **Blt,
                                   size_t *Baseline)
{
    if (Blt == NULL || *Blt != NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = draw_glyph(Char, StringInfo, Blt, Baseline);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_FONT_DISPLAY_INFO *display_info(const struct font *font)
{
    EFI_FONT_DISPLAY_INFO *info = pool_alloc_zeroed(sizeof *info + font->name_size);
    if (info == NULL)
        return NULL;
    info->ForegroundColor = system_foreground;
    info->BackgroundColor = system_background;
    info->FontInfo.FontStyle = font->style;
    info->FontInfo.FontSize = font->size;
    memcpy(info->FontInfo.FontName, font->name, font->name_size);
    return info;
}

static EFI_STATUS get_info(EFI_FONT_HANDLE *handle, const EFI_FONT_DISPLAY_INFO *info,
                           EFI_FONT_DISPLAY_INFO **ret, const char16_t *string)
{
    struct font font;
    bool found = find_font(handle != NULL ? *handle : NULL, info, string, &font);
    if (found && ret != NULL) {
        *ret = display_info(&font);
        if (*ret == NULL)
            return EFI_OUT_OF_RESOURCES;
    }
    const void *self = font.package != NULL ? (const void *)font.package : &system_handle;
    if (handle != NULL)
        *handle = found ? (EFI_FONT_HANDLE)(uintptr_t)self : NULL;
    return found ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI get_font_info(const EFI_HII_FONT_PROTOCOL *This,
                                       EFI_FONT_HANDLE *FontHandle,
                                       const EFI_FONT_DISPLAY_INFO *StringInfo,
                                       EFI_FONT_DISPLAY_INFO **FontInfo, const EFI_STRING String)
{
    if (StringInfo != NULL && !mask_is_valid(StringInfo->FontInfoMask))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = get_info(FontHandle, StringInfo, FontInfo, String);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI string_id_to_image(const EFI_HII_FONT_PROTOCOL *This, uint32_t Flags,
                                            EFI_HII_HANDLE PackageList, EFI_STRING_ID StringId,
                                            const char *Language,
                                            const EFI_FONT_DISPLAY_INFO *StringInfo,
                                            EFI_IMAGE_OUTPUT **Blt, size_t BltX, size_t BltY,
                                            EFI_HII_ROW_INFO **RowInfoArray,
                                            size_t *RowInfoArraySize, size_t *ColumnInfoArray)
{
    if (PackageList == NULL || Blt == NULL)
        return EFI_INVALID_PARAMETER;
    char16_t *text CLEANUP_POOL = NULL;
    EFI_STATUS status = hii_string_get(PackageList, Language, StringId, &text);
    if (EFI_ERROR(status))
        return status;
    return hii_string_to_image(This, Flags, text, StringInfo, Blt, BltX, BltY, RowInfoArray,
                               RowInfoArraySize, ColumnInfoArray);
}

EFI_HII_FONT_PROTOCOL hii_font_protocol = {
    .StringToImage = hii_string_to_image,
    .StringIdToImage = string_id_to_image,
    .GetGlyph = get_glyph,
    .GetFontInfo = get_font_info,
};
