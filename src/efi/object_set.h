/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/macros.h"

/* The pointers that were handed out as handles or events. Whether a number from a program is one of
 * them is decided here, without looking at what it points to. A hash set with open addressing. */
struct object_set {
    void **slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* Makes room, so that the next object_set_add() cannot fail. False: out of memory. */
bool object_set_reserve(struct object_set *set) MUST_CHECK;
void object_set_add(struct object_set *set, void *object);
void object_set_remove(struct object_set *set, const void *object);
bool object_set_contains(const struct object_set *set, const void *object);
void object_set_clear(struct object_set *set);
