/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* Deleting, renaming and moving. The entries go before the clusters that they lead to, and come
 * before the entries that they replace. */

static EFI_STATUS check_deletable(const struct fat_file *file)
{
    struct fat_node *node = file->node;
    bool empty = true;
    if (node->deleted || node->parent == NULL || !file->writable)
        return EFI_ACCESS_DENIED;
    if ((node->entry.attributes & FAT_ATTR_READ_ONLY) != 0)
        return EFI_ACCESS_DENIED;
    if (fat_node_is_directory(node)) {
        EFI_STATUS status = fat_directory_is_empty(node, &empty);
        if (EFI_ERROR(status))
            return status;
    }
    return empty ? EFI_SUCCESS : EFI_ACCESS_DENIED;
}

EFI_STATUS fat_delete(struct file *file)
{
    struct fat_file *fat_file = fat_file_of(file);
    struct fat_node *node = fat_file->node;
    EFI_STATUS status = check_deletable(fat_file);
    if (!EFI_ERROR(status))
        status = fat_begin_change(node->volume);
    if (!EFI_ERROR(status))
        status = fat_directory_remove(node->parent, node->first_offset, node->short_offset);
    if (!EFI_ERROR(status)) {
        node->deleted = true;
        list_remove(&node->link);
        status = fat_free_chain(node->volume, node->chain.first);
    }
    fat_close(file);
    return EFI_ERROR(status) ? EFI_WARN_DELETE_FAILURE : EFI_SUCCESS;
}

static bool is_inside(const struct fat_node *node, const struct fat_node *above)
{
    for (; node != NULL; node = node->parent) {
        if (node == above)
            return true;
    }
    return false;
}

/* The new name is free, or it is the same file's own (a change of case, or its short name). */
static EFI_STATUS check_target(const struct fat_node *node, struct fat_node *directory,
                               const char16_t *name, size_t length)
{
    struct fat_found found;
    if (!fat_node_is_directory(directory) || directory->deleted || is_inside(directory, node))
        return EFI_ACCESS_DENIED;
    if (!fat_name_is_valid(name, length))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = fat_directory_find(directory, name, length, &found);
    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS;
    if (!EFI_ERROR(status) &&
        (directory != node->parent || found.short_offset != node->short_offset))
        return EFI_ACCESS_DENIED;
    return status;
}

static EFI_STATUS move(struct fat_node *node, struct fat_node *directory, const char16_t *name)
{
    struct fat_node *old_parent = node->parent;
    struct fat_found found;
    CLEANUP_POOL char16_t *copy = fat_name_copy(name);
    EFI_STATUS status = copy == NULL ? EFI_OUT_OF_RESOURCES : fat_begin_change(node->volume);
    if (!EFI_ERROR(status))
        status = fat_directory_add(directory, name, &node->entry, &found);
    if (!EFI_ERROR(status))
        status = fat_directory_remove(old_parent, node->first_offset, node->short_offset);
    if (EFI_ERROR(status))
        return status;
    pool_free(node->name);
    node->name = TAKE_POINTER(copy);
    node->first_offset = found.first_offset;
    node->short_offset = found.short_offset;
    node->entry = found.entry;
    if (directory == old_parent)
        return EFI_SUCCESS;
    node->parent = directory;
    node->depth = directory->depth + 1;
    directory->references++;
    status = fat_node_is_directory(node) ? fat_directory_set_parent(node) : EFI_SUCCESS;
    fat_node_put(old_parent);
    return status;
}

EFI_STATUS fat_rename(struct fat_node *node, const char16_t *path)
{
    char16_t name[FILE_NAME_MAX + 1];
    struct fat_node *directory;
    struct path_component last;
    if (node->parent == NULL)
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = fat_walk(node->parent, path, &directory, &last);
    if (EFI_ERROR(status))
        return status;
    size_t length = fat_name_trim(last.name, last.length);
    status = check_target(node, directory, last.name, length);
    if (!EFI_ERROR(status)) {
        memcpy(name, last.name, length * sizeof *name);
        name[length] = 0;
        status = move(node, directory, name);
    }
    fat_node_put(directory);
    return status;
}
