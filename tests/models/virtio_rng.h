/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* An entropy device that counts: byte n of its output is (uint8_t)n, from 1 on. */
struct virtio_rng_model {
    struct virtio_model virtio;
    uint8_t next;
    uint32_t most; /* bytes in one answer, 0: as many as asked for */
    bool silent, empty;
    unsigned requests;
};

void virtio_rng_model_init(struct virtio_rng_model *model, struct bus *bus, uint16_t queue_size);
