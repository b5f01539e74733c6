/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/checked.h"

/* The bounded reader: a window on bytes from outside and a position in it. Reading past the end
 * fails and leaves position and output alone, so that a parser needs no arithmetic of its own. */
struct reader {
    const uint8_t *data;
    size_t size;
    size_t position;
};

static inline struct reader reader_make(const void *data, size_t size)
{
    return (struct reader){data, size, 0};
}

static inline size_t reader_left(const struct reader *r)
{
    return r->size - r->position;
}

/* Points `*ret` at the next `length` bytes and passes over them. */
static inline MUST_CHECK bool reader_take(struct reader *r, uint64_t length, const void **ret)
{
    if (length > reader_left(r))
        return false;
    *ret = r->data + r->position;
    r->position += (size_t)length;
    return true;
}

static inline MUST_CHECK bool reader_skip(struct reader *r, uint64_t length)
{
    const void *unused;
    return reader_take(r, length, &unused);
}

static inline MUST_CHECK bool reader_seek(struct reader *r, uint64_t position)
{
    if (position > r->size)
        return false;
    r->position = (size_t)position;
    return true;
}

/* Copies the next `length` bytes to `to` and passes over them. */
static inline MUST_CHECK bool reader_copy(struct reader *r, void *to, size_t length)
{
    const void *from;
    if (!reader_take(r, length, &from))
        return false;
    __builtin_memcpy(to, from, length);
    return true;
}

/* A reader of its own on [offset, offset + length) of the window. */
static inline MUST_CHECK bool reader_window(const struct reader *r, uint64_t offset,
                                            uint64_t length, struct reader *ret)
{
    if (!range_within(offset, length, r->size))
        return false;
    *ret = reader_make(r->data + offset, (size_t)length);
    return true;
}

/* Little-endian numbers. */
#define READER_NUMBER(type, name)                                                                  \
    static inline MUST_CHECK bool name(struct reader *r, type *ret)                                \
    {                                                                                              \
        const void *from;                                                                          \
        if (!reader_take(r, sizeof *ret, &from))                                                   \
            return false;                                                                          \
        __builtin_memcpy(ret, from, sizeof *ret);                                                  \
        return true;                                                                               \
    }

READER_NUMBER(uint8_t, reader_u8)
READER_NUMBER(uint16_t, reader_u16)
READER_NUMBER(uint32_t, reader_u32)
READER_NUMBER(uint64_t, reader_u64)
