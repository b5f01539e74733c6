/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "storage/fat/private.h"

/* Writing files. New clusters are chained before the file's chain leads to them, and filled before
 * its size covers them; what is cut off leaves the size first. */

#define ZEROS_SIZE 65536u

static uint32_t clusters_for(const struct fat_volume *volume, uint64_t size)
{
    return (uint32_t)((size + volume->cluster_size - 1) / volume->cluster_size);
}

/* Makes the chain as long as `size` needs. */
static EFI_STATUS reserve(struct fat_node *node, uint64_t size)
{
    struct fat_volume *volume = node->volume;
    uint32_t have, last, first, need = clusters_for(volume, size);
    EFI_STATUS status = fat_chain_length(node, &have, &last);
    if (EFI_ERROR(status) || need <= have)
        return status;
    status = fat_allocate(volume, last == 0 ? 0 : last + 1, need - have, &first);
    if (EFI_ERROR(status))
        return status;
    if (last == 0) {
        fat_chain_reset(&node->chain, first);
        return EFI_SUCCESS;
    }
    status = fat_table_set(volume, last, first);
    if (!EFI_ERROR(status))
        status = fat_table_flush(volume);
    node->chain.complete = false;
    return status;
}

/* Frees what the chain has beyond `size`. */
static EFI_STATUS release(struct fat_node *node, uint64_t size)
{
    struct fat_volume *volume = node->volume;
    uint32_t keep = clusters_for(volume, size), first = node->chain.first;
    uint32_t last, count, next = first;
    EFI_STATUS status = EFI_SUCCESS;
    if (keep > 0) {
        status = fat_chain_map(node, keep - 1, 1, &last, &count);
        if (!EFI_ERROR(status) && count == 0)
            return EFI_SUCCESS; /* it is even shorter */
        if (!EFI_ERROR(status))
            status = fat_table_get(volume, last, &next);
        if (EFI_ERROR(status) || next == FAT_END)
            return status;
        status = fat_table_set(volume, last, FAT_END);
        if (!EFI_ERROR(status))
            status = fat_table_flush(volume);
    }
    fat_chain_reset(&node->chain, keep > 0 ? first : 0);
    return EFI_ERROR(status) ? status : fat_free_chain(volume, next);
}

static EFI_STATUS write_zeros(struct fat_node *node, uint64_t from, uint64_t to)
{
    if (from >= to)
        return EFI_SUCCESS;
    size_t size = (size_t)MIN(to - from, ZEROS_SIZE);
    CLEANUP_POOL void *zeros = pool_alloc_zeroed(size);
    if (zeros == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = EFI_SUCCESS;
    while (from < to && !EFI_ERROR(status)) {
        size_t piece = (size_t)MIN(to - from, size);
        status = fat_transfer(node, true, from, zeros, piece);
        from += piece;
    }
    return status;
}

/* Puts the file back to `size` after a failure. The clusters of an empty file may be from before.
 */
static void take_back(struct fat_node *node, uint32_t size)
{
    if (node->volume->failed)
        return;
    bool had_clusters = fat_entry_cluster(node->volume, &node->entry) != 0;
    EFI_STATUS status = release(node, size == 0 && had_clusters ? 1 : size);
    (void)status; /* costs lost clusters at most */
}

static EFI_STATUS record(struct fat_node *node, uint32_t size)
{
    struct fat_entry before = node->entry;
    node->entry.size = size;
    fat_entry_set_cluster(&node->entry, node->chain.first);
    node->entry.attributes |= FAT_ATTR_ARCHIVE;
    fat_time_touch(&node->entry);
    EFI_STATUS status = fat_node_update(node);
    if (EFI_ERROR(status))
        node->entry = before;
    return status;
}

EFI_STATUS fat_write(struct file *file, uint64_t position, const void *buffer, size_t size)
{
    struct fat_file *fat_file = fat_file_of(file);
    struct fat_node *node = fat_file->node;
    uint32_t old_size = node->entry.size;
    if (fat_node_is_directory(node))
        return EFI_UNSUPPORTED;
    if (node->deleted)
        return EFI_DEVICE_ERROR;
    if (!fat_file->writable)
        return EFI_ACCESS_DENIED;
    if (size == 0)
        return EFI_SUCCESS;
    if (position > UINT32_MAX || size > UINT32_MAX - position)
        return EFI_VOLUME_FULL;
    uint64_t end = position + size;
    EFI_STATUS status = fat_begin_change(node->volume);
    if (EFI_ERROR(status))
        return status;
    if (end > old_size) {
        status = reserve(node, end);
        if (EFI_ERROR(status))
            return status;
    }
    status = write_zeros(node, old_size, position);
    if (!EFI_ERROR(status))
        status = fat_transfer(node, true, position, (void *)buffer, size);
    if (!EFI_ERROR(status))
        status = record(node, (uint32_t)MAX(end, old_size));
    if (EFI_ERROR(status))
        take_back(node, old_size);
    return status;
}

EFI_STATUS fat_resize(struct fat_node *node, uint64_t size)
{
    uint32_t old_size = node->entry.size;
    if (size > UINT32_MAX)
        return EFI_VOLUME_FULL;
    EFI_STATUS status = fat_begin_change(node->volume);
    if (EFI_ERROR(status) || size == old_size)
        return status;
    if (size < old_size) {
        uint32_t first = node->chain.first;
        if (size == 0)
            node->chain.first = 0; /* in the entry; the chain is freed behind it */
        status = record(node, (uint32_t)size);
        node->chain.first = first;
        return EFI_ERROR(status) ? status : release(node, size);
    }
    status = reserve(node, size);
    if (EFI_ERROR(status))
        return status;
    status = write_zeros(node, old_size, size);
    if (!EFI_ERROR(status))
        status = record(node, (uint32_t)size);
    if (EFI_ERROR(status))
        take_back(node, old_size);
    return status;
}
