/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/virtio/virtio.h"
#include "efi/status.h"
#include "lib/macros.h"

/* A split virtqueue (virtio 1.2 §2.7), polled. The device sees descriptors, tables of them and the
 * available ring in memory that the driver only writes; what the driver itself needs to know of a
 * chain stands in a shadow that the device cannot reach.
 *
 * Where the device's queue is smaller than the driver would have it, and the device takes indirect
 * descriptors (§2.7.5.3), there is a table for each of the ring's descriptors, and a chain goes
 * into one of these: as many are in flight then as the ring has descriptors. */

/* One piece of a request: `out` pieces first, then those that the device writes. */
struct virtqueue_buffer {
    const void *base;
    uint32_t size; /* bytes, not 0 */
};

struct virtqueue_shadow {
    void *token; /* of the request whose chain begins here; NULL: free, or not the beginning */
    uint32_t writable; /* bytes that the device may write */
    uint16_t count;    /* descriptors of the ring in the chain */
    uint16_t next;     /* in the chain, or in the free list */
};

struct virtqueue {
    struct virtio_device *device;
    uint16_t index, size; /* size: a power of two */
    uint16_t free_head, free_count;
    uint16_t available; /* our copy of avail->idx */
    uint16_t used;      /* used->idx up to which completions were taken */
    uint16_t in_flight; /* chains */
    bool pending;       /* chains were added since the last kick */
    uint64_t doorbell;
    void *memory;
    size_t memory_size;
    struct virtq_desc *descriptors;
    struct virtq_desc *tables; /* `table_size` descriptors for each of the ring */
    uint16_t table_size;       /* 0: there are none */
    struct virtq_avail *avail;
    const volatile struct virtq_used *used_ring;
    struct virtqueue_shadow shadow[];
};

/* Sets queue `index` up, with at least `min` descriptors and at most `max` (powers of two), and
 * enables it. The device has been reset and negotiated, and does not run yet; one whose driver
 * wants INDIRECT_DESC has this queue only, and may be negotiated again in here. EFI_UNSUPPORTED:
 * the device has no such queue, or a smaller one. */
EFI_STATUS virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t min,
                            uint16_t max, struct virtqueue **ret) MUST_CHECK;

/* Sets the same queue up again after the device was reset and negotiated once more: nothing is in
 * flight any more. EFI_UNSUPPORTED: the device has it no longer. */
EFI_STATUS virtqueue_restart(struct virtqueue *queue) MUST_CHECK;

/* Frees it; the device has been reset. NULL is allowed. */
void virtqueue_destroy(struct virtqueue *queue);

/* Makes a request available to the device; the buffers, no more than `size` of the queue
 * (§2.7.5.3.1), stay the device's until virtqueue_take() gives `token` (not NULL) back.
 * EFI_NOT_READY: not enough free descriptors. EFI_DEVICE_ERROR: the device is broken. */
EFI_STATUS virtqueue_add(struct virtqueue *queue, const struct virtqueue_buffer *buffers,
                         unsigned out, unsigned in, void *token) MUST_CHECK;

/* Rings the doorbell, once for all that was added since. */
void virtqueue_kick(struct virtqueue *queue);

/* The token of a completed request, in the order of completion, or NULL. `*ret_length` is what the
 * device says that it wrote, never more than it could. An answer against the rules marks the device
 * broken. */
void *virtqueue_take(struct virtqueue *queue, uint32_t *ret_length);

/* The token of any request still in flight, NULL when there is none; it is forgotten. Only after
 * the device was reset. */
void *virtqueue_drain(struct virtqueue *queue);
