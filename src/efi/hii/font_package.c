/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/font_package.h"

#include "core/pool.h"
#include "efi/hii/database.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

#define NAME_OFFSET sizeof(EFI_HII_FONT_PACKAGE_HDR)

/* So many duplicates of duplicates are followed. */
#define DUPLICATES_MAX 8

EFI_HII_FONT_PACKAGE_HDR hii_font_header(const void *data)
{
    EFI_HII_FONT_PACKAGE_HDR header;
    memcpy(&header, data, sizeof header);
    return header;
}

/* Size in bytes of a NUL-terminated name in `available` bytes; 0: it has no end. */
static size_t name_size(const uint8_t *name, size_t available)
{
    for (size_t size = 2; size <= available; size += 2)
        if (name[size - 2] == 0 && name[size - 1] == 0)
            return size;
    return 0;
}

const void *hii_font_name(const void *data, size_t size, size_t *ret_name_size)
{
    const uint8_t *name = (const uint8_t *)data + NAME_OFFSET;
    *ret_name_size = name_size(name, size - NAME_OFFSET);
    return name;
}

/* A walk over glyph blocks (§33.3.3.2). */
struct glyph_walk {
    struct reader r;
    EFI_HII_GLYPH_INFO defaults;
    uint32_t next; /* CharValueCurrent */
};

struct glyph_block {
    uint32_t first, count;
    EFI_HII_GLYPH_INFO cell;
    const uint8_t *bitmaps; /* NULL: no glyphs */
    size_t bitmap_size;
    char16_t duplicate_of; /* 0: it is none */
};

static struct glyph_walk glyph_walk_begin(const void *data, size_t size)
{
    EFI_HII_FONT_PACKAGE_HDR header = hii_font_header(data);
    struct glyph_walk walk = {.r = reader_make(data, size), .defaults = header.Cell, .next = 1};
    if (!reader_seek(&walk.r, header.GlyphBlockOffset))
        walk.r = reader_make(data, 0);
    return walk;
}

static bool read_glyphs(struct glyph_walk *walk, struct glyph_block *block, bool own_cell,
                        bool several)
{
    uint16_t count = 1;
    const void *bitmaps;
    block->cell = walk->defaults;
    if (own_cell && !reader_copy(&walk->r, &block->cell, sizeof block->cell))
        return false;
    if (several && !reader_u16(&walk->r, &count))
        return false;
    block->count = count;
    block->bitmap_size = (block->cell.Width + 7u) / 8 * block->cell.Height;
    if (!reader_take(&walk->r, (uint64_t)count * block->bitmap_size, &bitmaps))
        return false;
    block->bitmaps = bitmaps;
    return true;
}

/* Its pixels say something to a glyph generator only, which there is none of: it is passed over. */
static bool read_variability(struct glyph_walk *walk, struct glyph_block *block)
{
    static const uint8_t valid[] = {1, 2, 4, 8, 16, 24, 32};
    EFI_HII_GLYPH_INFO cell;
    uint8_t bits;
    if (!reader_copy(&walk->r, &cell, sizeof cell) || !reader_u8(&walk->r, &bits))
        return false;
    block->count = 1;
    uint64_t stride = ((uint64_t)cell.Width * bits + 7) / 8;
    for (size_t i = 0; i < ARRAY_SIZE(valid); i++)
        if (valid[i] == bits)
            return reader_skip(&walk->r, stride * cell.Height);
    return false;
}

static bool read_extension(struct glyph_walk *walk, uint8_t type)
{
    uint8_t type2, bytes[4] = {0};
    size_t width = type == EFI_HII_GIBT_EXT1 ? 1 : type == EFI_HII_GIBT_EXT2 ? 2 : 4;
    if (!reader_u8(&walk->r, &type2) || !reader_copy(&walk->r, bytes, width))
        return false;
    uint32_t length = (uint32_t)(bytes[0] | bytes[1] << 8 | bytes[2] << 16) | (uint32_t)bytes[3]
                                                                                  << 24;
    return length >= 2 + width && reader_skip(&walk->r, length - 2 - width);
}

static bool read_skip(struct glyph_walk *walk, struct glyph_block *block, uint8_t type)
{
    uint8_t skip1;
    uint16_t skip2;
    if (type == EFI_HII_GIBT_SKIP1 ? !reader_u8(&walk->r, &skip1) : !reader_u16(&walk->r, &skip2))
        return false;
    block->count = type == EFI_HII_GIBT_SKIP1 ? skip1 : skip2;
    return true;
}

