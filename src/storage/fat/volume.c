/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/assert.h"
#include "lib/memory.h"
#include "lib/table.h"
#include "storage/fat/private.h"

/* Mounting and unmounting. */

#define TABLE_LINE 16384u
#define AREA_LINE  4096u

static EFI_STATUS open_root(struct file_system *file_system, struct file **ret)
{
    struct fat_volume *volume = fat_volume_of(file_system);
    return fat_open_node(volume->root, !fat_is_read_only(volume), ret);
}

static EFI_STATUS get_info(struct file_system *file_system, struct file_system_info *ret)
{
    struct fat_volume *volume = fat_volume_of(file_system);
    char16_t label[FAT_NAME_SIZE + 1];
    uint32_t free_clusters;
    EFI_STATUS status = fat_get_label(volume, label);
    if (!EFI_ERROR(status))
        status = fat_free_space(volume, &free_clusters);
    if (EFI_ERROR(status))
        return status;
    *ret = (struct file_system_info){
        .read_only = fat_is_read_only(volume),
        .size = (uint64_t)volume->cluster_count * volume->cluster_size,
        .free_space = (uint64_t)free_clusters * volume->cluster_size,
        .block_size = volume->cluster_size,
    };
    memcpy(ret->label, label, sizeof label);
    return EFI_SUCCESS;
}

static void unmount(struct file_system *file_system)
{
    struct fat_volume *volume = fat_volume_of(file_system);
    EFI_STATUS status = fat_end_changes(volume);
    (void)status; /* logged; there is nobody to tell */
    fat_node_put(volume->root);
    ASSERT(list_empty(&volume->nodes));
    fat_cache_release(&volume->table);
    fat_cache_release(&volume->area);
    fat_ahead_release(volume);
    pool_free(volume);
}

static const struct file_system_operations operations = {
    .open_root = open_root,
    .get_info = get_info,
    .set_label = fat_set_label,
    .unmount = unmount,
};

static const struct file_operations file_operations = {
    .open = fat_open,
    .close = fat_close,
    .delete_file = fat_delete,
    .read = fat_read,
    .map = fat_map_file,
    .write = fat_write,
    .read_directory = fat_read_directory,
    .get_info = fat_get_info,
    .set_info = fat_set_info,
    .flush = fat_flush,
};

static void make_caches(struct fat_volume *volume)
{
    uint32_t block = volume->device->block_size;
    uint64_t tables = (uint64_t)volume->table_count * volume->table_size;
    uint64_t area = volume->tables_offset + tables;
    volume->table = (struct fat_cache){
        .base = volume->tables_offset + (uint64_t)volume->active_table * volume->table_size,
        .size = volume->table_size,
        .line_size = MAX(TABLE_LINE, block),
    };
    volume->area = (struct fat_cache){
        .base = area,
        .size = volume->root_size + (uint64_t)volume->cluster_count * volume->cluster_size,
        .line_size = MAX(AREA_LINE, block),
    };
}

EFI_STATUS fat_mount(struct block_device *device, struct file_system **ret)
{
    uint8_t sector[FAT_BOOT_SIZE];
    if (device->block_count == 0)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = block_read_bytes(device, 0, sector, sizeof sector);
    if (EFI_ERROR(status))
        return status;
    struct fat_volume *volume = pool_alloc_zeroed(sizeof *volume);
    if (volume == NULL)
        return EFI_OUT_OF_RESOURCES;
    volume->device = device;
    volume->file_system.operations = &operations;
    volume->file_system.file_operations = &file_operations;
    volume->file_system.device = device;
    list_init(&volume->nodes);
    status = fat_parse_boot_sector(volume, sector);
    if (!EFI_ERROR(status)) {
        make_caches(volume);
        status = fat_node_make_root(volume);
    }
    if (EFI_ERROR(status)) {
        pool_free(volume);
        return status;
    }
    *ret = &volume->file_system;
    return EFI_SUCCESS;
}

TABLE_ENTRY(struct file_system_type, file_system_types, fat) = {"FAT", fat_mount};
