/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/macros.h"

/* Arithmetic on numbers from outside (DESIGN decision 8). Each returns false, and leaves `*ret`
 * alone, when the result does not fit. */

static inline MUST_CHECK bool checked_add(uint64_t a, uint64_t b, uint64_t *ret)
{
    uint64_t r;
    if (__builtin_add_overflow(a, b, &r))
        return false;
    *ret = r;
    return true;
}

static inline MUST_CHECK bool checked_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
    uint64_t r;
    if (__builtin_mul_overflow(a, b, &r))
        return false;
    *ret = r;
    return true;
}

/* `align` is a power of two. */
static inline MUST_CHECK bool checked_align_up(uint64_t a, uint64_t align, uint64_t *ret)
{
    uint64_t r;
    if (__builtin_add_overflow(a, align - 1, &r))
        return false;
    *ret = ALIGN_DOWN(r, align);
    return true;
}

/* Does [offset, offset + length) lie in [0, size)? */
static inline MUST_CHECK bool range_within(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}
