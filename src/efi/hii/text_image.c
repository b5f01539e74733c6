/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Strings as bitmaps (UEFI 2.10 §34.2.2): first the rows are found, then they are drawn. */
#include "core/pool.h"
#include "efi/hii/font.h"
#include "efi/tpl.h"
#include "lib/ucs2.h"

#define NO_COLUMN SIZE_MAX

/* A string being laid out. */
struct layout {
    struct hii_pen pen;
    const char16_t *string;
    uint32_t flags;
    size_t width; /* of a row at most; SIZE_MAX: any */
    EFI_HII_ROW_INFO *rows;
    size_t row_count;
};

static bool is_line_break(char16_t c)
{
    return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

/* Length of the line break at `c`: CR LF is one. */
static size_t line_break(const char16_t *c)
{
    return c[0] == '\r' && c[1] == '\n' ? 2 : 1;
}

/* Width of a character; 0 and false for what is not drawn. */
static bool measure(const struct layout *layout, char16_t c, uint8_t rows[2 * EFI_GLYPH_HEIGHT],
                    struct hii_glyph *ret)
{
    if (is_line_break(c))
        return false;
    if ((layout->flags & EFI_HII_IGNORE_IF_NO_GLYPH) != 0)
        return hii_pen_glyph(&layout->pen, c, rows, ret);
    (void)hii_pen_glyph_or_replacement(&layout->pen, c, rows, ret);
    return true;
}

static size_t advance(const struct layout *layout, char16_t c)
{
    uint8_t rows[2 * EFI_GLYPH_HEIGHT];
    struct hii_glyph glyph;
    if (!measure(layout, c, rows, &glyph))
        return 0;
    return (size_t)MAX((int32_t)glyph.cell.AdvanceX, 0);
}

/* Finds the row that begins at `start`: its end, and where the next one begins. */
static size_t find_row(const struct layout *layout, size_t start, EFI_HII_ROW_INFO *ret)
{
    bool breaks = (layout->flags & EFI_HII_IGNORE_LINE_BREAK) == 0;
    bool wrap = (layout->flags & EFI_HII_OUT_FLAG_WRAP) != 0;
    size_t at = start, width = 0, space = 0, space_width = 0;
    for (; layout->string[at] != 0; at++) {
        char16_t c = layout->string[at];
        if (breaks && is_line_break(c))
            break;
        size_t step = advance(layout, c);
        if (wrap && width + step > layout->width && space > start) {
            *ret = (EFI_HII_ROW_INFO){start, space, layout->pen.height, space_width,
                                      layout->pen.baseline};
            return space + 1;
        }
        if (c == ' ' || c == '\t') {
            space = at;
            space_width = width;
        }
        width += step;
    }
    *ret = (EFI_HII_ROW_INFO){start, at, layout->pen.height, width, layout->pen.baseline};
    return layout->string[at] != 0 ? at + line_break(layout->string + at) : at;
}

/* Called twice: without layout->rows it only counts. */
static void find_rows(struct layout *layout)
{
    size_t at = 0;
    layout->row_count = 0;
    while (layout->string[at] != 0) {
        EFI_HII_ROW_INFO row;
        at = find_row(layout, at, &row);
        if (layout->rows != NULL)
            layout->rows[layout->row_count] = row;
        layout->row_count++;
    }
}

/* Draws a row and says where its characters are. */
static void draw_row(const struct layout *layout, const EFI_HII_ROW_INFO *row,
                     EFI_IMAGE_OUTPUT *image, size_t x, size_t y, size_t *columns)
{
    bool whole = (layout->flags & (EFI_HII_OUT_FLAG_CLIP_CLEAN_X | EFI_HII_OUT_FLAG_WRAP)) != 0;
    bool transparent = (layout->flags & EFI_HII_OUT_FLAG_TRANSPARENT) != 0;
    size_t offset = 0;
    for (size_t i = row->StartIndex; i < row->EndIndex; i++) {
        uint8_t rows[2 * EFI_GLYPH_HEIGHT];
        struct hii_glyph glyph;
        if (!measure(layout, layout->string[i], rows, &glyph))
            continue;
        size_t width = hii_glyph_width(&glyph), left = x + offset;
        if (left >= image->Width || (whole && left + width > image->Width))
            continue;
        hii_pen_draw(&layout->pen, &glyph, image, left, y, transparent);
        if (columns != NULL)
            columns[i] = offset;
        offset += (size_t)MAX((int32_t)glyph.cell.AdvanceX, 0);
    }
}

/* Draws the rows that fit; afterwards layout->row_count is their number. */
static void draw(struct layout *layout, EFI_IMAGE_OUTPUT *image, size_t x, size_t y,
                 size_t *columns)
{
    for (size_t i = 0; columns != NULL && layout->string[i] != 0; i++)
        columns[i] = NO_COLUMN;
    bool whole = (layout->flags & EFI_HII_OUT_FLAG_CLIP_CLEAN_Y) != 0;
    size_t drawn = 0;
    for (; drawn < layout->row_count && y < image->Height; drawn++, y += layout->pen.height) {
        if (whole && y + layout->pen.height > image->Height)
            break;
        draw_row(layout, &layout->rows[drawn], image, x, y, columns);
    }
    layout->row_count = drawn;
}

static EFI_IMAGE_OUTPUT *new_image(const struct layout *layout, size_t x, size_t y)
{
    size_t width = 0;
    for (size_t i = 0; i < layout->row_count; i++)
        width = MAX(width, layout->rows[i].LineWidth);
    if (x > UINT16_MAX || y > UINT16_MAX || width > UINT16_MAX || layout->row_count > UINT16_MAX)
        return NULL;
    return hii_image_new((uint32_t)(x + width),
                         (uint32_t)(y + layout->row_count * layout->pen.height),
                         layout->pen.background);
}

static bool flags_are_valid(uint32_t flags, bool has_image)
{
    bool clip = (flags & EFI_HII_OUT_FLAG_CLIP) != 0 || has_image;
    bool clean_x = (flags & EFI_HII_OUT_FLAG_CLIP_CLEAN_X) != 0;
    bool clean_y = (flags & EFI_HII_OUT_FLAG_CLIP_CLEAN_Y) != 0;
    return !((clean_x || clean_y) && !clip) && !(clean_x && (flags & EFI_HII_OUT_FLAG_WRAP) != 0) &&
           !((flags & EFI_HII_OUT_FLAG_TRANSPARENT) != 0 && !has_image);
}

static EFI_STATUS lay_out(struct layout *layout, const EFI_FONT_DISPLAY_INFO *info)
{
    EFI_STATUS status = hii_pen_make(info, &layout->pen);
    if (EFI_ERROR(status))
        return status;
    find_rows(layout);
    layout->rows = pool_alloc((layout->row_count + 1) * sizeof *layout->rows);
    if (layout->rows == NULL)
        return EFI_OUT_OF_RESOURCES;
    find_rows(layout);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI hii_string_to_image(const EFI_HII_FONT_PROTOCOL *This, uint32_t Flags,
                                      const EFI_STRING String,
                                      const EFI_FONT_DISPLAY_INFO *StringInfo,
                                      EFI_IMAGE_OUTPUT **Blt, size_t BltX, size_t BltY,
                                      EFI_HII_ROW_INFO **RowInfoArray, size_t *RowInfoArraySize,
                                      size_t *ColumnInfoArray)
{
    if (String == NULL || Blt == NULL || !flags_are_valid(Flags, *Blt != NULL) ||
        (*Blt != NULL && (*Blt)->Image.Bitmap == NULL))
        return EFI_INVALID_PARAMETER;
    if ((Flags & EFI_HII_DIRECT_TO_SCREEN) != 0)
        return EFI_UNSUPPORTED;
    struct layout layout = {.string = String, .flags = Flags, .width = SIZE_MAX};
    if (*Blt != NULL)
        layout.width = (*Blt)->Width > BltX ? (*Blt)->Width - BltX : 0;

    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = lay_out(&layout, StringInfo);
    if (!EFI_ERROR(status) && *Blt == NULL) {
        *Blt = new_image(&layout, BltX, BltY);
        status = *Blt == NULL ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
    }
    if (!EFI_ERROR(status))
        draw(&layout, *Blt, BltX, BltY, ColumnInfoArray);
    efi_restore_tpl(tpl);
    if (!EFI_ERROR(status) && RowInfoArraySize != NULL)
        *RowInfoArraySize = layout.row_count;
    if (!EFI_ERROR(status) && RowInfoArray != NULL)
        *RowInfoArray = TAKE_POINTER(layout.rows);
    pool_free(layout.rows);
    return status;
}
