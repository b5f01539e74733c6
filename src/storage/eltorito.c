/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "hw/iso9660.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/reader.h"
#include "storage/partition_private.h"

/* Boot images of an ISO 9660 disk (El Torito 1.0, UEFI 2.10 §13.3.2.1), on a disk with blocks of
 * any size: a hybrid image is a virtio-blk disk with blocks of 512 bytes. */

/* Finds the boot record, which the specification puts into sector 17. */
static EFI_STATUS find_catalog(struct block_device *device, uint32_t *ret_sector)
{
    CLEANUP_POOL uint8_t *sector = pool_alloc(ISO9660_SECTOR_SIZE);
    if (sector == NULL)
        return EFI_OUT_OF_RESOURCES;
    uint64_t offset = (uint64_t)EL_TORITO_DESCRIPTOR * ISO9660_SECTOR_SIZE;
    EFI_STATUS status = block_read_bytes(device, offset, sector, ISO9660_SECTOR_SIZE);
    if (EFI_ERROR(status))
        return status == EFI_INVALID_PARAMETER ? EFI_NOT_FOUND : status; /* a small disk */
    struct el_torito_descriptor descriptor;
    memcpy(&descriptor, sector, sizeof descriptor);
    if (descriptor.type != ISO9660_TYPE_BOOT_RECORD ||
        memcmp(descriptor.identifier, ISO9660_IDENTIFIER, ISO9660_IDENTIFIER_SIZE) != 0 ||
        memcmp(descriptor.boot_system, EL_TORITO_IDENTIFIER, sizeof EL_TORITO_IDENTIFIER) != 0)
        return EFI_NOT_FOUND;
    memcpy(ret_sector, descriptor.catalog_sector, sizeof *ret_sector);
    return EFI_SUCCESS;
}

static bool validation_is_right(const uint8_t *record)
{
    struct el_torito_validation validation;
    uint16_t words[EL_TORITO_RECORD_SIZE / 2], sum = 0;
    memcpy(&validation, record, sizeof validation);
    memcpy(words, record, sizeof words);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        sum = (uint16_t)(sum + words[i]);
    return validation.header_id == EL_TORITO_VALIDATION && validation.key == EL_TORITO_KEY &&
           sum == 0;
}

/* Adds the entry when it is bootable, without emulation and on the disk. */
static EFI_STATUS add(struct block_device *device, const struct el_torito_entry *entry,
                      uint32_t number, struct partition_list *list)
{
    if (entry->indicator != EL_TORITO_BOOTABLE ||
        (entry->media_type & EL_TORITO_MEDIA_TYPE_MASK) != EL_TORITO_NO_EMULATION)
        return EFI_SUCCESS;
    uint64_t start = (uint64_t)entry->lba * ISO9660_SECTOR_SIZE;
    uint64_t size = (uint64_t)entry->sector_count * EL_TORITO_VIRTUAL_SECTOR;
    uint64_t first = start / device->block_size;
    if (entry->lba == 0 || start % device->block_size != 0 || first >= device->block_count) {
        log_warning("%s: boot image %u is outside the disk", device->name, number);
        return EFI_SUCCESS;
    }
    /* The count is 16 bits wide. 0 and 1 mean: up to the end (§13.3.2.1). */
    uint64_t left = device->block_count - first;
    uint64_t blocks = (size + device->block_size - 1) / device->block_size;
    if (entry->sector_count <= 1 || blocks > left)
        blocks = left;
    struct partition partition = {
        .kind = PARTITION_EL_TORITO,
        .number = number,
        .first_lba = first,
        .block_count = blocks,
        .catalog_lba = entry->lba,
        .catalog_sectors = entry->sector_count,
    };
    return partition_list_add(list, &partition);
}

/* Goes over the catalogue and adds the entries for EFI, or, with `any_platform`, all. */
static EFI_STATUS walk(struct block_device *device, const uint8_t *catalog, bool any_platform,
                       struct partition_list *list)
{
    struct reader r = reader_make(catalog, ISO9660_SECTOR_SIZE);
    struct el_torito_validation validation;
    struct el_torito_header header;
    uint32_t number = 0;
    if (!reader_copy(&r, &validation, sizeof validation))
        return EFI_NOT_FOUND;
    uint8_t platform = validation.platform;
    unsigned entries = 1; /* the initial one has no header */
    bool last = false;
    for (;;) {
        for (; entries > 0; entries--) {
            struct el_torito_entry entry;
            if (!reader_copy(&r, &entry, sizeof entry))
                return EFI_SUCCESS;
            if (entry.indicator == EL_TORITO_EXTENSION) {
                entries++; /* belongs to the one before */
                continue;
            }
            if (platform == EL_TORITO_PLATFORM_EFI || any_platform) {
                EFI_STATUS status = add(device, &entry, number, list);
                if (EFI_ERROR(status))
                    return status;
            }
            number++;
        }
        if (last || !reader_copy(&r, &header, sizeof header))
            return EFI_SUCCESS;
        if (header.indicator == EL_TORITO_EXTENSION)
            continue;
        if (header.indicator != EL_TORITO_HEADER_MORE && header.indicator != EL_TORITO_HEADER_LAST)
            return EFI_SUCCESS;
        last = header.indicator == EL_TORITO_HEADER_LAST;
        platform = header.platform;
        entries = header.entry_count;
    }
}

EFI_STATUS el_torito_read(struct block_device *device, struct partition_list *list)
{
    uint32_t sector;
    EFI_STATUS status = find_catalog(device, &sector);
    if (EFI_ERROR(status))
        return status;
    CLEANUP_POOL uint8_t *catalog = pool_alloc(ISO9660_SECTOR_SIZE);
    if (catalog == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = block_read_bytes(device, (uint64_t)sector * ISO9660_SECTOR_SIZE, catalog,
                              ISO9660_SECTOR_SIZE);
    if (status == EFI_INVALID_PARAMETER || (!EFI_ERROR(status) && !validation_is_right(catalog)))
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: the boot catalogue is broken", device->name);
    if (EFI_ERROR(status))
        return status;
    status = walk(device, catalog, false, list);
    if (!EFI_ERROR(status) && list->count == 0)
        status = walk(device, catalog, true, list);
    if (EFI_ERROR(status))
        return status;
    if (list->count == 0)
        return EFI_NOT_FOUND;
    list->kind = PARTITION_EL_TORITO;
    return EFI_SUCCESS;
}
