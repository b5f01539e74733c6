/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"
#include "drivers/driver.h"
#include "drivers/virtio/virtqueue.h"

/* Shared by blk.c and blk_request.c only. */

/* Larger requests are split into parts of this size, several of which are in flight: one doorbell
 * starts them all, and a host with threads copies them at the same time. A multiple of every block
 * size. */
#define BLK_PART_MAX (4u << 20)

#define BLK_QUEUE_MIN    4 /* header, data and status must fit */
#define BLK_QUEUE_MAX    128
#define BLK_SEGMENTS_MAX 30u /* in one part */

/* What the device reads and writes beside the data: in memory of our own, one cache line for each
 * part. */
struct blk_slot {
    struct virtio_blk_req_header header;
    struct virtio_blk_discard discard;
    uint8_t status;
    uint8_t padding[31];
};

_Static_assert(sizeof(struct blk_slot) == 64, "slots fill a page evenly");

/* One request to the device. */
struct blk_part {
    struct blk_part *next_free;
    struct blk_slot *slot;
    struct block_request *request;
    uint32_t read_bytes; /* that the device must have written */
};

struct virtio_blk {
    struct device_instance instance;
    struct device_interface interface;
    struct block_device block;
    struct virtio_device *device;
    struct virtqueue *queue;
    struct list waiting; /* struct block_request, not yet handed out as a whole */
    struct blk_slot *slots;
    struct blk_part *free_parts;
    uint32_t segments_max, segment_size_max;
    uint32_t erase_sectors_max; /* 0: not yet read */
    bool dead;                  /* aborted */
    bool stuck;                 /* would not reset: its memory is never used again */
    unsigned part_count;
    struct blk_part parts[];
};

extern const struct block_operations virtio_blk_operations;

static inline struct virtio_blk *blk_of(struct block_device *block)
{
    return CONTAINER_OF(block, struct virtio_blk, block);
}

/* Resets the device and completes all requests with `status`; the device is dead then. */
void virtio_blk_abort(struct block_device *block, EFI_STATUS status);
