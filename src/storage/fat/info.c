/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/private.h"

_Static_assert(FILE_READ_ONLY == FAT_ATTR_READ_ONLY && FILE_HIDDEN == FAT_ATTR_HIDDEN &&
                   FILE_SYSTEM == FAT_ATTR_SYSTEM && FILE_DIRECTORY == FAT_ATTR_DIRECTORY &&
                   FILE_ARCHIVE == FAT_ATTR_ARCHIVE,
               "attributes are the same in both worlds");

void fat_info_from_entry(const struct fat_volume *volume, const struct fat_entry *entry,
                         const char16_t *name, struct file_info *ret)
{
    bool directory = (entry->attributes & FAT_ATTR_DIRECTORY) != 0;
    uint64_t size = directory ? 0 : entry->size;
    *ret = (struct file_info){
        .size = size,
        .allocated_size =
            (size + volume->cluster_size - 1) / volume->cluster_size * volume->cluster_size,
        .created = fat_time_decode(entry->created_date, entry->created_time, entry->created_tenths),
        .accessed = fat_time_decode(entry->accessed_date, 0, 0),
        .modified = fat_time_decode(entry->modified_date, entry->modified_time, 0),
        .attributes = entry->attributes & FILE_VALID_ATTRIBUTES,
    };
    size_t length = ucs2_length(name, FILE_NAME_MAX);
    memcpy(ret->name, name, length * sizeof *name);
}

EFI_STATUS fat_get_info(struct file *file, struct file_info *ret)
{
    struct fat_node *node = fat_file_of(file)->node;
    if (node->deleted)
        return EFI_DEVICE_ERROR;
    fat_info_from_entry(node->volume, &node->entry, node->name, ret);
    return EFI_SUCCESS;
}

static bool same_time(const EFI_TIME *a, const EFI_TIME *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* All zero: leave it as it is. */
static bool is_no_time(const EFI_TIME *time)
{
    static const EFI_TIME none;
    return same_time(time, &none);
}

struct changes {
    bool name, size, attributes, times;
};

static bool time_changes(const EFI_TIME *from, const EFI_TIME *to)
{
    return !is_no_time(to) && !same_time(from, to);
}

static struct changes compare(const struct file_info *from, const struct file_info *to)
{
    return (struct changes){
        .name = !ucs2_equal(from->name, to->name),
        .size = from->size != to->size,
        .attributes = from->attributes != to->attributes,
        .times = time_changes(&from->created, &to->created) ||
                 time_changes(&from->accessed, &to->accessed) ||
                 time_changes(&from->modified, &to->modified),
    };
}

static EFI_STATUS check_changes(const struct fat_file *file, const struct file_info *from,
                                const struct file_info *to, const struct changes *changes)
{
    const EFI_TIME *times[] = {&to->created, &to->accessed, &to->modified};
    bool directory = fat_node_is_directory(file->node);
    if ((to->attributes & ~FILE_VALID_ATTRIBUTES) != 0)
        return EFI_INVALID_PARAMETER;
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        if (!is_no_time(times[i]) && !fat_time_is_valid(times[i]))
            return EFI_INVALID_PARAMETER;
    }
    if (fat_is_read_only(file->node->volume))
        return EFI_WRITE_PROTECTED;
    if (!file->writable && (changes->name || changes->size || changes->times))
        return EFI_ACCESS_DENIED;
    if (((from->attributes ^ to->attributes) & FILE_DIRECTORY) != 0 ||
        (directory && changes->size) || file->node->parent == NULL)
        return EFI_ACCESS_DENIED;
    return EFI_SUCCESS;
}

static EFI_STATUS set_attributes_and_times(struct fat_node *node, const struct file_info *to)
{
    struct fat_entry before = node->entry, *entry = &node->entry;
    uint16_t unused_time;
    uint8_t unused_tenths;
    EFI_STATUS status = fat_begin_change(node->volume);
    if (EFI_ERROR(status))
        return status;
    entry->attributes = (uint8_t)((entry->attributes & ~FILE_VALID_ATTRIBUTES) | to->attributes);
    if (!is_no_time(&to->created))
        fat_time_encode(&to->created, &entry->created_date, &entry->created_time,
                        &entry->created_tenths);
    if (!is_no_time(&to->accessed))
        fat_time_encode(&to->accessed, &entry->accessed_date, &unused_time, &unused_tenths);
    if (!is_no_time(&to->modified))
        fat_time_encode(&to->modified, &entry->modified_date, &entry->modified_time,
                        &unused_tenths);
    status = fat_node_update(node);
    if (EFI_ERROR(status))
        node->entry = before;
    return status;
}

EFI_STATUS fat_set_info(struct file *file, const struct file_info *info)
{
    struct fat_file *fat_file = fat_file_of(file);
    struct fat_node *node = fat_file->node;
    struct file_info now;
    EFI_STATUS status = fat_get_info(file, &now);
    if (EFI_ERROR(status))
        return status;
    struct changes changes = compare(&now, info);
    if (!changes.name && !changes.size && !changes.attributes && !changes.times)
        return EFI_SUCCESS;
    status = check_changes(fat_file, &now, info, &changes);
    if (!EFI_ERROR(status) && changes.size)
        status = fat_resize(node, info->size);
    if (!EFI_ERROR(status) && changes.name)
        status = fat_rename(node, info->name);
    if (!EFI_ERROR(status) && (changes.attributes || changes.times))
        status = set_attributes_and_times(node, info);
    if (!EFI_ERROR(status) && node->volume->writers == 0)
        status = fat_end_changes(node->volume);
    return status;
}
