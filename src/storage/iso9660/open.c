/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/ucs2.h"
#include "storage/iso9660/private.h"

#define DEPTH_MAX 128u

void iso_node_put(struct iso_node *node)
{
    while (node != NULL && --node->references == 0) {
        struct iso_node *parent = node->parent;
        pool_free(node);
        node = parent;
    }
}

/* A directory must not be inside of itself: a walk through all of them would not end. */
static bool is_loop(const struct iso_node *parent, const struct iso_entry *entry)
{
    if ((entry->info.attributes & FILE_DIRECTORY) == 0)
        return false;
    for (const struct iso_node *above = parent; above != NULL; above = above->parent)
        if (above->offset == entry->offset)
            return true;
    return parent->depth >= DEPTH_MAX;
}

/* Takes over the caller's reference to `parent`, also on failure. */
static EFI_STATUS make_node(struct iso_node *parent, const struct iso_entry *entry,
                            struct iso_node **ret)
{
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    struct iso_node *node = NULL;
    if (is_loop(parent, entry))
        status = iso_corrupted(parent->volume, "a directory contains itself");
    else
        node = pool_alloc_zeroed(sizeof *node);
    if (node == NULL) {
        iso_node_put(parent);
        return status;
    }
    node->volume = parent->volume;
    node->parent = parent;
    node->references = 1;
    node->depth = parent->depth + 1;
    node->offset = entry->offset;
    node->data_size = entry->size;
    node->info = entry->info;
    *ret = node;
    return EFI_SUCCESS;
}

static bool name_is(const char16_t *name, struct path_component component)
{
    for (size_t i = 0; i < component.length; i++)
        if (ucs2_upper(name[i]) != ucs2_upper(component.name[i]))
            return false;
    return name[component.length] == 0;
}

static EFI_STATUS find(const struct iso_node *directory, struct path_component component,
                       struct iso_entry *ret)
{
    uint64_t position = 0;
    EFI_STATUS status;
    do
        status = iso_directory_next(directory, &position, ret);
    while (!EFI_ERROR(status) && !name_is(ret->info.name, component));
    return status;
}

static bool is_directory(const struct iso_node *node)
{
    return (node->info.attributes & FILE_DIRECTORY) != 0;
}

static struct iso_node *take(struct iso_node *node)
{
    node->references++;
    return node;
}

/* Goes one component down or up from *node, whose reference it takes over. */
static EFI_STATUS step(struct iso_node **node, struct path_component component,
                       struct iso_entry *entry)
{
    struct iso_node *from = *node;
    bool dot = component.name[0] == '.';
    EFI_STATUS status = EFI_SUCCESS;
    *node = NULL;
    if (!is_directory(from)) {
        status = EFI_NOT_FOUND;
    } else if (component.length == 1 && dot) {
        *node = from;
        return EFI_SUCCESS;
    } else if (component.length == 2 && dot && component.name[1] == '.') {
        status = from->parent != NULL ? EFI_SUCCESS : EFI_NOT_FOUND;
        *node = from->parent != NULL ? take(from->parent) : NULL;
    } else {
        status = find(from, component, entry);
        if (!EFI_ERROR(status))
            return make_node(from, entry, node);
    }
    iso_node_put(from);
    return status;
}

EFI_STATUS iso_file_new(struct iso_node *node, struct file **ret)
{
    struct iso_file *file = pool_alloc_zeroed(sizeof *file);
    if (file == NULL) {
        iso_node_put(node);
        return EFI_OUT_OF_RESOURCES;
    }
    file->file.file_system = &node->volume->file_system;
    file->node = node;
    *ret = &file->file;
    return EFI_SUCCESS;
}

EFI_STATUS iso_open(struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
                    struct file **ret)
{
    if (mode != FILE_MODE_READ)
        return EFI_WRITE_PROTECTED;
    struct iso_node *node = iso_node_of(from);
    CLEANUP_POOL struct iso_entry *entry = pool_alloc(sizeof *entry);
    if (entry == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (path_is_separator(*path))
        node = node->volume->root;
    else if (!is_directory(node) && *path != 0)
        node = node->parent;
    node = take(node);
    for (;;) {
        struct path_component component = path_next(&path);
        if (component.length == 0)
            return iso_file_new(node, ret);
        EFI_STATUS status = step(&node, component, entry);
        if (EFI_ERROR(status))
            return status;
    }
}

void iso_close(struct file *file)
{
    iso_node_put(iso_node_of(file));
    pool_free(CONTAINER_OF(file, struct iso_file, file));
}

EFI_STATUS iso_read_directory(struct file *directory, uint64_t *cookie, struct file_info *ret)
{
    struct iso_node *node = iso_node_of(directory);
    if (!is_directory(node))
        return EFI_UNSUPPORTED;
    CLEANUP_POOL struct iso_entry *entry = pool_alloc(sizeof *entry);
    if (entry == NULL)
        return EFI_OUT_OF_RESOURCES;
    uint64_t position = *cookie;
    EFI_STATUS status = iso_directory_next(node, &position, entry);
    if (EFI_ERROR(status))
        return status;
    *cookie = position;
    *ret = entry->info;
    return EFI_SUCCESS;
}
