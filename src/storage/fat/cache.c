/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* Two small caches: table and directories. Files' data never goes through them, so a line of the
 * area may be out of date where it holds some; only whole sectors of metadata are written back from
 * it. */

static EFI_STATUS write_back(struct fat_volume *volume, struct fat_cache *cache,
                             struct fat_line *line)
{
    uint32_t from = ALIGN_DOWN(line->dirty_from, volume->sector_size);
    uint32_t to = ALIGN_UP(line->dirty_to, volume->sector_size);
    if (line->dirty_from == line->dirty_to)
        return EFI_SUCCESS;
    line->dirty_from = line->dirty_to = 0;
    if (volume->failed) {
        line->size = 0;
        return EFI_WRITE_PROTECTED;
    }
    for (unsigned i = 0; i < volume->table_count; i++) {
        if (!volume->mirrored && i != volume->active_table)
            continue;
        uint64_t offset = volume->tables_offset + (uint64_t)i * volume->table_size;
        EFI_STATUS status = block_write_bytes(volume->device, offset + line->offset + from,
                                              line->data + from, to - from);
        if (EFI_ERROR(status)) {
            line->size = 0;
            return fat_fail(volume, status);
        }
    }
    return EFI_SUCCESS;
}

static EFI_STATUS fill(struct fat_volume *volume, struct fat_cache *cache, struct fat_line *line,
                       uint64_t offset)
{
    EFI_STATUS status = write_back(volume, cache, line);
    if (EFI_ERROR(status))
        return status;
    if (line->data == NULL)
        line->data = pool_alloc(cache->line_size);
    if (line->data == NULL)
        return EFI_OUT_OF_RESOURCES;
    line->size = 0;
    uint32_t size = (uint32_t)MIN(cache->size - offset, cache->line_size);
    status = block_read_bytes(volume->device, cache->base + offset, line->data, size);
    if (EFI_ERROR(status))
        return status;
    line->offset = offset;
    line->size = size;
    return EFI_SUCCESS;
}

static bool holds(const struct fat_line *line, uint64_t offset)
{
    return offset >= line->offset && offset - line->offset < line->size;
}

EFI_STATUS fat_cache_get(struct fat_volume *volume, struct fat_cache *cache, uint64_t offset,
                         uint8_t **ret, uint32_t *ret_size)
{
    struct fat_line *line = NULL, *oldest = &cache->lines[0];
    if (offset >= cache->size)
        return EFI_VOLUME_CORRUPTED;
    for (unsigned i = 0; i < FAT_LINES && line == NULL; i++) {
        if (holds(&cache->lines[i], offset))
            line = &cache->lines[i];
        else if (cache->clock - cache->lines[i].age > cache->clock - oldest->age)
            oldest = &cache->lines[i];
    }
    if (line == NULL) {
        line = oldest;
        EFI_STATUS status = fill(volume, cache, line, offset - offset % cache->line_size);
        if (EFI_ERROR(status))
            return status;
    }
    line->age = ++cache->clock;
    *ret = line->data + (offset - line->offset);
    *ret_size = (uint32_t)(line->size - (offset - line->offset));
    return EFI_SUCCESS;
}

void fat_cache_dirty(struct fat_cache *cache, uint64_t offset, uint32_t size)
{
    for (unsigned i = 0; i < FAT_LINES; i++) {
        struct fat_line *line = &cache->lines[i];
        if (!holds(line, offset))
            continue;
        uint32_t from = (uint32_t)(offset - line->offset);
        bool clean = line->dirty_from == line->dirty_to;
        line->dirty_from = clean ? from : MIN(line->dirty_from, from);
        line->dirty_to = clean ? from + size : MAX(line->dirty_to, from + size);
    }
}

EFI_STATUS fat_cache_write(struct fat_volume *volume, struct fat_cache *cache, uint64_t offset,
                           const void *data, uint32_t size)
{
    const uint8_t *from = data;
    while (size > 0) {
        uint8_t *to;
        uint32_t room;
        EFI_STATUS status = fat_cache_get(volume, cache, offset, &to, &room);
        if (EFI_ERROR(status))
            return status;
        uint32_t piece = MIN(room, size);
        uint32_t before = (uint32_t)(offset % volume->sector_size);
        uint32_t length = ALIGN_UP(before + piece, volume->sector_size);
        memcpy(to, from, piece);
        status =
            block_write_bytes(volume->device, cache->base + offset - before, to - before, length);
        if (EFI_ERROR(status)) {
            fat_cache_release(cache);
            return fat_fail(volume, status);
        }
        offset += piece;
        from += piece;
        size -= piece;
    }
    return EFI_SUCCESS;
}

EFI_STATUS fat_cache_flush(struct fat_volume *volume, struct fat_cache *cache)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (unsigned i = 0; i < FAT_LINES && !EFI_ERROR(status); i++)
        status = write_back(volume, cache, &cache->lines[i]);
    return status;
}

void fat_cache_release(struct fat_cache *cache)
{
    for (unsigned i = 0; i < FAT_LINES; i++) {
        pool_free(cache->lines[i].data);
        cache->lines[i] = (struct fat_line){0};
    }
}
