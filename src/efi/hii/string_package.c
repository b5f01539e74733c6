/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/string_package.h"

#include "lib/ascii.h"
#include "lib/memory.h"

#define LAST_ID        0xffffu
#define DUPLICATES_MAX 16 /* one after the other: each costs a walk */

static EFI_HII_STRING_PACKAGE_HDR header_of(const void *data)
{
    EFI_HII_STRING_PACKAGE_HDR header;
    memcpy(&header, data, sizeof header);
    return header;
}

const char *hii_string_languages(const void *data)
{
    return (const char *)data + sizeof(EFI_HII_STRING_PACKAGE_HDR);
}

struct string_walk string_walk_begin(const void *data, size_t size)
{
    struct string_walk walk = {
        .r = reader_make(data, size),
        .next_id = 1,
        .windows = (const uint8_t *)data + offsetof(EFI_HII_STRING_PACKAGE_HDR, LanguageWindow),
    };
    /* Checked; else the walk finds no block. */
    if (!reader_seek(&walk.r, header_of(data).StringInfoOffset))
        walk.r = reader_make(data, 0);
    return walk;
}

bool string_block_is_scsu(const struct string_block *block)
{
    return block->type >= EFI_HII_SIBT_STRING_SCSU && block->type <= EFI_HII_SIBT_STRINGS_SCSU_FONT;
}

bool string_block_is_text(const struct string_block *block)
{
    return block->type >= EFI_HII_SIBT_STRING_SCSU && block->type <= EFI_HII_SIBT_STRINGS_UCS2_FONT;
}

static struct text_source text_at(const struct string_walk *walk, const struct string_block *block)
{
    struct text_source text = {.r = walk->r, .compressed = string_block_is_scsu(block)};
    scsu_start(&text.scsu, walk->windows);
    return text;
}

bool string_text_skip(struct string_walk *walk, const struct string_block *block)
{
    struct text_source text = text_at(walk, block);
    char16_t c;
    do {
        if (!text_source_next(&text, &c))
            return false;
    } while (c != 0);
    walk->r.position = text.r.position;
    return true;
}

/* The types of text are bits: 1 has a font, 2 has a count. */
static bool read_text_block(struct string_walk *walk, struct string_block *block)
{
    uint16_t count = 1;
    if ((block->type & 1) != 0 && !reader_u8(&walk->r, &block->font))
        return false;
    if ((block->type & 2) != 0 && !reader_u16(&walk->r, &count))
        return false;
    block->count = count;
    block->text = walk->r.position;
    for (uint32_t i = 0; i < block->count; i++)
        if (!string_text_skip(walk, block))
            return false;
    return true;
}

/* Length is that of the whole block. */
static bool read_extension(struct string_walk *walk, const struct string_block *block)
{
    uint8_t type2, length1;
    uint16_t length2;
    uint32_t length = 0;
    bool good = reader_u8(&walk->r, &type2);
    switch (block->type) {
    case EFI_HII_SIBT_EXT1:
        good = good && reader_u8(&walk->r, &length1);
        length = good ? length1 : 0;
        break;
    case EFI_HII_SIBT_EXT2:
        good = good && reader_u16(&walk->r, &length2);
        length = good ? length2 : 0;
        break;
    default:
        good = good && reader_u32(&walk->r, &length);
    }
    size_t done = walk->r.position - block->start;
    return good && length >= done && reader_skip(&walk->r, length - done);
}

static bool read_block(struct string_walk *walk, struct string_block *block)
{
    uint8_t skip1;
    uint16_t skip2;
    if (string_block_is_text(block))
        return read_text_block(walk, block);
    switch (block->type) {
    case EFI_HII_SIBT_DUPLICATE:
        block->count = 1;
        return reader_u16(&walk->r, &block->duplicate_of);
    case EFI_HII_SIBT_SKIP1:
        if (!reader_u8(&walk->r, &skip1))
            return false;
        block->count = skip1;
        return true;
    case EFI_HII_SIBT_SKIP2:
        if (!reader_u16(&walk->r, &skip2))
            return false;
        block->count = skip2;
        return true;
    case EFI_HII_SIBT_EXT1:
    case EFI_HII_SIBT_EXT2:
    case EFI_HII_SIBT_EXT4:
        return read_extension(walk, block);
    default:
        return false;
    }
}

