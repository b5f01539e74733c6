/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/private.h"

/* Reading directories (FAT specification §6). */

#define SHORT_DIRECTORY 2048 /* bytes that are searched from their begin */

uint64_t fat_cluster_offset(const struct fat_volume *volume, uint32_t cluster)
{
    return volume->root_size + (uint64_t)(cluster - FAT_FIRST_CLUSTER) * volume->cluster_size;
}

static bool is_fixed_root(const struct fat_node *directory)
{
    return directory->parent == NULL && directory->volume->bits != 32;
}

EFI_STATUS fat_directory_locate(struct fat_node *directory, uint32_t offset, uint64_t *ret,
                                uint32_t *ret_size)
{
    struct fat_volume *volume = directory->volume;
    uint32_t cluster, count;
    if (is_fixed_root(directory)) {
        if (offset >= volume->root_size)
            return EFI_NOT_FOUND;
        *ret = offset;
        *ret_size = volume->root_size - offset;
        return EFI_SUCCESS;
    }
    if (offset >= FAT_DIRECTORY_MAX)
        return fat_corrupted(directory, "the directory is too long");
    EFI_STATUS status =
        fat_chain_map(directory, offset / volume->cluster_size, 1, &cluster, &count);
    if (EFI_ERROR(status))
        return status;
    if (count == 0)
        return EFI_NOT_FOUND;
    uint32_t inside = offset % volume->cluster_size;
    *ret = fat_cluster_offset(volume, cluster) + inside;
    *ret_size = volume->cluster_size - inside;
    return EFI_SUCCESS;
}

EFI_STATUS fat_directory_entry(struct fat_node *directory, uint32_t offset, struct fat_entry *ret)
{
    uint64_t at;
    uint8_t *bytes;
    uint32_t size;
    EFI_STATUS status = fat_directory_locate(directory, offset, &at, &size);
    if (!EFI_ERROR(status))
        status = fat_cache_get(directory->volume, &directory->volume->area, at, &bytes, &size);
    if (!EFI_ERROR(status))
        memcpy(ret, bytes, sizeof *ret);
    return status;
}

/* A long name while its entries come in, the last part first. */
struct long_name {
    unsigned expected; /* order of the entry that must follow; 0: the short one */
    uint8_t checksum;
    bool any;
    uint32_t first_offset;
    char16_t text[FAT_LONG_ENTRIES * FAT_LONG_CHARACTERS + 1];
};

static void take_long_entry(struct long_name *name, const struct fat_entry *entry, uint32_t offset)
{
    struct fat_long_entry part;
    memcpy(&part, entry, sizeof part);
    unsigned order = part.order & FAT_LONG_ORDER;
    if ((part.order & FAT_LONG_LAST) != 0 && order >= 1 && order <= FAT_LONG_ENTRIES) {
        name->any = true;
        name->checksum = part.checksum;
        name->first_offset = offset;
        name->text[order * FAT_LONG_CHARACTERS] = 0;
    } else if (!name->any || order == 0 || order != name->expected ||
               part.checksum != name->checksum) {
        name->any = false; /* an orphan */
        return;
    }
    fat_name_long_part(&part, name->text + (order - 1) * FAT_LONG_CHARACTERS);
    name->expected = order - 1;
}

/* Takes the long name when it belongs to the entry and can be a name, else the short one. */
static void fill_found(const struct long_name *name, const struct fat_entry *entry, uint32_t offset,
                       struct fat_found *ret)
{
    ret->entry = *entry;
    ret->short_offset = ret->first_offset = offset;
    fat_name_decode(entry, false, ret->short_name);
    size_t length = name->any ? ucs2_length(name->text, ARRAY_SIZE(name->text) - 1) : 0;
    bool belongs =
        name->any && name->expected == 0 && name->checksum == fat_name_checksum(entry->name);
    if (belongs)
        ret->first_offset = name->first_offset;
    if (belongs && fat_name_is_valid(name->text, length)) {
        memcpy(ret->name, name->text, length * sizeof *name->text);
        ret->name[length] = 0;
    } else {
        fat_name_decode(entry, true, ret->name);
    }
}

static bool is_dots(const struct fat_entry *entry)
{
    return entry->name[0] == '.';
}

EFI_STATUS fat_directory_next(struct fat_node *directory, uint32_t *offset, struct fat_found *ret)
{
    struct long_name name = {.any = false};
    for (uint32_t at = *offset;; at += FAT_ENTRY_SIZE) {
        struct fat_entry entry;
        EFI_STATUS status = fat_directory_entry(directory, at, &entry);
        if (EFI_ERROR(status))
            return status;
        uint8_t first = (uint8_t)entry.name[0];
        if (first == FAT_NAME_END)
            return EFI_NOT_FOUND;
        if (first != FAT_NAME_DELETED && (entry.attributes & FAT_ATTR_MASK) == FAT_ATTR_LONG_NAME) {
            take_long_entry(&name, &entry, at);
            continue;
        }
        if (first == FAT_NAME_DELETED || is_dots(&entry) ||
            (entry.attributes & FAT_ATTR_VOLUME_ID) != 0) {
            name.any = false;
            continue;
        }
        fill_found(&name, &entry, at, ret);
        *offset = at + FAT_ENTRY_SIZE;
        return EFI_SUCCESS;
    }
}

EFI_STATUS fat_directory_find(struct fat_node *directory, const char16_t *name, size_t length,
                              struct fat_found *ret)
{
    /* Who works through a directory asks for one name after the other: from the last one on, and
     * then from the begin up to there. What cannot be read behind hides nothing in front of it. */
    struct fat_volume *volume = directory->volume;
    uint32_t start = volume->found.directory == directory->chain.first ? volume->found.behind : 0;
    uint32_t offset = start;
    EFI_STATUS behind = EFI_SUCCESS; /* how looking from `start` on has ended */
    for (;;) {
        EFI_STATUS status = fat_directory_next(directory, &offset, ret);
        if (EFI_ERROR(status) && start > 0 && behind == EFI_SUCCESS) {
            behind = status;
            offset = 0;
            continue;
        }
        if (EFI_ERROR(status))
            return status;
        if (EFI_ERROR(behind) && ret->first_offset >= start)
            return behind;
        if (fat_name_equal(ret->name, name, length) ||
            fat_name_equal(ret->short_name, name, length)) {
            if (offset > SHORT_DIRECTORY) {
                volume->found.directory = directory->chain.first;
                volume->found.behind = offset;
            }
            return EFI_SUCCESS;
        }
    }
}

EFI_STATUS fat_directory_is_empty(struct fat_node *directory, bool *ret)
{
    struct fat_found found;
    uint32_t offset = 0;
    EFI_STATUS status = fat_directory_next(directory, &offset, &found);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return status;
    *ret = status == EFI_NOT_FOUND;
    return EFI_SUCCESS;
}
