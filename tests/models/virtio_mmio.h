/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* virtio over MMIO, version 2, or version 1 when `virtio->legacy` is set (its memory is
 * offset_memory then). */

#define VIRTIO_MMIO_MODEL_SIZE 0x200u

struct virtio_mmio_model {
    struct virtio_model *virtio; /* NULL: an empty slot */
    uint64_t size;               /* 0: VIRTIO_MMIO_MODEL_SIZE */

    /* As Firecracker has it (tests/vmm/firecracker.md): what it would not do is against the rules.
     * Registers are read and written whole, and those that there are; the status takes one more bit
     * at a time; features while it is DRIVER, queues while it is FEATURES_OK. A device that never
     * resets is FAILED after a try. */
    bool is_strict;
    struct bus_range range;
};

void virtio_mmio_model_add(struct virtio_mmio_model *model, struct bus *bus,
                           struct virtio_model *virtio, uint64_t base);