EFI_STATUS string_walk_next(struct string_walk *walk, struct string_block *ret)
{
    struct string_block block = {.start = walk->r.position, .first = walk->next_id};
    if (!reader_u8(&walk->r, &block.type))
        return EFI_VOLUME_CORRUPTED;
    if (block.type == EFI_HII_SIBT_END)
        return EFI_NOT_FOUND;
    if (!read_block(walk, &block) || block.count > LAST_ID + 1 - block.first)
        return EFI_VOLUME_CORRUPTED;
    block.end = walk->r.position;
    walk->next_id += block.count;
    *ret = block;
    return EFI_SUCCESS;
}

bool hii_string_package_check(const void *data, size_t size)
{
    if (size < sizeof(EFI_HII_STRING_PACKAGE_HDR))
        return false;
    EFI_HII_STRING_PACKAGE_HDR header = header_of(data);
    size_t header_end = MIN(header.HdrSize, size);
    if (header_end <= sizeof header)
        return false;
    size_t room = header_end - sizeof header;
    size_t language = ascii_length(hii_string_languages(data), room);
    if (language == room || header.StringInfoOffset <= sizeof header + language ||
        header.StringInfoOffset >= size)
        return false;
    struct string_walk walk = string_walk_begin(data, size);
    struct string_block block;
    EFI_STATUS status;
    do
        status = string_walk_next(&walk, &block);
    while (!EFI_ERROR(status));
    return status == EFI_NOT_FOUND;
}

uint16_t hii_string_last_id(const void *data, size_t size)
{
    struct string_walk walk = string_walk_begin(data, size);
    struct string_block block;
    while (!EFI_ERROR(string_walk_next(&walk, &block)))
        ;
    return (uint16_t)(walk.next_id - 1);
}

static EFI_STATUS find_block(struct string_walk *walk, uint16_t id, struct string_block *ret)
{
    EFI_STATUS status;
    do
        status = string_walk_next(walk, ret);
    while (!EFI_ERROR(status) && (id < ret->first || id - ret->first >= ret->count));
    return status;
}

EFI_STATUS hii_string_find(const void *data, size_t size, uint16_t id, struct string_place *ret)
{
    struct string_block block;
    for (unsigned i = 0; i < DUPLICATES_MAX; i++) {
        struct string_walk walk = string_walk_begin(data, size);
        EFI_STATUS status = find_block(&walk, id, &block);
        if (EFI_ERROR(status))
            return status;
        if (string_block_is_text(&block)) {
            walk.r.position = block.text;
            for (uint32_t before = block.first; before < id; before++)
                if (!string_text_skip(&walk, &block))
                    return EFI_VOLUME_CORRUPTED;
            *ret = (struct string_place){block, text_at(&walk, &block)};
            return EFI_SUCCESS;
        }
        if (block.type != EFI_HII_SIBT_DUPLICATE)
            break;
        id = block.duplicate_of;
    }
    return EFI_NOT_FOUND;
}

bool hii_string_font(const void *data, size_t size, uint8_t font, struct reader *ret)
{
    struct string_walk walk = string_walk_begin(data, size);
    struct string_block block;
    while (!EFI_ERROR(string_walk_next(&walk, &block))) {
        struct reader r;
        uint16_t length;
        uint8_t type2, id;
        if (block.type == EFI_HII_SIBT_EXT2 &&
            reader_window(&walk.r, block.start + 1, block.end - block.start - 1, &r) &&
            reader_u8(&r, &type2) && reader_u16(&r, &length) && type2 == EFI_HII_SIBT_FONT &&
            reader_u8(&r, &id) && id == font) {
            return reader_window(&r, r.position, reader_left(&r), ret);
        }
    }
    return false;
}
