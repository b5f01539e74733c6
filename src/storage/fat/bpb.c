/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* The boot sector and its BIOS parameter block (FAT specification §3.1 to §3.5). */

#define TABLES_MAX 4u

static bool is_power_of_two(uint32_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static bool begins_with(const char *text, const char *prefix, size_t length)
{
    return memcmp(text, prefix, length) == 0;
}

/* Has the marks of FAT: what is wrong beyond them is worth a line in the log. */
static bool is_fat(const uint8_t *sector, const struct fat_bpb *bpb)
{
    struct fat_extended_bpb extended16, extended32;
    memcpy(&extended16, sector + FAT16_EXTENDED_OFFSET, sizeof extended16);
    memcpy(&extended32, sector + FAT32_EXTENDED_OFFSET, sizeof extended32);
    return (bpb->jump[0] == FAT_JUMP_SHORT || bpb->jump[0] == FAT_JUMP_NEAR) &&
           (begins_with(extended16.type, "FAT", 3) || begins_with(extended32.type, "FAT", 3));
}

static const char *check_sizes(const struct fat_bpb *bpb)
{
    if (bpb->bytes_per_sector < FAT_SECTOR_MIN || bpb->bytes_per_sector > FAT_SECTOR_MAX ||
        !is_power_of_two(bpb->bytes_per_sector))
        return "bad sector size";
    if (!is_power_of_two(bpb->sectors_per_cluster))
        return "bad cluster size";
    if (bpb->reserved_sectors == 0)
        return "no reserved sectors";
    if (bpb->table_count == 0 || bpb->table_count > TABLES_MAX)
        return "bad number of tables";
    if (bpb->media < FAT_MEDIA_MIN)
        return "bad media type";
    return NULL;
}

static const char *fill_fat32(struct fat_volume *volume, const struct fat_bpb *bpb)
{
    if (bpb->version != 0)
        return "unknown version";
    if (bpb->root_entries != 0)
        return "a fixed root directory on FAT32";
    volume->mirrored = (bpb->extended_flags & FAT32_FLAG_NO_MIRROR) == 0;
    volume->active_table = volume->mirrored ? 0 : bpb->extended_flags & FAT32_FLAG_ACTIVE_MASK;
    if (volume->active_table >= volume->table_count)
        return "bad active table";
    volume->root_cluster = bpb->root_cluster;
    if (!fat_is_cluster(volume, volume->root_cluster))
        return "bad root cluster";
    if (bpb->info_sector != 0 && bpb->info_sector < bpb->reserved_sectors)
        volume->info_offset = bpb->info_sector * volume->sector_size;
    if (bpb->backup_sector != 0 && bpb->backup_sector < bpb->reserved_sectors)
        volume->backup_offset = bpb->backup_sector * volume->sector_size;
    return NULL;
}

/* Sectors, tables, root directory and clusters: in this order, with nothing between them. */
static const char *fill_geometry(struct fat_volume *volume, const struct fat_bpb *bpb)
{
    bool fat32 = bpb->table_sectors_16 == 0;
    uint32_t sector = bpb->bytes_per_sector;
    uint64_t table_sectors = fat32 ? bpb->table_sectors_32 : bpb->table_sectors_16;
    uint64_t sectors = bpb->total_sectors_16 != 0 ? bpb->total_sectors_16 : bpb->total_sectors_32;
    uint64_t root_sectors = ((uint64_t)bpb->root_entries * FAT_ENTRY_SIZE + sector - 1) / sector;
    uint64_t before = bpb->reserved_sectors + bpb->table_count * table_sectors + root_sectors;
    uint64_t device_size = volume->device->block_count * volume->device->block_size;
    if (table_sectors == 0 || (!fat32 && root_sectors == 0))
        return "no table or no root directory";
    if (sectors <= before || table_sectors * sector > UINT32_MAX)
        return "no room for clusters";
    if (sectors * sector > device_size)
        return "it is larger than its partition";

    volume->sector_size = sector;
    volume->cluster_size = sector * bpb->sectors_per_cluster;
    volume->size = sectors * sector;
    volume->table_count = bpb->table_count;
    volume->table_size = (uint32_t)(table_sectors * sector);
    volume->tables_offset = (uint64_t)bpb->reserved_sectors * sector;
    volume->root_size = (uint32_t)(root_sectors * sector);
    volume->mirrored = true;

    uint64_t clusters = (sectors - before) / bpb->sectors_per_cluster;
    if (clusters == 0)
        return "no room for clusters";
    /* Formatting tools make small volumes FAT32 when they are told to: the table's size tells,
     * where the specification has the number of clusters alone. */
    volume->bits = fat32 ? 32 : clusters < FAT12_CLUSTERS ? 12 : 16;
    uint64_t entries = (uint64_t)volume->table_size * 8 / volume->bits;
    uint64_t limit = fat32 ? FAT_BAD : volume->bits == 16 ? 0xfff7 : 0xff7;
    if (entries <= FAT_FIRST_CLUSTER)
        return "no room for clusters";
    clusters = MIN(clusters, MIN(entries, limit) - FAT_FIRST_CLUSTER);
    volume->cluster_count = (uint32_t)clusters;
    return fat32 ? fill_fat32(volume, bpb) : NULL;
}

EFI_STATUS fat_parse_boot_sector(struct fat_volume *volume, const uint8_t *sector)
{
    struct fat_bpb bpb;
    struct fat_extended_bpb extended;
    memcpy(&bpb, sector, sizeof bpb);
    if ((sector[FAT_SIGNATURE_OFFSET] | sector[FAT_SIGNATURE_OFFSET + 1] << 8) != FAT_SIGNATURE)
        return EFI_UNSUPPORTED;
    const char *problem = check_sizes(&bpb);
    if (problem == NULL)
        problem = fill_geometry(volume, &bpb);
    if (problem != NULL && is_fat(sector, &bpb))
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: FAT boot sector: %s", volume->device->name,
                           problem);
    if (problem != NULL || (bpb.jump[0] != FAT_JUMP_SHORT && bpb.jump[0] != FAT_JUMP_NEAR))
        return EFI_UNSUPPORTED;
    memcpy(&extended, sector + (volume->bits == 32 ? FAT32_EXTENDED_OFFSET : FAT16_EXTENDED_OFFSET),
           sizeof extended);
    volume->was_dirty = (extended.state & FAT_STATE_DIRTY) != 0;
    return EFI_SUCCESS;
}
