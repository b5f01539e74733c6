/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* Reading ahead: a file that is read in small pieces from front to back is read in larger ones, the
 * larger the longer it goes on. What was read is used for such a reader only, and forgotten when
 * somebody writes. */

#define WINDOW_FIRST 65536u
#define WINDOW_MAX   (1u << 20)

void fat_ahead_forget(struct fat_volume *volume)
{
    volume->ahead.size = 0;
    volume->ahead.node = NULL;
}

void fat_ahead_release(struct fat_volume *volume)
{
    if (volume->ahead.data != NULL)
        pool_free_pages(volume->ahead.data, WINDOW_MAX);
    volume->ahead.data = NULL;
}

/* Copies what is there; returns the number of bytes. */
static size_t take(const struct fat_ahead *ahead, uint64_t position, void *buffer, size_t size)
{
    if (position < ahead->position || position - ahead->position >= ahead->size)
        return 0;
    size_t inside = (size_t)(position - ahead->position);
    size_t have = MIN(size, ahead->size - inside);
    memcpy(buffer, ahead->data + inside, have);
    return have;
}

/* Fills the window from `position` on. False: what is asked for must be read without it. */
static bool fill(struct fat_node *node, uint64_t position)
{
    struct fat_ahead *ahead = &node->volume->ahead;
    if (ahead->data == NULL)
        ahead->data = pool_alloc_pages(WINDOW_MAX);
    if (ahead->data == NULL)
        return false;
    ahead->window = MIN(ahead->window == 0 ? WINDOW_FIRST : 2 * ahead->window, WINDOW_MAX);
    size_t size = (size_t)MIN(ahead->window, node->entry.size - position);
    ahead->size = 0;
    /* An error may be of what nobody has asked for. */
    if (EFI_ERROR(fat_transfer(node, false, position, ahead->data, size)))
        return false;
    ahead->position = position;
    ahead->size = size;
    return true;
}

EFI_STATUS fat_ahead_read(struct fat_node *node, uint64_t position, void *buffer, size_t size)
{
    struct fat_ahead *ahead = &node->volume->ahead;
    uint64_t end = position + size;
    if (ahead->node != node || ahead->next != position) {
        fat_ahead_forget(node->volume);
        ahead->window = 0;
    }
    bool goes_on = ahead->node == node;
    size_t have = take(ahead, position, buffer, size);
    uint8_t *rest = (uint8_t *)buffer + have;
    position += have;
    EFI_STATUS status = EFI_SUCCESS;
    bool ask = goes_on && end - position < WINDOW_MAX && end < node->entry.size;
    if (position < end && ask && fill(node, position))
        position += take(ahead, position, rest, (size_t)(end - position));
    if (position < end)
        status = fat_transfer(node, false, position, (uint8_t *)buffer + (size - (end - position)),
                              (size_t)(end - position));
    ahead->node = EFI_ERROR(status) ? NULL : node;
    ahead->next = end;
    return status;
}
