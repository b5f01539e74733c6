/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* virtio-pmem (virtio 1.2 §5.19): memory at a guest physical address, and a queue that takes flush
 * requests. */

#define VIRTIO_TYPE_PMEM 27u

#define VIRTIO_PMEM_FLUSH 0u /* the only request */
#define VIRTIO_PMEM_OK    0u
#define VIRTIO_PMEM_EIO   1u

struct virtio_pmem_model {
    struct virtio_model virtio;
    bool (*flush)(void *context); /* NULL: flushing works */
    void *context;
    unsigned flushes;
};

/* The device tells that its memory is at [start, start + size). */
void virtio_pmem_model_init(struct virtio_pmem_model *model, struct bus *bus, uint64_t start,
                            uint64_t size);
