/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* virtio-pmem (virtio 1.3 §5.19): memory at a guest physical address, and a queue that takes flush
 * requests. */

struct virtio_pmem_model {
    struct virtio_model virtio;
    bool (*flush)(void *context); /* NULL: flushing works */
    void *context;
    unsigned flushes;
    bool silent; /* never answers */
};

/* The device tells that its memory is at [start, start + size). */
void virtio_pmem_model_init(struct virtio_pmem_model *model, struct bus *bus, uint64_t start,
                            uint64_t size);
