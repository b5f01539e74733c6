/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* Reading ahead: a file that is read in small pieces from front to back is read in larger ones, the
 * larger the longer it goes on; while the reader is given one, the disk fills the other. What was
 * read is used for such a reader only, and forgotten when somebody writes. */

#define WINDOW_FIRST 65536u
#define WINDOW_MAX   (1u << 20)
/* A window begins and ends with a whole block of the device. */
#define WINDOW_SPACE (WINDOW_MAX + 65536u)

void fat_ahead_forget(struct fat_volume *volume)
{
    for (size_t i = 0; i < ARRAY_SIZE(volume->ahead.windows); i++)
        volume->ahead.windows[i].size = 0;
    volume->ahead.node = NULL;
}

static EFI_STATUS settle(struct fat_volume *volume, struct fat_window *window)
{
    if (!window->in_flight)
        return EFI_SUCCESS;
    window->in_flight = false;
    return block_wait(volume->device, &window->pending);
}

void fat_ahead_release(struct fat_volume *volume)
{
    for (size_t i = 0; i < ARRAY_SIZE(volume->ahead.windows); i++) {
        struct fat_window *window = &volume->ahead.windows[i];
        EFI_STATUS status = settle(volume, window);
        (void)status; /* nobody wants it any more */
        if (window->data != NULL)
            pool_free_pages(window->data, WINDOW_SPACE);
        window->data = NULL;
    }
}

static struct fat_window *window_at(struct fat_ahead *ahead, uint64_t position)
{
    for (size_t i = 0; i < ARRAY_SIZE(ahead->windows); i++) {
        struct fat_window *window = &ahead->windows[i];
        if (position >= window->position && position - window->position < window->size)
            return window;
    }
    return NULL;
}

/* Starts to read what is at `position`, as far as it lies together on the disk. Where that is not
 * possible the window stays empty: the reader finds out why. */
static void fill(struct fat_node *node, struct fat_window *window, uint64_t position)
{
    struct fat_volume *volume = node->volume;
    struct fat_ahead *ahead = &volume->ahead;
    uint32_t block = volume->device->block_size;
    uint64_t offset;
    size_t together;
    EFI_STATUS status = settle(volume, window);
    (void)status; /* of what nobody wants any more */
    window->size = 0;
    if (ahead->broken)
        return;
    if (window->data == NULL)
        window->data = pool_alloc_pages(WINDOW_SPACE);
    if (window->data == NULL)
        return;
    ahead->window_size = MIN(MAX(2 * ahead->window_size, WINDOW_FIRST), WINDOW_MAX);
    size_t size = (size_t)MIN(ahead->window_size, node->entry.size - position);
    ahead->broken = EFI_ERROR(fat_map(node, position, size, &offset, &together));
    if (ahead->broken)
        return;
    window->skip = offset % block;
    window->segment =
        (struct block_segment){window->data, ALIGN_UP(window->skip + together, (size_t)block)};
    window->pending.request = (struct block_request){
        .operation = BLOCK_READ,
        .lba = offset / block,
        .segments = &window->segment,
        .segment_count = 1,
    };
    if (EFI_ERROR(block_start(volume->device, &window->pending)))
        return;
    window->in_flight = true;
    window->position = position;
    window->size = together;
}

/* What the reader has left behind makes room for what comes. */
static void go_on(struct fat_node *node, uint64_t position)
{
    struct fat_ahead *ahead = &node->volume->ahead;
    struct fat_window *current = window_at(ahead, position);
    if (current == NULL)
        return;
    struct fat_window *other = &ahead->windows[current == &ahead->windows[0]];
    uint64_t end = current->position + current->size;
    if (end < node->entry.size && (other->size == 0 || other->position != end))
        fill(node, other, end);
}

/* Copies what is in a window; returns the number of bytes. */
static size_t take(struct fat_node *node, struct fat_window *window, uint64_t position,
                   void *buffer, size_t size)
{
    if (EFI_ERROR(settle(node->volume, window))) {
        /* It may be of what nobody has asked for: with small windows again. */
        node->volume->ahead.window_size = 0;
        window->size = 0;
        return 0;
    }
    size_t inside = (size_t)(position - window->position);
    size_t have = MIN(size, window->size - inside);
    memcpy(buffer, window->data + window->skip + inside, have);
    return have;
}

EFI_STATUS fat_ahead_read(struct fat_node *node, uint64_t position, void *buffer, size_t size)
{
    struct fat_ahead *ahead = &node->volume->ahead;
    uint64_t end = position + size;
    uint8_t *to = buffer;
    bool reads_on = ahead->node == node && ahead->next == position;
    if (!reads_on) {
        fat_ahead_forget(node->volume);
        ahead->window_size = 0;
        ahead->broken = false;
    }
    while (position < end) {
        struct fat_window *window = window_at(ahead, position);
        if (window == NULL && reads_on && end - position < WINDOW_MAX && end < node->entry.size) {
            fill(node, &ahead->windows[0], position);
            window = window_at(ahead, position);
        }
        if (window == NULL)
            break;
        go_on(node, position);
        size_t have = take(node, window, position, to, (size_t)(end - position));
        if (have == 0)
            break;
        position += have;
        to += have;
    }
    EFI_STATUS status = EFI_SUCCESS;
    if (position < end)
        status = fat_transfer(node, false, position, to, (size_t)(end - position));
    ahead->node = EFI_ERROR(status) ? NULL : node;
    ahead->next = end;
    return status;
}
