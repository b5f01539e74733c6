/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* Cluster chains. Each file that is open remembers the extents of its chain, so that no cluster is
 * looked up twice, wherever in the file one reads. */

#define EXTENTS_MAX     8192u
#define EXTENTS_CHECKED 256u /* among which overlaps are found exactly */

void fat_chain_reset(struct fat_chain *chain, uint32_t first)
{
    pool_free(chain->extents);
    *chain = (struct fat_chain){.first = first};
}

static uint32_t end_index(const struct fat_extent *extent)
{
    return extent->index + extent->count;
}

/* Does the chain come back to where it was? Beyond the extents that are checked here, the number of
 * clusters tells, in the end. */
static bool loops(const struct fat_volume *volume, const struct fat_chain *chain, uint32_t cluster,
                  uint32_t count)
{
    if (end_index(&chain->tail) > volume->cluster_count)
        return true;
    for (uint32_t i = 0; i < MIN(chain->count, EXTENTS_CHECKED); i++) {
        const struct fat_extent *extent = &chain->extents[i];
        if (cluster < extent->cluster + extent->count && extent->cluster < cluster + count)
            return true;
    }
    return false;
}

/* Remembers the tail before it is replaced. Without memory, or with too many extents, the rest of
 * the chain is only known at its tail. */
static void remember_tail(struct fat_chain *chain)
{
    uint32_t known = chain->count == 0 ? 0 : end_index(&chain->extents[chain->count - 1]);
    if (known != chain->tail.index)
        return;
    if (chain->count == chain->capacity) {
        uint32_t capacity = chain->capacity == 0 ? 4 : 2 * chain->capacity;
        struct fat_extent *extents =
            capacity > EXTENTS_MAX ? NULL : pool_alloc(capacity * sizeof *extents);
        if (extents == NULL)
            return;
        if (chain->count > 0)
            memcpy(extents, chain->extents, chain->count * sizeof *extents);
        pool_free(chain->extents);
        chain->extents = extents;
        chain->capacity = capacity;
    }
    chain->extents[chain->count++] = chain->tail;
}

/* Follows the table from the tail on, over at most `max` clusters, to the next break. */
static EFI_STATUS extend(struct fat_node *node, uint32_t max)
{
    struct fat_volume *volume = node->volume;
    struct fat_chain *chain = &node->chain;
    struct fat_extent *tail = &chain->tail;
    uint32_t last = tail->cluster + tail->count - 1, count, next;
    EFI_STATUS status = fat_table_run(volume, last, max, &count, &next);
    if (EFI_ERROR(status))
        return status;
    tail->count += count;
    if (count > 0 && loops(volume, chain, last + 1, count))
        return fat_corrupted(node, "the cluster chain loops");
    if (count == max && next == tail->cluster + tail->count)
        return EFI_SUCCESS;
    if (next == FAT_END) {
        chain->complete = true;
        return EFI_SUCCESS;
    }
    if (!fat_is_cluster(volume, next))
        return fat_corrupted(node, "the cluster chain leads nowhere");
    if ((next >= tail->cluster && next < tail->cluster + tail->count) ||
        loops(volume, chain, next, 1))
        return fat_corrupted(node, "the cluster chain loops");
    remember_tail(chain);
    *tail = (struct fat_extent){end_index(tail), next, 1};
    return EFI_SUCCESS;
}

/* The remembered extent that holds `index`, or NULL. */
static const struct fat_extent *find(const struct fat_chain *chain, uint32_t index)
{
    uint32_t low = 0, high = chain->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (index >= end_index(&chain->extents[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low < chain->count ? &chain->extents[low] : NULL;
}

/* Puts the tail to where walking towards `index` begins. */
static EFI_STATUS start_walk(struct fat_node *node, uint32_t index)
{
    struct fat_chain *chain = &node->chain;
    if (chain->tail.count == 0) {
        if (!fat_is_cluster(node->volume, chain->first))
            return fat_corrupted(node, "bad first cluster");
        chain->tail = (struct fat_extent){0, chain->first, 1};
    } else if (index < chain->tail.index) {
        /* Between what is remembered and the tail: again from the last one remembered, or from the
         * start. */
        chain->tail = chain->count > 0 ? chain->extents[chain->count - 1]
                                       : (struct fat_extent){0, chain->first, 1};
        if (chain->count > 0)
            chain->count--;
        chain->complete = false;
    }
    return EFI_SUCCESS;
}

/* Follows the chain until an extent holds `index` and is as long as wanted, or as it gets. */
static EFI_STATUS walk(struct fat_node *node, uint32_t index, uint32_t wanted,
                       struct fat_extent *ret)
{
    struct fat_chain *chain = &node->chain;
    uint64_t end = (uint64_t)index + wanted;
    EFI_STATUS status = start_walk(node, index);
    while (!EFI_ERROR(status) && !chain->complete &&
           (index >= end_index(&chain->tail) || end > end_index(&chain->tail))) {
        *ret = chain->tail;
        uint64_t missing = end - end_index(&chain->tail);
        status = extend(node, (uint32_t)MIN(missing, node->volume->cluster_count));
        if (chain->tail.index != ret->index) { /* behind a break */
            ret->count = chain->tail.index - ret->index;
            if (index < end_index(ret))
                return status;
        }
    }
    *ret = chain->tail;
    return status;
}

EFI_STATUS fat_chain_map(struct fat_node *node, uint32_t index, uint32_t wanted,
                         uint32_t *ret_cluster, uint32_t *ret_count)
{
    struct fat_chain *chain = &node->chain;
    struct fat_extent extent;
    if (chain->first == 0) {
        *ret_count = 0;
        return EFI_SUCCESS;
    }
    const struct fat_extent *known = index < chain->tail.index ? find(chain, index) : NULL;
    if (known != NULL) {
        extent = *known;
    } else {
        EFI_STATUS status = walk(node, index, wanted, &extent);
        if (EFI_ERROR(status)) {
            fat_chain_reset(chain, chain->first);
            return status;
        }
    }
    *ret_count = index < end_index(&extent) ? end_index(&extent) - index : 0;
    *ret_cluster = extent.cluster + (index - extent.index);
    return EFI_SUCCESS;
}

EFI_STATUS fat_chain_length(struct fat_node *node, uint32_t *ret_length, uint32_t *ret_last)
{
    struct fat_chain *chain = &node->chain;
    uint32_t cluster, count;
    if (chain->first == 0) {
        *ret_length = *ret_last = 0;
        return EFI_SUCCESS;
    }
    while (!chain->complete) {
        uint32_t known = chain->tail.count == 0 ? 0 : end_index(&chain->tail);
        EFI_STATUS status =
            fat_chain_map(node, known, node->volume->cluster_count, &cluster, &count);
        if (EFI_ERROR(status))
            return status;
    }
    *ret_length = end_index(&chain->tail);
    *ret_last = chain->tail.cluster + chain->tail.count - 1;
    return EFI_SUCCESS;
}
