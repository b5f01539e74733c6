/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "storage/partition.h"

#include "core/log.h"
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/partition_private.h"

#define ARRAY_SIZE_USUAL 16384u /* of a GPT: 128 entries */

EFI_STATUS partition_list_add(struct partition_list *list, const struct partition *partition)
{
    if (list->count == PARTITIONS_MAX)
        return EFI_VOLUME_CORRUPTED;
    /* Full at 0 and at each power of two. */
    if ((list->count & (list->count - 1)) == 0) {
        size_t capacity = list->count == 0 ? 1 : 2 * list->count;
        struct partition *items = pool_alloc(capacity * sizeof *items);
        if (items == NULL)
            return EFI_OUT_OF_RESOURCES;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        pool_free(list->items);
        list->items = items;
    }
    list->items[list->count++] = *partition;
    return EFI_SUCCESS;
}

bool partitions_overlap(const struct partition_list *list, uint32_t *ret_a, uint32_t *ret_b)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct partition *a = &list->items[i];
        for (size_t j = 0; j < i; j++) {
            const struct partition *b = &list->items[j];
            if (a->first_lba < b->first_lba + b->block_count &&
                b->first_lba < a->first_lba + a->block_count) {
                *ret_a = b->number;
                *ret_b = a->number;
                return true;
            }
        }
    }
    return false;
}

void partitions_release(struct partition_list *list)
{
    pool_free(list->items);
    *list = (struct partition_list){0};
}

/* UEFI 2.10 §13.3.2: GPT, El Torito, MBR, and the first that is valid counts. A GPT beside an MBR
 * without a protective entry is a leftover, or that of a hybrid ISO image. A protective entry
 * without a primary GPT may be the same image on a device with blocks of 2048 bytes, so that the
 * backup is looked for last. */
static EFI_STATUS read_tables(struct block_device *device, const struct disk_head *head,
                              struct partition_list *list)
{
    enum mbr_class mbr = mbr_classify(head);
    bool has_primary = gpt_has_primary(device, head);
    EFI_STATUS gpt_status = EFI_NOT_FOUND;
    if (has_primary && mbr != MBR_LEGACY && mbr != MBR_FILE_SYSTEM) {
        gpt_status = gpt_read(device, head, mbr, list);
        if (gpt_status != EFI_VOLUME_CORRUPTED)
            return gpt_status;
        partitions_release(list);
    }
    EFI_STATUS status = el_torito_read(device, list);
    if (status != EFI_NOT_FOUND && status != EFI_VOLUME_CORRUPTED)
        return status;
    partitions_release(list);
    if (mbr == MBR_LEGACY)
        return mbr_read(device, head, list);
    if (mbr == MBR_PROTECTIVE && !has_primary)
        return gpt_read(device, head, mbr, list);
    return gpt_status == EFI_NOT_FOUND ? status : gpt_status;
}

EFI_STATUS partitions_read(struct block_device *device, struct partition_list *ret)
{
    size_t block = device->block_size;
    uint64_t blocks = 2 + (ARRAY_SIZE_USUAL + block - 1) / block;
    if (device->block_count == 0)
        return EFI_NOT_FOUND;
    if (blocks > device->block_count)
        blocks = device->block_count;
    size_t size = (size_t)blocks * block;
    CLEANUP_POOL uint8_t *data = pool_alloc(size);
    if (data == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = block_read(device, 0, data, size);
    if (EFI_ERROR(status)) {
        if (status != EFI_TIMEOUT) /* block.c has said so */
            log_error("%s: cannot read the partition table", device->name);
        return status;
    }
    struct disk_head head = {data, size};
    struct partition_list list = {0};
    status = read_tables(device, &head, &list);
    if (EFI_ERROR(status)) {
        partitions_release(&list);
        return status;
    }
    *ret = list;
    return EFI_SUCCESS;
}
