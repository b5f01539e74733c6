/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

/* Changing directories (FAT specification §6.5, §7.2). */

#define ALIASES_MAX 1000u
#define ENTRIES_MAX (FAT_LONG_ENTRIES + 1) /* of one file */

EFI_STATUS fat_directory_write(struct fat_node *directory, uint32_t offset, const void *data,
                               uint32_t size)
{
    const uint8_t *from = data;
    while (size > 0) {
        uint64_t at;
        uint32_t room;
        EFI_STATUS status = fat_directory_locate(directory, offset, &at, &room);
        if (EFI_ERROR(status))
            return status;
        uint32_t piece = MIN(room, size);
        status = fat_cache_write(directory->volume, &directory->volume->area, at, from, piece);
        if (EFI_ERROR(status))
            return status;
        offset += piece;
        from += piece;
        size -= piece;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS write_cluster(struct fat_volume *volume, uint32_t cluster, const void *start,
                                uint32_t start_size)
{
    CLEANUP_POOL uint8_t *content = pool_alloc_zeroed(volume->cluster_size);
    if (content == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (start_size > 0)
        memcpy(content, start, start_size);
    return fat_cache_write(volume, &volume->area, fat_cluster_offset(volume, cluster), content,
                           volume->cluster_size);
}

/* A cluster more at the end of the directory; it is all zeros before the chain leads to it. */
static EFI_STATUS grow(struct fat_node *directory)
{
    struct fat_volume *volume = directory->volume;
    uint32_t length, last, cluster;
    if (directory->parent == NULL && volume->bits != 32)
        return EFI_VOLUME_FULL;
    EFI_STATUS status = fat_chain_length(directory, &length, &last);
    if (EFI_ERROR(status))
        return status;
    if (last == 0)
        return fat_corrupted(directory, "the directory has no clusters");
    if ((uint64_t)(length + 1) * volume->cluster_size > FAT_DIRECTORY_MAX)
        return EFI_VOLUME_FULL;
    status = fat_allocate(volume, last + 1, 1, &cluster);
    if (EFI_ERROR(status))
        return status;
    status = write_cluster(volume, cluster, NULL, 0);
    if (EFI_ERROR(status)) {
        EFI_STATUS undone = fat_free_chain(volume, cluster);
        (void)undone; /* a lost cluster at most */
        return status;
    }
    status = fat_table_set(volume, last, cluster);
    if (!EFI_ERROR(status))
        status = fat_table_flush(volume);
    fat_chain_reset(&directory->chain, directory->chain.first);
    return status;
}

/* Finds `size` bytes of free entries, and makes the directory longer for them. */
static EFI_STATUS reserve(struct fat_node *directory, uint32_t size, uint32_t *ret_offset,
                          bool *ret_at_end)
{
    uint32_t free_from = 0;
    bool at_end = false;
    for (uint32_t at = 0;; at += FAT_ENTRY_SIZE) {
        struct fat_entry entry = {0};
        EFI_STATUS status = EFI_SUCCESS;
        if (at - free_from == size)
            break;
        status = fat_directory_entry(directory, at, &entry);
        if (status == EFI_NOT_FOUND) {
            status = grow(directory);
            if (!EFI_ERROR(status))
                status = fat_directory_entry(directory, at, &entry);
        }
        if (EFI_ERROR(status))
            return status == EFI_NOT_FOUND ? EFI_VOLUME_CORRUPTED : status;
        at_end |= (uint8_t)entry.name[0] == FAT_NAME_END;
        if (!at_end && (uint8_t)entry.name[0] != FAT_NAME_DELETED)
            free_from = at + FAT_ENTRY_SIZE;
    }
    *ret_offset = free_from;
    *ret_at_end = at_end;
    return EFI_SUCCESS;
}

EFI_STATUS fat_directory_append(struct fat_node *directory, struct fat_entry *entries,
                                unsigned count, uint32_t *ret_offset)
{
    struct fat_entry behind;
    uint32_t offset, size = count * FAT_ENTRY_SIZE;
    bool at_end;
    EFI_STATUS status = reserve(directory, size, &offset, &at_end);
    if (EFI_ERROR(status))
        return status;
    *ret_offset = offset;
    /* What is added may be around the place where a search would go on, so that this would find it
     * without its long name; or be a directory where a former one was. */
    directory->volume->found.behind = 0;
    /* What lies behind the end mark may be anything, so the mark moves on with the end. */
    if (at_end) {
        status = fat_directory_entry(directory, offset + size, &behind);
        if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
            return status;
        if (!EFI_ERROR(status) && (uint8_t)behind.name[0] != FAT_NAME_END) {
            entries[count] = (struct fat_entry){0};
            size += FAT_ENTRY_SIZE;
        }
    }
    return fat_directory_write(directory, offset, entries, size);
}

static EFI_STATUS short_name_taken(struct fat_node *directory, const char name[FAT_NAME_SIZE],
                                   bool *ret)
{
    struct fat_found found;
    uint32_t offset = 0;
    *ret = false;
    for (;;) {
        EFI_STATUS status = fat_directory_next(directory, &offset, &found);
        if (status == EFI_NOT_FOUND)
            return EFI_SUCCESS;
        if (EFI_ERROR(status))
            return status;
        if (memcmp(found.entry.name, name, FAT_NAME_SIZE) == 0) {
            *ret = true;
            return EFI_SUCCESS;
        }
    }
}

/* Gives the entry its short name; *ret_long tells whether the long one is needed beside it. */
static EFI_STATUS choose_short_name(struct fat_node *directory, const char16_t *name,
                                    struct fat_entry *entry, bool *ret_long)
{
    bool taken;
    entry->case_flags = 0;
    *ret_long = !fat_name_make_short(name, entry);
    if (!*ret_long) {
        EFI_STATUS status = short_name_taken(directory, entry->name, &taken);
        if (EFI_ERROR(status) || !taken)
            return status;
        *ret_long = true; /* it is the alias of another file */
        entry->case_flags = 0;
    }
    for (unsigned attempt = 0; attempt < ALIASES_MAX; attempt++) {
        fat_name_make_alias(name, attempt, entry->name);
        EFI_STATUS status = short_name_taken(directory, entry->name, &taken);
        if (EFI_ERROR(status) || !taken)
            return status;
    }
    return EFI_VOLUME_FULL;
}

EFI_STATUS fat_directory_add(struct fat_node *directory, const char16_t *name,
                             const struct fat_entry *entry, struct fat_found *ret)
{
    struct fat_entry made[ENTRIES_MAX + 1], last = *entry;
    bool needs_long;
    uint32_t offset;
    EFI_STATUS status = choose_short_name(directory, name, &last, &needs_long);
    if (EFI_ERROR(status))
        return status;

    unsigned count = needs_long ? fat_name_long_entries(name) : 0;
    uint8_t checksum = fat_name_checksum(last.name);
    for (unsigned i = 0; i < count; i++) {
        struct fat_long_entry part;
        fat_name_long_entry(name, count - i, i == 0, checksum, &part);
        memcpy(&made[i], &part, sizeof part);
    }
    made[count] = last;
    status = fat_directory_append(directory, made, count + 1, &offset);
    if (EFI_ERROR(status))
        return status;
    ret->first_offset = offset;
    ret->short_offset = offset + count * FAT_ENTRY_SIZE;
    ret->entry = last;
    size_t length = 0;
    for (; name[length] != 0 && length < FILE_NAME_MAX; length++)
        ret->name[length] = name[length];
    ret->name[length] = 0;
    return EFI_SUCCESS;
}

EFI_STATUS fat_directory_remove(struct fat_node *directory, uint32_t first_offset,
                                uint32_t short_offset)
{
    struct fat_entry entries[ENTRIES_MAX];
    unsigned count = (short_offset - first_offset) / FAT_ENTRY_SIZE + 1;
    if (count > ENTRIES_MAX)
        return fat_corrupted(directory, "bad long name");
    for (unsigned i = 0; i < count; i++) {
        EFI_STATUS status =
            fat_directory_entry(directory, first_offset + i * FAT_ENTRY_SIZE, &entries[i]);
        if (EFI_ERROR(status))
            return status;
        entries[i].name[0] = (char)FAT_NAME_DELETED;
    }
    return fat_directory_write(directory, first_offset, entries, count * FAT_ENTRY_SIZE);
}

/* ".." of a directory in the root holds 0, also on FAT32 (§6.5). */
static uint32_t parent_cluster(const struct fat_node *parent)
{
    return parent->parent == NULL ? 0 : parent->chain.first;
}

EFI_STATUS fat_directory_make(struct fat_node *parent, const struct fat_entry *entry,
                              uint32_t *ret_cluster)
{
    struct fat_entry dots[2] = {*entry, *entry};
    uint32_t cluster;
    EFI_STATUS status = fat_allocate(parent->volume, 0, 1, &cluster);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0; i < 2; i++) {
        memset(dots[i].name, ' ', sizeof dots[i].name);
        memset(dots[i].name, '.', i + 1);
        dots[i].attributes = FAT_ATTR_DIRECTORY;
        dots[i].case_flags = 0;
        fat_entry_set_cluster(&dots[i], i == 0 ? cluster : parent_cluster(parent));
    }
    status = write_cluster(parent->volume, cluster, dots, sizeof dots);
    if (EFI_ERROR(status)) {
        EFI_STATUS undone = fat_free_chain(parent->volume, cluster);
        (void)undone; /* a lost cluster at most */
        return status;
    }
    *ret_cluster = cluster;
    return EFI_SUCCESS;
}

EFI_STATUS fat_directory_set_parent(struct fat_node *directory)
{
    struct fat_entry entry;
    EFI_STATUS status = fat_directory_entry(directory, FAT_ENTRY_SIZE, &entry);
    if (EFI_ERROR(status) || entry.name[0] != '.' || entry.name[1] != '.')
        return status;
    fat_entry_set_cluster(&entry, parent_cluster(directory->parent));
    return fat_directory_write(directory, FAT_ENTRY_SIZE, &entry, sizeof entry);
}
