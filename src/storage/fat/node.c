/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/ucs2.h"
#include "storage/fat/private.h"

#define DEPTH_MAX 128u
#define PATH_SIZE 256u

bool fat_node_is_directory(const struct fat_node *node)
{
    return (node->entry.attributes & FAT_ATTR_DIRECTORY) != 0;
}

uint32_t fat_entry_cluster(const struct fat_volume *volume, const struct fat_entry *entry)
{
    uint32_t high = volume->bits == 32 ? entry->cluster_high : 0;
    return high << 16 | entry->cluster_low;
}

void fat_entry_set_cluster(struct fat_entry *entry, uint32_t cluster)
{
    entry->cluster_high = (uint16_t)(cluster >> 16);
    entry->cluster_low = (uint16_t)cluster;
}

/* The path goes into the buffer from its end; what does not fit is left out in front. */
EFI_STATUS fat_corrupted(const struct fat_node *node, const char *problem)
{
    char path[PATH_SIZE];
    size_t start = sizeof path - 1;
    path[start] = 0;
    for (const struct fat_node *at = node; at->parent != NULL; at = at->parent) {
        char name[PATH_SIZE];
        size_t length = utf8_from_ucs2(name, sizeof name, at->name);
        if (length + 1 > start)
            break;
        start -= length;
        memcpy(path + start, name, length);
        path[--start] = '\\';
    }
    return log_failure(EFI_VOLUME_CORRUPTED, "%s: %s: %s", node->volume->device->name,
                       path[start] == 0 ? "\\" : path + start, problem);
}

char16_t *fat_name_copy(const char16_t *name)
{
    size_t size = ucs2_size(name);
    char16_t *copy = pool_alloc(size);
    if (copy != NULL)
        memcpy(copy, name, size);
    return copy;
}

static struct fat_node *find_open(struct fat_node *parent, uint32_t short_offset)
{
    LIST_FOR_EACH(link, &parent->volume->nodes)
    {
        struct fat_node *node = LIST_ENTRY(link, struct fat_node, link);
        if (node->parent == parent && node->short_offset == short_offset)
            return node;
    }
    return NULL;
}

/* A directory must have clusters, and none that belong to one above it: otherwise a walk through
 * all of them would not end. */
static EFI_STATUS check_directory(const struct fat_node *node)
{
    if (!fat_node_is_directory(node))
        return EFI_SUCCESS;
    if (!fat_is_cluster(node->volume, node->chain.first))
        return fat_corrupted(node, "bad first cluster");
    for (const struct fat_node *above = node->parent; above != NULL; above = above->parent) {
        if (above->chain.first == node->chain.first)
            return fat_corrupted(node, "the directory contains itself");
    }
    if (node->depth > DEPTH_MAX)
        return fat_corrupted(node, "too many directories inside each other");
    return EFI_SUCCESS;
}

EFI_STATUS fat_node_get(struct fat_node *parent, const struct fat_found *found,
                        struct fat_node **ret)
{
    struct fat_node *node = find_open(parent, found->short_offset);
    if (node != NULL) {
        node->references++;
        *ret = node;
        return EFI_SUCCESS;
    }
    node = pool_alloc_zeroed(sizeof *node);
    if (node == NULL)
        return EFI_OUT_OF_RESOURCES;
    node->volume = parent->volume;
    node->parent = parent;
    node->depth = parent->depth + 1;
    node->references = 1;
    node->first_offset = found->first_offset;
    node->short_offset = found->short_offset;
    node->entry = found->entry;
    node->chain.first = fat_entry_cluster(parent->volume, &found->entry);
    node->name = fat_name_copy(found->name);
    EFI_STATUS status = node->name == NULL ? EFI_OUT_OF_RESOURCES : check_directory(node);
    if (EFI_ERROR(status)) {
        pool_free(node->name);
        pool_free(node);
        return status;
    }
    parent->references++;
    list_append(&parent->volume->nodes, &node->link);
    *ret = node;
    return EFI_SUCCESS;
}

void fat_node_put(struct fat_node *node)
{
    while (node != NULL && --node->references == 0) {
        struct fat_node *parent = node->parent;
        list_remove(&node->link);
        if (node->volume->ahead.node == node)
            fat_ahead_forget(node->volume);
        fat_chain_reset(&node->chain, 0);
        pool_free(node->name);
        pool_free(node);
        node = parent;
    }
}

EFI_STATUS fat_node_make_root(struct fat_volume *volume)
{
    static const char16_t no_name[1];
    struct fat_node *root = pool_alloc_zeroed(sizeof *root);
    if (root == NULL)
        return EFI_OUT_OF_RESOURCES;
    root->volume = volume;
    root->references = 1;
    root->entry.attributes = FAT_ATTR_DIRECTORY;
    root->chain.first = volume->root_cluster;
    root->name = fat_name_copy(no_name);
    if (root->name == NULL) {
        pool_free(root);
        return EFI_OUT_OF_RESOURCES;
    }
    list_append(&volume->nodes, &root->link);
    volume->root = root;
    return EFI_SUCCESS;
}

EFI_STATUS fat_node_update(struct fat_node *node)
{
    if (node->parent == NULL)
        return EFI_SUCCESS;
    return fat_directory_write(node->parent, node->short_offset, &node->entry, sizeof node->entry);
}
