/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "storage/fat/private.h"

/* The file allocation table (FAT specification §4). */

bool fat_is_cluster(const struct fat_volume *volume, uint32_t cluster)
{
    return cluster >= FAT_FIRST_CLUSTER && cluster - FAT_FIRST_CLUSTER < volume->cluster_count;
}

/* Values from 0x…F8 on end a chain, 0x…F7 is a bad cluster. */
static uint32_t widen(uint32_t value, uint32_t end_of_kind)
{
    return value >= end_of_kind ? FAT_END : value == end_of_kind - 1 ? FAT_BAD : value;
}

static uint32_t load(const struct fat_volume *volume, const uint8_t *at)
{
    uint16_t value16;
    uint32_t value32;
    if (volume->bits == 16) {
        memcpy(&value16, at, sizeof value16);
        return widen(value16, 0xfff8);
    }
    memcpy(&value32, at, sizeof value32);
    return widen(value32 & 0x0fffffff, 0x0ffffff8);
}

/* The bytes that hold the entry: one at a time, as those of FAT12 may lie in two lines. */
static EFI_STATUS byte_at(struct fat_volume *volume, uint32_t offset, uint8_t **ret)
{
    uint32_t size;
    return fat_cache_get(volume, &volume->table, offset, ret, &size);
}

static EFI_STATUS get_12(struct fat_volume *volume, uint32_t cluster, uint32_t *ret)
{
    uint32_t offset = cluster + cluster / 2;
    uint8_t *byte;
    EFI_STATUS status = byte_at(volume, offset, &byte);
    if (EFI_ERROR(status))
        return status;
    uint32_t value = *byte;
    status = byte_at(volume, offset + 1, &byte);
    if (EFI_ERROR(status))
        return status;
    value |= (uint32_t)*byte << 8;
    *ret = widen(cluster % 2 == 0 ? value & 0xfff : value >> 4, 0xff8);
    return EFI_SUCCESS;
}

static EFI_STATUS set_12(struct fat_volume *volume, uint32_t cluster, uint32_t value)
{
    uint32_t offset = cluster + cluster / 2;
    bool odd = cluster % 2 != 0;
    uint16_t bits = (uint16_t)((value & 0xfff) << (odd ? 4 : 0));
    uint16_t mask = odd ? 0xfff0 : 0x0fff;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *byte;
        EFI_STATUS status = byte_at(volume, offset + i, &byte);
        if (EFI_ERROR(status))
            return status;
        uint8_t byte_mask = (uint8_t)(mask >> 8 * i);
        *byte = (uint8_t)((*byte & ~byte_mask) | (uint8_t)(bits >> 8 * i));
        fat_cache_dirty(&volume->table, offset + i, 1);
    }
    return EFI_SUCCESS;
}

/* Entries of FAT16 and FAT32 from `cluster` on in one line. */
static EFI_STATUS window(struct fat_volume *volume, uint32_t cluster, uint8_t **ret,
                         uint32_t *ret_count)
{
    uint32_t width = volume->bits / 8, size;
    EFI_STATUS status =
        fat_cache_get(volume, &volume->table, (uint64_t)cluster * width, ret, &size);
    if (!EFI_ERROR(status))
        *ret_count = size / width;
    return status;
}

EFI_STATUS fat_table_get(struct fat_volume *volume, uint32_t cluster, uint32_t *ret)
{
    uint8_t *at;
    uint32_t count;
    if (volume->bits == 12)
        return get_12(volume, cluster, ret);
    EFI_STATUS status = window(volume, cluster, &at, &count);
    if (!EFI_ERROR(status))
        *ret = load(volume, at);
    return status;
}

EFI_STATUS fat_table_set(struct fat_volume *volume, uint32_t cluster, uint32_t value)
{
    uint8_t *at;
    uint32_t count, old;
    if (volume->bits == 12)
        return set_12(volume, cluster, value);
    EFI_STATUS status = window(volume, cluster, &at, &count);
    if (EFI_ERROR(status))
        return status;
    uint32_t width = volume->bits / 8;
    memcpy(&old, at, width);
    if (volume->bits == 32) /* the upper four bits are not ours */
        value = (value & 0x0fffffff) | (old & 0xf0000000);
    memcpy(at, &value, width);
    fat_cache_dirty(&volume->table, (uint64_t)cluster * width, width);
    return EFI_SUCCESS;
}

EFI_STATUS fat_table_flush(struct fat_volume *volume)
{
    return fat_cache_flush(volume, &volume->table);
}

EFI_STATUS fat_table_run(struct fat_volume *volume, uint32_t cluster, uint32_t max,
                         uint32_t *ret_count, uint32_t *ret_next)
{
    uint32_t count = 0, next;
    for (;;) {
        uint8_t *at = NULL;
        uint32_t in_line = 1, width = volume->bits / 8;
        EFI_STATUS status = volume->bits == 12 ? get_12(volume, cluster + count, &next)
                                               : window(volume, cluster + count, &at, &in_line);
        if (EFI_ERROR(status))
            return status;
        for (uint32_t i = 0; i < in_line; i++, count++) {
            if (at != NULL)
                next = load(volume, at + i * width);
            if (count == max || next != cluster + count + 1 || !fat_is_cluster(volume, next)) {
                *ret_count = count;
                *ret_next = next;
                return EFI_SUCCESS;
            }
        }
    }
}

EFI_STATUS fat_table_find_free(struct fat_volume *volume, uint32_t from, uint32_t end,
                               uint32_t *ret)
{
    while (from < end) {
        uint8_t *at = NULL;
        uint32_t in_line = 1, width = volume->bits / 8, value = FAT_END;
        EFI_STATUS status =
            volume->bits == 12 ? get_12(volume, from, &value) : window(volume, from, &at, &in_line);
        if (EFI_ERROR(status))
            return status;
        for (uint32_t i = 0; i < in_line && from < end; i++, from++) {
            if (at != NULL)
                value = load(volume, at + i * width);
            if (value == FAT_FREE) {
                *ret = from;
                return EFI_SUCCESS;
            }
        }
    }
    *ret = end;
    return EFI_SUCCESS;
}

EFI_STATUS fat_table_count_free(struct fat_volume *volume, uint32_t *ret)
{
    uint32_t end = volume->cluster_count + FAT_FIRST_CLUSTER, count = 0;
    for (uint32_t at = FAT_FIRST_CLUSTER; at < end; at++) {
        EFI_STATUS status = fat_table_find_free(volume, at, end, &at);
        if (EFI_ERROR(status))
            return status;
        count += at < end;
    }
    *ret = count;
    return EFI_SUCCESS;
}
