/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "models/virtio.h"

/* The fuzzer's input as a source of numbers; zeros when it is used up. */
struct fuzz_bytes {
    const uint8_t *data;
    size_t size;
};

static inline uint64_t fuzz_take(struct fuzz_bytes *bytes, unsigned width)
{
    uint64_t value = 0;
    if (bytes->size < width) {
        bytes->size = 0;
        return 0;
    }
    memcpy(&value, bytes->data, width);
    bytes->data += width;
    bytes->size -= width;
    return value;
}

/* A liar for virtio_model: mostly honest, so that the driver gets somewhere; the rest is what the
 * input says. */
static inline uint64_t fuzz_virtio_lie(void *context, enum virtio_lie what, uint64_t honest)
{
    struct fuzz_bytes *bytes = context;
    uint64_t choice = fuzz_take(bytes, 1);
    if (choice < 0xe0)
        return honest;
    if (what == LIE_QUEUE_SIZE && choice < 0xf0) {
        static const uint16_t odd[] = {0, 1, 3, 32768};
        return odd[choice % 4];
    }
    if (choice < 0xf0)
        return honest ^ 1ull << fuzz_take(bytes, 1) % 64;
    return choice < 0xf8 ? fuzz_take(bytes, 2) : fuzz_take(bytes, 8);
}

/* A configuration space that lies now and then. `context` is a struct fuzz_bytes. */
static inline uint32_t fuzz_corrupt_config(void *context, unsigned offset, unsigned width,
                                           uint32_t honest)
{
    struct fuzz_bytes *input = context;
    uint64_t choice = fuzz_take(input, 1);
    if (choice < 0xf8)
        return honest;
    return (uint32_t)(choice < 0xfc ? honest ^ 1u << fuzz_take(input, 1) % 32
                                    : fuzz_take(input, 4));
}
