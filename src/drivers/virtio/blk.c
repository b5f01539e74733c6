/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/blk.h"

#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/blk_private.h"
#include "drivers/virtio/pci_transport.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* Starting and stopping; requests are in blk_request.c. */

/* No INDIRECT_DESC: guest memory is contiguous, so chains are short. No EVENT_IDX, no MQ, no
 * CONFIG_WCE: what is acknowledged here stays so for the OS on Cloud Hypervisor. */
#define WANTED_FEATURES                                                                            \
    (VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE |      \
     VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_DISCARD)

#define BLOCK_SIZE_MAX        65536u
#define PHYSICAL_EXPONENT_MAX 16u

enum field {
    FIELD_CAPACITY_LOW,
    FIELD_CAPACITY_HIGH,
    FIELD_SIZE_MAX,
    FIELD_SEG_MAX,
    FIELD_BLK_SIZE,
    FIELD_PHYSICAL_EXPONENT,
    FIELD_COUNT,
};

/* Reads the configuration in one generation, and each register only when its feature was
 * acknowledged (§5.2.4). */
static EFI_STATUS read_fields(struct virtio_device *device, uint32_t ret[FIELD_COUNT])
{
    static const struct {
        uint64_t feature; /* 0: always there */
        struct virtio_config_field field;
        uint32_t otherwise;
    } all[FIELD_COUNT] = {
        [FIELD_CAPACITY_LOW] = {0, {offsetof(struct virtio_blk_config, capacity_low), 4}, 0},
        [FIELD_CAPACITY_HIGH] = {0, {offsetof(struct virtio_blk_config, capacity_high), 4}, 0},
        [FIELD_SIZE_MAX] = {VIRTIO_BLK_F_SIZE_MAX,
                            {offsetof(struct virtio_blk_config, size_max), 4},
                            BLK_PART_MAX},
        [FIELD_SEG_MAX] = {VIRTIO_BLK_F_SEG_MAX,
                           {offsetof(struct virtio_blk_config, seg_max), 4},
                           1},
        [FIELD_BLK_SIZE] = {VIRTIO_BLK_F_BLK_SIZE,
                            {offsetof(struct virtio_blk_config, blk_size), 4},
                            VIRTIO_BLK_SECTOR_SIZE},
        [FIELD_PHYSICAL_EXPONENT] = {VIRTIO_BLK_F_TOPOLOGY,
                                     {offsetof(struct virtio_blk_config, physical_block_exp), 1},
                                     0},
    };
    struct virtio_config_field fields[FIELD_COUNT];
    uint32_t values[FIELD_COUNT];
    unsigned count = 0;
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (all[i].feature == 0 || virtio_has(device, all[i].feature))
            fields[count++] = all[i].field;
    }
    EFI_STATUS status = virtio_read_config(device, fields, count, values);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0, next = 0; i < FIELD_COUNT; i++) {
        bool there = all[i].feature == 0 || virtio_has(device, all[i].feature);
        ret[i] = there ? values[next++] : all[i].otherwise;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS read_geometry(struct virtio_blk *blk)
{
    uint32_t f[FIELD_COUNT];
    EFI_STATUS status = read_fields(blk->device, f);
    if (EFI_ERROR(status))
        return status;
    struct block_device *block = &blk->block;
    uint64_t capacity = (uint64_t)f[FIELD_CAPACITY_HIGH] << 32 | f[FIELD_CAPACITY_LOW];
    uint32_t size = f[FIELD_BLK_SIZE];
    if (size < VIRTIO_BLK_SECTOR_SIZE || size > BLOCK_SIZE_MAX || (size & (size - 1)) != 0 ||
        capacity > UINT64_MAX / VIRTIO_BLK_SECTOR_SIZE)
        return log_failure(EFI_UNSUPPORTED, "%s: block size %u, capacity 0x%llx", block->name, size,
                           (unsigned long long)capacity);
    block->block_size = size;
    block->block_count = capacity / (size / VIRTIO_BLK_SECTOR_SIZE);
    block->blocks_per_physical_block =
        f[FIELD_PHYSICAL_EXPONENT] <= PHYSICAL_EXPONENT_MAX ? 1u << f[FIELD_PHYSICAL_EXPONENT] : 1;
    block->read_only = virtio_has(blk->device, VIRTIO_BLK_F_RO);
    block->volatile_cache = virtio_has(blk->device, VIRTIO_BLK_F_FLUSH);
    block->can_erase = !block->read_only && virtio_has(blk->device, VIRTIO_BLK_F_DISCARD);

    /* 0 would mean that the device cannot do anything. */
    blk->segments_max = MAX(1, MIN(f[FIELD_SEG_MAX], BLK_SEGMENTS_MAX));
    blk->segment_size_max = MIN(f[FIELD_SIZE_MAX], BLK_PART_MAX);
    if ((uint64_t)blk->segments_max * blk->segment_size_max < size)
        return log_failure(EFI_UNSUPPORTED, "%s: %u segments of %u bytes hold no block",
                           block->name, blk->segments_max, blk->segment_size_max);
    return EFI_SUCCESS;
}

static EFI_STATUS create_queue(struct virtio_blk *blk)
{
    EFI_STATUS status = virtqueue_create(blk->device, 0, BLK_QUEUE_MIN, BLK_QUEUE_MAX, &blk->queue);
    if (EFI_ERROR(status))
        return status;
    blk->segments_max = MIN(blk->segments_max, blk->queue->size - 2u);
    if ((uint64_t)blk->segments_max * blk->segment_size_max < blk->block.block_size)
        return log_failure(EFI_UNSUPPORTED, "%s: a queue of %u holds no block", blk->block.name,
                           blk->queue->size);
    blk->slots = pool_alloc_pages(blk->part_count * sizeof *blk->slots);
    if (blk->slots == NULL)
        return EFI_OUT_OF_RESOURCES;
    memset(blk->slots, 0, blk->part_count * sizeof *blk->slots);
    for (unsigned i = 0; i < blk->part_count; i++) {
        blk->parts[i].slot = &blk->slots[i];
        blk->parts[i].next_free = blk->free_parts;
        blk->free_parts = &blk->parts[i];
    }
    return EFI_SUCCESS;
}

/* Frees everything; the device was reset, or it keeps what it might still write to. */
static void release(struct virtio_blk *blk)
{
    struct virtio_device *device = blk->device;
    if (!blk->stuck) {
        virtqueue_destroy(blk->queue);
        if (blk->slots != NULL)
            pool_free_pages(blk->slots, blk->part_count * sizeof *blk->slots);
    }
    pool_free(blk);
    device->transport->close(device);
}

EFI_STATUS virtio_blk_start(struct virtio_device *device, struct device_instance **ret)
{
    unsigned part_count = BLK_QUEUE_MAX / 3;
    struct virtio_blk *blk = pool_alloc_zeroed(sizeof *blk + part_count * sizeof(struct blk_part));
    if (blk == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    blk->device = device;
    blk->part_count = part_count;
    blk->block.operations = &virtio_blk_operations;
    list_init(&blk->waiting);
    format_text(blk->block.name, sizeof blk->block.name, "virtio-blk %s", device->name);

    EFI_STATUS status = virtio_negotiate(device, WANTED_FEATURES);
    if (!EFI_ERROR(status))
        status = read_geometry(blk);
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
