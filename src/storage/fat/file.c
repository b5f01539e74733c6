/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "storage/fat/private.h"

EFI_STATUS fat_map(struct fat_node *node, uint64_t position, size_t size, uint64_t *ret_offset,
                   size_t *ret_size)
{
    struct fat_volume *volume = node->volume;
    uint32_t cluster_size = volume->cluster_size;
    uint32_t index = (uint32_t)(position / cluster_size);
    uint32_t inside = (uint32_t)(position % cluster_size);
    uint64_t wanted = ((uint64_t)inside + size + cluster_size - 1) / cluster_size;
    uint32_t cluster, count;
    /* One more at the end of a file: a chain that loops there shall not be taken for a good one. */
    if (position + size == node->entry.size && index + wanted > 1)
        wanted++;
    EFI_STATUS status =
        fat_chain_map(node, index, (uint32_t)MIN(wanted, UINT32_MAX), &cluster, &count);
    if (EFI_ERROR(status))
        return status;
    if (count == 0)
        return fat_corrupted(node, "the cluster chain is too short");
    *ret_offset = volume->area.base + fat_cluster_offset(volume, cluster) + inside;
    *ret_size = (size_t)MIN(size, (uint64_t)count * cluster_size - inside);
    return EFI_SUCCESS;
}

EFI_STATUS fat_transfer(struct fat_node *node, bool write, uint64_t position, void *buffer,
                        size_t size)
{
    struct fat_volume *volume = node->volume;
    uint8_t *at = buffer;
    if (write)
        fat_ahead_forget(volume);
    while (size > 0) {
        uint64_t offset;
        size_t piece;
        EFI_STATUS status = fat_map(node, position, size, &offset, &piece);
        if (EFI_ERROR(status))
            return status;
        status = write ? block_write_bytes(volume->device, offset, at, piece)
                       : block_read_bytes(volume->device, offset, at, piece);
        if (EFI_ERROR(status))
            return status;
        position += piece;
        at += piece;
        size -= piece;
    }
    return EFI_SUCCESS;
}

/* Can the file be read there? Cuts `*size` at its end. */
static EFI_STATUS check_read(struct fat_node *node, uint64_t position, size_t *size)
{
    if (fat_node_is_directory(node))
        return EFI_UNSUPPORTED;
    if (node->deleted || position > node->entry.size)
        return EFI_DEVICE_ERROR;
    *size = (size_t)MIN(*size, node->entry.size - position);
    if (*size > 0 && node->chain.first == 0)
        return fat_corrupted(node, "bad first cluster");
    return EFI_SUCCESS;
}

EFI_STATUS fat_read(struct file *file, uint64_t position, void *buffer, size_t size,
                    size_t *ret_size)
{
    struct fat_node *node = fat_file_of(file)->node;
    EFI_STATUS status = check_read(node, position, &size);
    if (!EFI_ERROR(status))
        status = fat_ahead_read(node, position, buffer, size);
    if (EFI_ERROR(status))
        return status;
    *ret_size = size;
    return EFI_SUCCESS;
}

EFI_STATUS fat_map_file(struct file *file, uint64_t position, size_t size, uint64_t *ret_offset,
                        size_t *ret_size)
{
    struct fat_node *node = fat_file_of(file)->node;
    EFI_STATUS status = check_read(node, position, &size);
    if (EFI_ERROR(status))
        return status;
    if (size > 0)
        return fat_map(node, position, size, ret_offset, ret_size);
    *ret_size = 0;
    return EFI_SUCCESS;
}

EFI_STATUS fat_read_directory(struct file *directory, uint64_t *cookie, struct file_info *ret)
{
    struct fat_node *node = fat_file_of(directory)->node;
    struct fat_found found;
    if (!fat_node_is_directory(node))
        return EFI_UNSUPPORTED;
    if (node->deleted)
        return EFI_DEVICE_ERROR;
    if (*cookie > FAT_DIRECTORY_MAX || *cookie % FAT_ENTRY_SIZE != 0)
        return EFI_INVALID_PARAMETER;
    uint32_t offset = (uint32_t)*cookie;
    EFI_STATUS status = fat_directory_next(node, &offset, &found);
    if (EFI_ERROR(status))
        return status;
    fat_info_from_entry(node->volume, &found.entry, found.name, ret);
    *cookie = offset;
    return EFI_SUCCESS;
}

EFI_STATUS fat_flush(struct file *file)
{
    struct fat_file *fat_file = fat_file_of(file);
    struct fat_volume *volume = fat_file->node->volume;
    if (fat_file->node->deleted)
        return EFI_DEVICE_ERROR;
    if (!fat_file->writable)
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = fat_end_changes(volume);
    if (!EFI_ERROR(status))
        status = block_flush(volume->device);
    return status;
}
