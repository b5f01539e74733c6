/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/string_edit.h"

#include "core/pool.h"
#include "efi/hii/font_package.h"
#include "efi/hii/string_package.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

#define PACKAGE_SIZE_MAX 0xffffffu
#define LANGUAGE_MAX     256u
/* A string block, two blocks that split the old one, two skip blocks: less than this. */
#define BLOCK_OVERHEAD 64u

/* The new package under construction. */
struct editor {
    const uint8_t *from;
    size_t size;
    uint8_t *to;
    size_t at;
};

static void put(struct editor *e, const void *bytes, size_t size)
{
    memcpy(e->to + e->at, bytes, size);
    e->at += size;
}

static void put_u8(struct editor *e, uint8_t value)
{
    put(e, &value, sizeof value);
}

static void put_u16(struct editor *e, uint32_t value)
{
    uint16_t low = (uint16_t)value;
    put(e, &low, sizeof low);
}

static void put_skip(struct editor *e, uint32_t count)
{
    if (count == 0)
        return;
    put_u8(e, EFI_HII_SIBT_SKIP2);
    put_u16(e, count);
}

static size_t font_block_size(const EFI_FONT_INFO *font)
{
    return 11 + ucs2_size(font->FontName);
}

static void put_font(struct editor *e, uint8_t id, const EFI_FONT_INFO *font)
{
    put_u8(e, EFI_HII_SIBT_EXT2);
    put_u8(e, EFI_HII_SIBT_FONT);
    put_u16(e, (uint32_t)font_block_size(font));
    put_u8(e, id);
    put_u16(e, font->FontSize);
    put(e, &font->FontStyle, sizeof font->FontStyle);
    put(e, font->FontName, ucs2_size(font->FontName));
}

static void put_string(struct editor *e, uint8_t font, const char16_t *text)
{
    put_u8(e, font != 0 ? EFI_HII_SIBT_STRING_UCS2_FONT : EFI_HII_SIBT_STRING_UCS2);
    if (font != 0)
        put_u8(e, font);
    put(e, text, ucs2_size(text));
}

/* `count` ids of the old block from the `skip`th on, as a block of their own. */
static void put_part(struct editor *e, const struct string_block *block, uint32_t skip,
                     uint32_t count)
{
    if (count == 0)
        return;
    if (!string_block_is_text(block)) {
        put_skip(e, count); /* of these, only skip blocks have several ids */
        return;
    }
    struct string_walk walk = string_walk_begin(e->from, e->size);
    walk.r.position = block->text;
    size_t start = block->text;
    for (uint32_t i = 0; i < skip + count; i++) {
        if (i == skip)
            start = walk.r.position;
        if (!string_text_skip(&walk, block))
            break; /* the package is sound */
    }
    put_u8(e, block->type | 2);
    if ((block->type & 1) != 0)
        put_u8(e, block->font);
    put_u16(e, count);
    put(e, e->from + start, walk.r.position - start);
}

/* The identifier of the font in the package, or 0 with `*is_new` set to a free one. */
static bool choose_font(const struct hii_package *package, const EFI_FONT_INFO *font,
                        uint8_t *ret_id, bool *ret_new)
{
    for (unsigned id = 1; id <= UINT8_MAX; id++) {
        struct reader r;
        *ret_id = (uint8_t)id;
        *ret_new = !hii_string_font(package->data, package->size, (uint8_t)id, &r);
        if (*ret_new || hii_font_info_is(r, font))
            return true;
    }
    return false;
}

/* Writes the package anew, with the string in its place. */
static void rewrite(struct editor *e, const struct string_walk *walk, bool found,
                    const struct string_block *block, uint16_t id, uint8_t font_id,
                    const EFI_FONT_INFO *new_font, const char16_t *text)
{
    size_t start = found ? block->start : walk->r.position - 1;
    put(e, e->from, start);
    if (found)
        put_part(e, block, 0, id - block->first);
    else
        put_skip(e, id - walk->next_id);
    if (new_font != NULL)
        put_font(e, font_id, new_font);
    put_string(e, font_id, text);
    if (found)
        put_part(e, block, id - block->first + 1, block->first + block->count - id - 1);
    size_t rest = found ? block->end : start;
    put(e, e->from + rest, e->size - rest);
}

EFI_STATUS hii_string_store(struct hii_package *package, uint16_t id, const char16_t *text,
                            const EFI_FONT_INFO *font)
{
    struct string_block block;
    struct string_walk walk = string_walk_begin(package->data, package->size);
    EFI_STATUS status;
    do
        status = string_walk_next(&walk, &block);
    while (!EFI_ERROR(status) && (id < block.first || id - block.first >= block.count));
    bool found = !EFI_ERROR(status), new_font = false;
    uint8_t font_id = found ? block.font : 0;
    if (font != NULL && !choose_font(package, font, &font_id, &new_font))
        return EFI_OUT_OF_RESOURCES;

    uint64_t room = (uint64_t)package->size + ucs2_size(text) + BLOCK_OVERHEAD +
                    (new_font ? font_block_size(font) : 0);
    struct editor e = {.from = package->data, .size = package->size};
    if (room > PACKAGE_SIZE_MAX || (e.to = pool_alloc(room)) == NULL)
        return EFI_OUT_OF_RESOURCES;
    rewrite(&e, &walk, found, &block, id, font_id, new_font ? font : NULL, text);
    EFI_HII_PACKAGE_HEADER header = {.Length = (uint32_t)e.at & 0xffffff,
                                     .Type = EFI_HII_PACKAGE_STRINGS};
    memcpy(e.to, &header, sizeof header);
    hii_package_replace(package, e.to, e.at);
    return EFI_SUCCESS;
}

struct hii_package *hii_string_package_new(struct hii_list *list, const char *language)
{
    size_t length = ascii_length(language, LANGUAGE_MAX);
    EFI_HII_STRING_PACKAGE_HDR header = {.Header.Type = EFI_HII_PACKAGE_STRINGS};
    uint8_t data[sizeof header + LANGUAGE_MAX + 1];
    if (length == LANGUAGE_MAX)
        return NULL;
    header.HdrSize = header.StringInfoOffset = (uint32_t)(sizeof header + length + 1);
    header.Header.Length = (header.HdrSize + 1) & 0xffffff;
    memcpy(data, &header, sizeof header);
    memcpy(data + sizeof header, language, length);
    data[sizeof header + length] = 0;
    data[sizeof header + length + 1] = EFI_HII_SIBT_END;
    return hii_package_append(&list->packages, data, header.HdrSize + 1);
}