static bool read_block(struct glyph_walk *walk, struct glyph_block *block, uint8_t type)
{
    switch (type) {
    case EFI_HII_GIBT_GLYPH:
    case EFI_HII_GIBT_GLYPHS:
        return read_glyphs(walk, block, true, type == EFI_HII_GIBT_GLYPHS);
    case EFI_HII_GIBT_GLYPH_DEFAULT:
    case EFI_HII_GIBT_GLYPHS_DEFAULT:
        return read_glyphs(walk, block, false, type == EFI_HII_GIBT_GLYPHS_DEFAULT);
    case EFI_HII_GIBT_GLYPH_VARIABILITY:
        return read_variability(walk, block);
    case EFI_HII_GIBT_DUPLICATE:
        block->count = 1;
        return reader_u16(&walk->r, &block->duplicate_of);
    case EFI_HII_GIBT_SKIP1:
    case EFI_HII_GIBT_SKIP2:
        return read_skip(walk, block, type);
    case EFI_HII_GIBT_DEFAULTS:
        return reader_copy(&walk->r, &walk->defaults, sizeof walk->defaults);
    case EFI_HII_GIBT_EXT1:
    case EFI_HII_GIBT_EXT2:
    case EFI_HII_GIBT_EXT4:
        return read_extension(walk, type);
    default:
        return false;
    }
}

/* What is unknown cannot be passed over, and ends the walk. */
static bool is_known(uint8_t type)
{
    return (type >= EFI_HII_GIBT_GLYPH && type <= EFI_HII_GIBT_GLYPH_VARIABILITY) ||
           (type >= EFI_HII_GIBT_DUPLICATE && type <= EFI_HII_GIBT_DEFAULTS) ||
           (type >= EFI_HII_GIBT_EXT1 && type <= EFI_HII_GIBT_EXT4);
}

static EFI_STATUS glyph_walk_next(struct glyph_walk *walk, struct glyph_block *ret)
{
    struct glyph_block block = {.first = walk->next};
    uint8_t type;
    if (!reader_u8(&walk->r, &type))
        return EFI_VOLUME_CORRUPTED;
    if (!is_known(type))
        return EFI_NOT_FOUND;
    if (!read_block(walk, &block, type) || block.count > 0x10000 - block.first)
        return EFI_VOLUME_CORRUPTED;
    walk->next += block.count;
    *ret = block;
    return EFI_SUCCESS;
}

bool hii_font_package_check(const void *data, size_t size)
{
    size_t name;
    if (size < NAME_OFFSET)
        return false;
    EFI_HII_FONT_PACKAGE_HDR header = hii_font_header(data);
    (void)hii_font_name(data, MIN(size, MAX(header.HdrSize, NAME_OFFSET)), &name);
    if (name == 0 || header.GlyphBlockOffset < NAME_OFFSET || header.GlyphBlockOffset >= size)
        return false;
    struct glyph_walk walk = glyph_walk_begin(data, size);
    struct glyph_block block;
    EFI_STATUS status;
    do
        status = glyph_walk_next(&walk, &block);
    while (!EFI_ERROR(status));
    return status == EFI_NOT_FOUND;
}

bool hii_font_glyph(const void *data, size_t size, char16_t c, struct hii_glyph *ret)
{
    for (unsigned i = 0; i <= DUPLICATES_MAX; i++) {
        struct glyph_walk walk = glyph_walk_begin(data, size);
        struct glyph_block block;
        EFI_STATUS status;
        do
            status = glyph_walk_next(&walk, &block);
        while (!EFI_ERROR(status) && (c < block.first || c - block.first >= block.count));
        if (EFI_ERROR(status))
            return false;
        if (block.duplicate_of == 0) {
            if (block.bitmaps == NULL)
                return false;
            *ret = (struct hii_glyph){block.cell,
                                      block.bitmaps + (c - block.first) * block.bitmap_size};
            return true;
        }
        c = block.duplicate_of;
    }
    return false;
}

static EFI_HII_SIMPLE_FONT_PACKAGE_HDR simple_header(const void *data)
{
    EFI_HII_SIMPLE_FONT_PACKAGE_HDR header;
    memcpy(&header, data, sizeof header);
    return header;
}

bool hii_simple_font_check(const void *data, size_t size)
{
    if (size < sizeof(EFI_HII_SIMPLE_FONT_PACKAGE_HDR))
        return false;
    EFI_HII_SIMPLE_FONT_PACKAGE_HDR header = simple_header(data);
    return sizeof header + header.NumberOfNarrowGlyphs * sizeof(EFI_NARROW_GLYPH) +
               header.NumberOfWideGlyphs * sizeof(EFI_WIDE_GLYPH) <=
           size;
}

