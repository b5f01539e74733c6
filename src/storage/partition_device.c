/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/checked.h"
#include "lib/printf.h"
#include "storage/partition.h"

static struct partition_device *partition_of(struct block_device *device)
{
    return CONTAINER_OF(device, struct partition_device, device);
}

/* Blocks that the request touches. False: more than there can be. */
static bool request_blocks(const struct block_device *device, const struct block_request *request,
                           uint64_t *ret)
{
    uint64_t bytes = 0;
    if (request->operation == BLOCK_ERASE) {
        *ret = request->block_count;
        return true;
    }
    for (size_t i = 0; i < request->segment_count; i++) {
        if (!checked_add(bytes, request->segments[i].size, &bytes))
            return false;
    }
    if (bytes % device->block_size != 0)
        return false;
    *ret = bytes / device->block_size;
    return true;
}

static EFI_STATUS submit(struct block_device *device, struct block_request *request)
{
    struct partition_device *partition = partition_of(device);
    uint64_t blocks, lba = request->lba;
    /* The partition was one of another medium. A disk that grows or shrinks stays the same one. */
    if (partition->parent->removable && partition->parent->media_id != device->media_id)
        return EFI_MEDIA_CHANGED;
    if (request->operation == BLOCK_FLUSH)
        return partition->parent->operations->submit(partition->parent, request);
    if (!request_blocks(device, request, &blocks) ||
        !range_within(lba, blocks, device->block_count))
        return EFI_INVALID_PARAMETER;
    request->lba = lba + partition->first_lba;
    EFI_STATUS status = partition->parent->operations->submit(partition->parent, request);
    if (EFI_ERROR(status))
        request->lba = lba;
    return status;
}

static void partition_poll(struct block_device *device)
{
    struct partition_device *partition = partition_of(device);
    partition->parent->operations->poll(partition->parent);
    device->progress = partition->parent->progress;
}

static void give_up(struct block_device *device, EFI_STATUS status)
{
    struct partition_device *partition = partition_of(device);
    partition->parent->operations->abort(partition->parent, status);
}

static EFI_STATUS reset(struct block_device *device)
{
    struct block_device *parent = partition_of(device)->parent;
    return parent->operations->reset != NULL ? parent->operations->reset(parent) : EFI_SUCCESS;
}

static const struct block_operations operations = {
    .submit = submit,
    .poll = partition_poll,
    .abort = give_up,
    .reset = reset,
};

void partition_device_init(struct partition_device *partition_device, struct block_device *parent,
                           const struct partition *partition)
{
    *partition_device = (struct partition_device){
        .device = *parent, .parent = parent, .first_lba = partition->first_lba};
    struct block_device *device = &partition_device->device;
    device->operations = &operations;
    device->block_count = partition->block_count;
    format_text(device->name, sizeof device->name,
                partition->kind == PARTITION_EL_TORITO ? "%s boot image %u" : "%s partition %u",
                parent->name, partition->number);
}
