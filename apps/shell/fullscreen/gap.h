/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* Bytes that change in one place at a time: an array with a gap where the last change was.
 * Zero-initialised is empty. */
struct gap {
    uint8_t *data;
    size_t capacity;
    size_t at, length; /* of the gap */
    bool modified;     /* set by every change */
};

static inline size_t gap_size(const struct gap *gap)
{
    return gap->capacity - gap->length;
}

/* The byte at an offset below the size. */
static inline uint8_t gap_byte(const struct gap *gap, size_t at)
{
    return gap->data[at < gap->at ? at : at + gap->length];
}

/* Takes over memory of shell_alloc(). */
void gap_adopt(struct gap *gap, void *data, size_t size);
void gap_free(struct gap *gap);

/* Replaces [at, at + removed) by `count` bytes from elsewhere. EFI_OUT_OF_RESOURCES, and everything
 * is as it was. */
EFI_STATUS gap_replace(struct gap *gap, size_t at, size_t removed, const void *bytes,
                       size_t count) MUST_CHECK;

void gap_copy(const struct gap *gap, size_t at, size_t count, void *ret);

/* All the bytes in one piece, until the next change. */
const uint8_t *gap_flat(struct gap *gap);
