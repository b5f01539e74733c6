/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* virtio over MMIO, version 2, or version 1 when `virtio->legacy` is set (its memory is
 * offset_memory then). */

#define VIRTIO_MMIO_MODEL_SIZE 0x200u

struct virtio_mmio_model {
    struct virtio_model *virtio; /* NULL: an empty slot */
    struct bus_range range;
};

void virtio_mmio_model_add(struct virtio_mmio_model *model, struct bus *bus,
                           struct virtio_model *virtio, uint64_t base);
