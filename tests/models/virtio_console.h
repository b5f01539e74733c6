/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* A console: what the driver sends is appended to `output`; virtio_console_model_type() sends to
 * the driver. */
struct virtio_console_model {
    struct virtio_model virtio;
    char output[8192];
    size_t output_length;
    bool not_reading; /* the host's reader sleeps: nothing is taken */
};

void virtio_console_model_init(struct virtio_console_model *model, struct bus *bus,
                               uint64_t features);

/* Fills receive buffers; returns the number of bytes for which there was room. */
size_t virtio_console_model_type(struct virtio_console_model *model, const char *text, size_t size);

/* The reader wakes up. */
void virtio_console_model_drain(struct virtio_console_model *model);
