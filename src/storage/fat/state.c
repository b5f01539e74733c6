/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* What the volume remembers between two mounts: FSInfo (FAT specification §5) and the mark in entry
 * 1 of the table (§4.2) that says that it was left in good order. */

static uint64_t info_offset(const struct fat_volume *volume)
{
    return volume->info_offset + FAT_INFO_STRUCT_OFFSET;
}

/* FSInfo is a hint: a wrong place to start from costs a search, and a number of free clusters that
 * cannot be, or that a volume in disorder tells, is counted anew. */
void fat_load_info(struct fat_volume *volume)
{
    struct fat_info info;
    uint32_t lead;
    if (volume->info_loaded)
        return;
    volume->info_loaded = true;
    if (volume->info_offset == 0)
        return;
    if (EFI_ERROR(block_read_bytes(volume->device, volume->info_offset, &lead, sizeof lead)) ||
        EFI_ERROR(block_read_bytes(volume->device, info_offset(volume), &info, sizeof info)) ||
        lead != FAT_INFO_LEAD_SIGNATURE || info.signature != FAT_INFO_STRUCT_SIGNATURE) {
        volume->info_offset = 0;
        return;
    }
    if (fat_is_cluster(volume, info.next_free))
        volume->next_free = info.next_free;
    if (info.free_count <= volume->cluster_count && !volume->was_dirty) {
        volume->free_count = info.free_count;
        volume->free_known = true;
    }
}

static EFI_STATUS write_info(struct fat_volume *volume)
{
    struct fat_info info = {
        .signature = FAT_INFO_STRUCT_SIGNATURE,
        .free_count = volume->free_known ? volume->free_count : FAT_INFO_UNKNOWN,
        .next_free =
            fat_is_cluster(volume, volume->next_free) ? volume->next_free : FAT_INFO_UNKNOWN,
    };
    if (volume->info_offset == 0)
        return EFI_SUCCESS;
    return block_write_bytes(volume->device, info_offset(volume), &info, sizeof info);
}

/* Entry 1 as it is in the table; FAT12 has no mark. */
static EFI_STATUS mark(struct fat_volume *volume, bool clean)
{
    uint32_t value = 0, size;
    uint32_t width = volume->bits / 8;
    uint32_t flag = volume->bits == 16 ? FAT16_CLEAN : FAT32_CLEAN;
    uint8_t *at;
    if (volume->bits == 12)
        return EFI_SUCCESS;
    EFI_STATUS status = fat_cache_get(volume, &volume->table, width, &at, &size);
    if (EFI_ERROR(status))
        return status;
    memcpy(&value, at, width);
    if (!volume->changing && (value & flag) == 0)
        volume->was_dirty = true;
    if (clean && volume->was_dirty)
        return EFI_SUCCESS;
    value = clean ? value | flag : value & ~flag;
    memcpy(at, &value, width);
    fat_cache_dirty(&volume->table, width, width);
    return fat_table_flush(volume);
}

bool fat_is_read_only(const struct fat_volume *volume)
{
    return volume->device->read_only || volume->failed;
}

EFI_STATUS fat_begin_change(struct fat_volume *volume)
{
    if (fat_is_read_only(volume))
        return EFI_WRITE_PROTECTED;
    if (volume->changing)
        return EFI_SUCCESS;
    fat_load_info(volume);
    EFI_STATUS status = mark(volume, false);
    if (!EFI_ERROR(status))
        volume->changing = true;
    return status;
}

EFI_STATUS fat_end_changes(struct fat_volume *volume)
{
    if (!volume->changing || volume->failed)
        return EFI_SUCCESS;
    EFI_STATUS status = write_info(volume);
    if (!EFI_ERROR(status))
        status = mark(volume, true);
    if (EFI_ERROR(status))
        return volume->failed ? status : fat_fail(volume, status);
    volume->changing = false;
    return EFI_SUCCESS;
}

EFI_STATUS fat_fail(struct fat_volume *volume, EFI_STATUS status)
{
    if (!volume->failed)
        log_error("%s: a write to the FAT volume failed, it is read-only from now on",
                  volume->device->name);
    volume->failed = true;
    return status;
}
