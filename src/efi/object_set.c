/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/object_set.h"

#include "core/pool.h"
#include "efi/tpl.h"
#include "lib/assert.h"

#define FIRST_CAPACITY 64

static size_t slot_of(const struct object_set *set, const void *object)
{
    /* Pool pointers are 16-byte aligned: mix the higher bits down. */
    uint64_t hash = ((uintptr_t)object >> 4) * 0x9e3779b97f4a7c15ull;
    return (size_t)(hash >> 32) & (set->capacity - 1);
}

/* The slot that holds `object`, or the free one where it belongs. The table is never full. */
static size_t find_slot(const struct object_set *set, const void *object)
{
    size_t slot = slot_of(set, object);
    while (set->slots[slot] != NULL && set->slots[slot] != object)
        slot = (slot + 1) & (set->capacity - 1);
    return slot;
}

bool object_set_reserve(struct object_set *set)
{
    if ((set->count + 1) * 2 <= set->capacity)
        return true;
    size_t capacity = set->capacity == 0 ? FIRST_CAPACITY : set->capacity * 2;
    void **slots = pool_alloc_zeroed(capacity * sizeof *slots);
    if (slots == NULL)
        return false;

    struct object_set grown = {slots, capacity, set->count};
    bool interrupts = tpl_interrupts_off();
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->slots[i] != NULL)
            grown.slots[find_slot(&grown, set->slots[i])] = set->slots[i];
    }
    void **old = set->slots;
    *set = grown;
    tpl_interrupts_restore(interrupts);
    pool_free(old);
    return true;
}

void object_set_add(struct object_set *set, void *object)
{
    ASSERT(set->count < set->capacity / 2 + 1);
    set->slots[find_slot(set, object)] = object;
    set->count++;
}

bool object_set_contains(const struct object_set *set, const void *object)
{
    return object != NULL && set->capacity > 0 && set->slots[find_slot(set, object)] == object;
}

void object_set_remove(struct object_set *set, const void *object)
{
    if (!object_set_contains(set, object))
        return;
    size_t mask = set->capacity - 1;
    size_t hole = find_slot(set, object);
    set->slots[hole] = NULL;
    set->count--;

    /* What was pushed past the hole moves back into it, unless its own place lies behind the hole.
     */
    for (size_t i = (hole + 1) & mask; set->slots[i] != NULL; i = (i + 1) & mask) {
        size_t home = slot_of(set, set->slots[i]);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        set->slots[hole] = set->slots[i];
        set->slots[i] = NULL;
        hole = i;
    }
}

void object_set_clear(struct object_set *set)
{
    pool_free(set->slots);
    *set = (struct object_set){0};
}
