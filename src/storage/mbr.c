/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "hw/mbr.h"

#include "core/log.h"
#include "core/pool.h"
#include "hw/fat.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "storage/partition_private.h"

/* Master boot record (UEFI 2.10 §5.2.1) with the logical partitions that it does not speak of: a
 * chain of boot records inside an extended partition, each with one partition and a link. */

#define LOGICAL_MAX   128u
#define FIRST_LOGICAL 5u

static struct mbr_entry entry_at(const uint8_t *sector, unsigned i)
{
    struct mbr_entry entry;
    memcpy(&entry, sector + MBR_ENTRIES + i * sizeof entry, sizeof entry);
    return entry;
}

static bool has_signature(const uint8_t *sector)
{
    return (sector[MBR_SIGNATURE_OFFSET] | sector[MBR_SIGNATURE_OFFSET + 1] << 8) == MBR_SIGNATURE;
}

static bool is_used(const struct mbr_entry *entry)
{
    return entry->os_type != 0 && entry->size_in_lba != 0;
}

static bool is_extended(const struct mbr_entry *entry)
{
    return is_used(entry) &&
           (entry->os_type == MBR_TYPE_EXTENDED || entry->os_type == MBR_TYPE_EXTENDED_LBA ||
            entry->os_type == MBR_TYPE_EXTENDED_LINUX);
}

static bool is_power_of_two(unsigned n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* A boot sector of FAT has its parameters where an MBR has code, and code or text where an MBR has
 * partitions. */
static bool is_fat_boot_sector(const uint8_t *sector)
{
    struct fat_bpb bpb;
    memcpy(&bpb, sector, sizeof bpb);
    return (bpb.jump[0] == FAT_JUMP_SHORT || bpb.jump[0] == FAT_JUMP_NEAR) &&
           bpb.bytes_per_sector >= FAT_SECTOR_MIN && bpb.bytes_per_sector <= FAT_SECTOR_MAX &&
           is_power_of_two(bpb.bytes_per_sector) && is_power_of_two(bpb.sectors_per_cluster) &&
           bpb.reserved_sectors != 0 && bpb.table_count >= 1 && bpb.table_count <= 2 &&
           bpb.media >= FAT_MEDIA_MIN;
}

enum mbr_class mbr_classify(const struct disk_head *head)
{
    bool partitions = false;
    if (!has_signature(head->data))
        return MBR_ABSENT;
    for (unsigned i = 0; i < MBR_ENTRY_COUNT; i++) {
        struct mbr_entry entry = entry_at(head->data, i);
        if (is_used(&entry) && entry.os_type == MBR_TYPE_PROTECTIVE)
            return MBR_PROTECTIVE;
        if ((entry.boot_indicator & ~MBR_BOOT_INDICATOR_ACTIVE) != 0)
            return MBR_FILE_SYSTEM;
        partitions |= is_used(&entry);
    }
    if (is_fat_boot_sector(head->data))
        return MBR_FILE_SYSTEM;
    return partitions ? MBR_LEGACY : MBR_EMPTY;
}

static EFI_STATUS add(struct block_device *device, const struct mbr_entry *entry, uint64_t base,
                      uint32_t number, struct partition_list *list)
{
    struct partition partition = {
        .kind = PARTITION_MBR,
        .number = number,
        .first_lba = base + entry->starting_lba,
        .block_count = entry->size_in_lba,
        .mbr = *entry,
    };
    if (!range_within(partition.first_lba, partition.block_count, device->block_count))
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: MBR partition %u is outside the disk",
                           device->name, number);
    return partition_list_add(list, &partition);
}

/* Follows the chain of boot records in the extended partition. A loop meets the same partition
 * twice, or is ended by LOGICAL_MAX. */
static EFI_STATUS read_logical(struct block_device *device, const struct mbr_entry *extended,
                               struct partition_list *list)
{
    CLEANUP_POOL uint8_t *block = pool_alloc(device->block_size);
    if (block == NULL)
        return EFI_OUT_OF_RESOURCES;
    uint64_t start = extended->starting_lba;
    uint64_t record = 0; /* relative to `start` */
    uint32_t number = FIRST_LOGICAL;
    for (unsigned i = 0; i < LOGICAL_MAX; i++) {
        if (!range_within(start + record, 1, device->block_count) ||
            record >= extended->size_in_lba)
            return log_failure(EFI_VOLUME_CORRUPTED, "%s: logical partition %u is outside the disk",
                               device->name, number);
        EFI_STATUS status = block_read(device, start + record, block, device->block_size);
        if (EFI_ERROR(status))
            return status;
        if (!has_signature(block))
            return EFI_SUCCESS; /* an extended partition that was never filled */
        struct mbr_entry entry = entry_at(block, 0), link = entry_at(block, 1);
        if (is_used(&entry) && !is_extended(&entry)) {
            status = add(device, &entry, start + record, number++, list);
            if (EFI_ERROR(status))
                return status;
        }
        if (!is_extended(&link) || link.starting_lba == 0)
            return EFI_SUCCESS;
        record = link.starting_lba;
    }
    return log_failure(EFI_VOLUME_CORRUPTED, "%s: the chain of logical partitions does not end",
                       device->name);
}

EFI_STATUS mbr_read(struct block_device *device, const struct disk_head *head,
                    struct partition_list *list)
{
    struct mbr_entry extended = {0};
    EFI_STATUS status = EFI_SUCCESS;
    uint32_t a, b, signature;
    memcpy(&signature, head->data + MBR_DISK_SIGNATURE, sizeof signature);
    list->kind = PARTITION_MBR;
    for (unsigned i = 0; i < MBR_ENTRY_COUNT && !EFI_ERROR(status); i++) {
        struct mbr_entry entry = entry_at(head->data, i);
        if (is_extended(&entry))
            extended = entry;
        else if (is_used(&entry) && entry.starting_lba != 0)
            status = add(device, &entry, 0, i + 1, list);
    }
    if (!EFI_ERROR(status) && is_extended(&extended))
        status = read_logical(device, &extended, list);
    if (EFI_ERROR(status))
        return status;
    if (list->count == 0)
        return EFI_NOT_FOUND;
    if (partitions_overlap(list, &a, &b))
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: MBR partitions %u and %u overlap",
                           device->name, a, b);
    for (size_t i = 0; i < list->count; i++)
        list->items[i].disk_signature = signature;
    return EFI_SUCCESS;
}