static const uint8_t *find_glyph(const uint8_t *glyphs, size_t count, size_t size, char16_t c)
{
    for (size_t i = 0; i < count; i++, glyphs += size)
        if (memcmp(glyphs, &c, sizeof c) == 0)
            return glyphs;
    return NULL;
}

bool hii_simple_glyph(const void *data, size_t size, char16_t c, uint8_t rows[2 * EFI_GLYPH_HEIGHT],
                      struct hii_glyph *ret)
{
    EFI_HII_SIMPLE_FONT_PACKAGE_HDR header = simple_header(data);
    const uint8_t *narrow = (const uint8_t *)data + sizeof header;
    const uint8_t *wide = narrow + header.NumberOfNarrowGlyphs * sizeof(EFI_NARROW_GLYPH);
    const uint8_t *found =
        find_glyph(narrow, header.NumberOfNarrowGlyphs, sizeof(EFI_NARROW_GLYPH), c);
    struct hii_glyph glyph = {{EFI_GLYPH_WIDTH, EFI_GLYPH_HEIGHT, 0, 0, EFI_GLYPH_WIDTH}, rows};
    if (found != NULL) {
        memcpy(rows, found + offsetof(EFI_NARROW_GLYPH, GlyphCol1), EFI_GLYPH_HEIGHT);
        if ((found[offsetof(EFI_NARROW_GLYPH, Attributes)] & EFI_GLYPH_NON_SPACING) != 0)
            glyph.cell.AdvanceX = 0;
        *ret = glyph;
        return true;
    }
    found = find_glyph(wide, header.NumberOfWideGlyphs, sizeof(EFI_WIDE_GLYPH), c);
    if (found == NULL)
        return false;
    for (size_t i = 0; i < EFI_GLYPH_HEIGHT; i++) {
        rows[2 * i] = found[offsetof(EFI_WIDE_GLYPH, GlyphCol1) + i];
        rows[2 * i + 1] = found[offsetof(EFI_WIDE_GLYPH, GlyphCol2) + i];
    }
    glyph.cell.Width = glyph.cell.AdvanceX = 2 * EFI_GLYPH_WIDTH;
    if ((found[offsetof(EFI_WIDE_GLYPH, Attributes)] & EFI_GLYPH_NON_SPACING) != 0)
        glyph.cell.AdvanceX = 0;
    *ret = glyph;
    return true;
}

bool hii_font_info_is(struct reader font, const EFI_FONT_INFO *info)
{
    uint16_t size;
    uint32_t style;
    const void *name;
    size_t length = ucs2_size(info->FontName);
    return reader_u16(&font, &size) && reader_u32(&font, &style) && size == info->FontSize &&
           style == info->FontStyle && reader_take(&font, length, &name) &&
           memcmp(name, info->FontName, length) == 0;
}

EFI_FONT_INFO *hii_font_info_read(struct reader font)
{
    uint16_t size;
    uint32_t style;
    const void *name;
    if (!reader_u16(&font, &size) || !reader_u32(&font, &style))
        return NULL;
    size_t length = name_size(font.data + font.position, reader_left(&font));
    if (length == 0 || !reader_take(&font, length, &name))
        return NULL;
    EFI_FONT_INFO *info = pool_alloc(sizeof *info + length);
    if (info == NULL)
        return NULL;
    info->FontStyle = style;
    info->FontSize = size;
    memcpy(info->FontName, name, length);
    return info;
}

static bool package_is(const struct hii_package *package, const EFI_FONT_INFO *info)
{
    EFI_HII_FONT_PACKAGE_HDR header = hii_font_header(package->data);
    size_t size;
    const void *name = hii_font_name(package->data, package->size, &size);
    return header.Cell.Height == info->FontSize && header.FontStyle == info->FontStyle &&
           ucs2_size(info->FontName) == size && memcmp(name, info->FontName, size) == 0;
}

bool hii_font_exists(const EFI_FONT_INFO *info)
{
    HII_FOR_EACH_LIST(list)
    HII_FOR_EACH_PACKAGE(package, list)
    {
        if (hii_package_type(package) == EFI_HII_PACKAGE_FONTS && package_is(package, info))
            return true;
    }
    return info->FontSize == EFI_GLYPH_HEIGHT && info->FontStyle == 0 &&
           ucs2_equal(info->FontName, HII_SYSTEM_FONT);
}
