/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/gap.h"

#include "lib/memory.h"
#include "shell/memory.h"

#define LEAST_ROOM 4096

void gap_adopt(struct gap *g, void *data, size_t size)
{
    *g = (struct gap){.data = data, .capacity = size, .at = size};
}

void gap_free(struct gap *g)
{
    shell_free(g->data);
    *g = (struct gap){0};
}

void gap_copy(const struct gap *g, size_t at, size_t count, void *ret)
{
    size_t before = at < g->at ? MIN(count, g->at - at) : 0;
    if (before > 0)
        memcpy(ret, g->data + at, before);
    if (count > before)
        memcpy((uint8_t *)ret + before, g->data + at + before + g->length, count - before);
}

static void move_gap(struct gap *g, size_t to)
{
    if (to < g->at)
        memmove(g->data + to + g->length, g->data + to, g->at - to);
    else if (to > g->at)
        memmove(g->data + g->at, g->data + g->at + g->length, to - g->at);
    g->at = to;
}

/* Larger memory, with the gap at `at` in place of the removed bytes. */
static EFI_STATUS grow(struct gap *g, size_t at, size_t removed, size_t count)
{
    size_t kept = gap_size(g) - removed, room = count + LEAST_ROOM + kept / 8;
    uint8_t *data = shell_alloc(kept + room);
    if (data == NULL)
        return EFI_OUT_OF_RESOURCES;
    gap_copy(g, 0, at, data);
    gap_copy(g, at + removed, kept - at, data + at + room);
    shell_free(g->data);
    *g = (struct gap){.data = data, .capacity = kept + room, .at = at, .length = room};
    return EFI_SUCCESS;
}

EFI_STATUS gap_replace(struct gap *g, size_t at, size_t removed, const void *bytes, size_t count)
{
    if (count > removed && count - removed > g->length) {
        EFI_STATUS status = grow(g, at, removed, count);
        if (EFI_ERROR(status))
            return status;
    } else {
        move_gap(g, at);
        g->length += removed;
    }
    if (count > 0)
        memcpy(g->data + at, bytes, count);
    g->at += count;
    g->length -= count;
    g->modified = true;
    return EFI_SUCCESS;
}

const uint8_t *gap_flat(struct gap *g)
{
    if (g->length > 0)
        move_gap(g, gap_size(g));
    return g->data;
}
