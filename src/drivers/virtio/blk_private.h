/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/block_queue.h"
#include "drivers/driver.h"
#include "drivers/virtio/virtqueue.h"

/* Shared by blk.c, blk_config.c and blk_request.c only. */

/* Larger requests are split into parts of this size, several of which are in flight: one doorbell
 * starts them all, and a host with threads copies them at the same time. A multiple of every block
 * size. */
#define BLK_PART_MAX (1u << 20)

#define BLK_QUEUE_MIN 4 /* header, data and status must fit */
#define BLK_QUEUE_MAX 128
#define BLK_PARTS     (BLK_QUEUE_MAX / 3)

/* What the device reads and writes beside the data: in memory of our own, one cache line for each
 * part. */
struct blk_slot {
    struct virtio_blk_req_header header;
    struct virtio_blk_discard discard;
    uint8_t status;
    uint8_t id[VIRTIO_BLK_ID_SIZE];
    uint8_t padding[11];
};

_Static_assert(sizeof(struct blk_slot) == 64, "slots fill a page evenly");

struct virtio_blk {
    struct device_instance instance;
    struct device_interface interface;
    struct block_device block;
    struct block_queue requests;
    struct virtio_device *device;
    struct virtqueue *queue;
    struct blk_slot *slots;  /* one for each part, and one for GET_ID */
    uint64_t medium_checked; /* TSC */
    uint8_t erase_type;      /* VIRTIO_BLK_T_… */
    bool erase_known;        /* its limits were read */
    bool dead;               /* given up */
    bool stuck;              /* would not reset: its memory is never used again */
    bool id_asked, id_done;  /* GET_ID */
    struct block_part parts[BLK_PARTS];
};

#define BLK_SLOTS_SIZE ((BLK_PARTS + 1) * sizeof(struct blk_slot))

extern const struct block_operations virtio_blk_operations;
extern const struct block_queue_operations virtio_blk_queue_operations;

static inline struct virtio_blk *blk_of(struct block_device *block)
{
    return CONTAINER_OF(block, struct virtio_blk, block);
}

/* Features that the driver acknowledges when they are offered. */
extern const uint64_t virtio_blk_features;

/* Fills in what the configuration says of the disk. EFI_UNSUPPORTED: it makes no sense. */
EFI_STATUS virtio_blk_read_geometry(struct virtio_blk *blk) MUST_CHECK;

/* Reads the limits of erasing. EFI_UNSUPPORTED: there is none. */
EFI_STATUS virtio_blk_read_erase_limit(struct virtio_blk *blk) MUST_CHECK;

void virtio_blk_check_medium(struct block_device *block);

/* Resets the device and completes all requests with `status`; it is started again at the next one.
 */
void virtio_blk_abort(struct block_device *block, EFI_STATUS status);
