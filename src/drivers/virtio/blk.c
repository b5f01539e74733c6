/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/blk.h"

#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/blk_private.h"
#include "drivers/virtio/pci_transport.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* Starting and stopping; the configuration is in blk_config.c, requests are in blk_request.c. */

static EFI_STATUS create_queue(struct virtio_blk *blk)
{
    struct block_queue *requests = &blk->requests;
    EFI_STATUS status = virtqueue_create(blk->device, 0, BLK_QUEUE_MIN, BLK_QUEUE_MAX, &blk->queue);
    if (EFI_ERROR(status))
        return status;
    requests->pieces_max = MIN(requests->pieces_max, blk->queue->size - 2u);
    if ((uint64_t)requests->pieces_max * requests->piece_size_max < blk->block.block_size)
        return log_failure(EFI_UNSUPPORTED, "%s: a queue of %u holds no block", blk->block.name,
                           blk->queue->size);
    blk->slots = pool_alloc_pages(BLK_SLOTS_SIZE);
    if (blk->slots == NULL)
        return EFI_OUT_OF_RESOURCES;
    memset(blk->slots, 0, BLK_SLOTS_SIZE);
    return EFI_SUCCESS;
}

/* Frees everything; the device was reset, or it keeps what it might still write to. */
static void release(struct virtio_blk *blk)
{
    struct virtio_device *device = blk->device;
    if (!blk->stuck) {
        virtqueue_destroy(blk->queue);
        if (blk->slots != NULL)
            pool_free_pages(blk->slots, BLK_SLOTS_SIZE);
    }
    block_queue_release(&blk->requests, blk->stuck);
    pool_free(blk);
    device->transport->close(device);
}

EFI_STATUS virtio_blk_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_blk *blk = pool_alloc_zeroed(sizeof *blk);
    if (blk == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    blk->device = device;
    blk->block.operations = &virtio_blk_operations;
    blk->requests.device = &blk->block;
    blk->requests.operations = &virtio_blk_queue_operations;
    blk->requests.part_max = BLK_PART_MAX;
    blk->requests.align = 1;
    block_queue_init(&blk->requests, blk->parts, BLK_PARTS);
    format_text(blk->block.name, sizeof blk->block.name, "virtio-blk %s", device->name);

    EFI_STATUS status = virtio_negotiate(device, virtio_blk_features);
    if (!EFI_ERROR(status))
        status = virtio_blk_read_geometry(blk);
    if (!EFI_ERROR(status))
        status = create_queue(blk);
    if (EFI_ERROR(status)) {
        blk->stuck = EFI_ERROR(virtio_reset(device));
        release(blk);
        return status;
    }
    virtio_driver_ok(device);

    list_init(&blk->instance.interfaces);
    blk->interface.class = DEVICE_DISK;
    blk->interface.disk = &blk->block;
    list_append(&blk->instance.interfaces, &blk->interface.link);
    *ret = &blk->instance;
    log_debug("%s: %llu blocks of %u bytes", blk->block.name,
              (unsigned long long)blk->block.block_count, blk->block.block_size);
    return EFI_SUCCESS;
}

void virtio_blk_stop(struct device_instance *instance)
{
    struct virtio_blk *blk = CONTAINER_OF(instance, struct virtio_blk, instance);
    virtio_blk_abort(&blk->block, EFI_ABORTED);
    release(blk);
}

void virtio_blk_quiesce(struct device_instance *instance)
{
    struct virtio_blk *blk = CONTAINER_OF(instance, struct virtio_blk, instance);
    blk->dead = true;
    blk->stuck = EFI_ERROR(virtio_reset(blk->device));
    blk->device->transport->quiesce(blk->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_BLOCK);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_blk_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_blk) = {
    .name = "virtio-blk",
    .class = DEVICE_DISK,
    .match = match,
    .start = start,
    .stop = virtio_blk_stop,
    .quiesce = virtio_blk_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_blk_any) = {
    .name = "virtio-blk",
    .class = DEVICE_DISK,
    .type = VIRTIO_TYPE_BLOCK,
    .start = virtio_blk_start,
    .stop = virtio_blk_stop,
    .quiesce = virtio_blk_quiesce,
};
