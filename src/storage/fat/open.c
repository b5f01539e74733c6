/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/memory.h"
#include "storage/fat/private.h"

static bool is_dot(struct path_component component)
{
    return component.length == 1 && component.name[0] == '.';
}

static bool is_dot_dot(struct path_component component)
{
    return component.length == 2 && component.name[0] == '.' && component.name[1] == '.';
}

EFI_STATUS fat_lookup(struct fat_node *directory, struct path_component component,
                      struct fat_node **ret)
{
    struct fat_found found;
    struct fat_node *same = NULL;
    if (!fat_node_is_directory(directory))
        return EFI_NOT_FOUND;
    if (component.length == 0 || is_dot(component))
        same = directory;
    else if (is_dot_dot(component))
        same = directory->parent; /* the root has none */
    if (same != NULL) {
        same->references++;
        *ret = same;
        return EFI_SUCCESS;
    }
    size_t length = fat_name_trim(component.name, component.length);
    if (length == 0)
        return EFI_NOT_FOUND;
    EFI_STATUS status = fat_directory_find(directory, component.name, length, &found);
    if (EFI_ERROR(status))
        return status;
    return fat_node_get(directory, &found, ret);
}

EFI_STATUS fat_walk(struct fat_node *from, const char16_t *path, struct fat_node **ret_directory,
                    struct path_component *ret_last)
{
    struct fat_node *directory = path_is_separator(path[0]) ? from->volume->root : from;
    if (!fat_node_is_directory(directory))
        directory = directory->parent;
    directory->references++;
    struct path_component component = path_next(&path);
    while (*path != 0) {
        struct fat_node *next;
        EFI_STATUS status = fat_lookup(directory, component, &next);
        fat_node_put(directory);
        if (EFI_ERROR(status))
            return status;
        directory = next;
        component = path_next(&path);
    }
    *ret_directory = directory;
    *ret_last = component;
    return EFI_SUCCESS;
}

/* The root stays open for long, so it does not keep the volume marked dirty. */
static bool is_writer(const struct fat_file *file)
{
    return file->writable && file->node->parent != NULL;
}

EFI_STATUS fat_open_node(struct fat_node *node, bool writable, struct file **ret)
{
    struct fat_file *file = pool_alloc_zeroed(sizeof *file);
    if (file == NULL)
        return EFI_OUT_OF_RESOURCES;
    file->file.file_system = &node->volume->file_system;
    file->node = node;
    file->writable = writable;
    node->references++;
    if (is_writer(file))
        node->volume->writers++;
    *ret = &file->file;
    return EFI_SUCCESS;
}

void fat_close(struct file *file)
{
    struct fat_file *fat_file = fat_file_of(file);
    struct fat_volume *volume = fat_file->node->volume;
    if (is_writer(fat_file) && --volume->writers == 0) {
        EFI_STATUS status = fat_end_changes(volume);
        (void)status; /* logged; there is nobody to tell */
    }
    fat_node_put(fat_file->node);
    pool_free(fat_file);
}

/* Makes a file or directory. Its clusters come first: without the entry they are only lost. */
static EFI_STATUS create(struct fat_node *directory, struct path_component component,
                         uint32_t attributes, struct fat_node **ret)
{
    char16_t name[FILE_NAME_MAX + 1];
    struct fat_found found;
    struct fat_entry entry = {.attributes = (uint8_t)attributes};
    uint32_t cluster = 0;
    if (directory->deleted)
        return EFI_DEVICE_ERROR;
    size_t length = fat_name_trim(component.name, component.length);
    if (!fat_name_is_valid(component.name, length))
        return EFI_INVALID_PARAMETER;
    memcpy(name, component.name, length * sizeof *name);
    name[length] = 0;
    EFI_STATUS status = fat_begin_change(directory->volume);
    if (EFI_ERROR(status))
        return status;
    EFI_TIME now = file_system_time();
    fat_time_encode(&now, &entry.created_date, &entry.created_time, &entry.created_tenths);
    fat_time_touch(&entry);
    if ((attributes & FILE_DIRECTORY) != 0) {
        status = fat_directory_make(directory, &entry, &cluster);
        if (EFI_ERROR(status))
            return status;
        fat_entry_set_cluster(&entry, cluster);
    }
    status = fat_directory_add(directory, name, &entry, &found);
    if (EFI_ERROR(status)) {
        if (cluster != 0) {
            EFI_STATUS undone = fat_free_chain(directory->volume, cluster);
            (void)undone; /* a lost cluster at most */
        }
        return status;
    }
    return fat_node_get(directory, &found, ret);
}

/* What open() may do with a file that is there. */
static EFI_STATUS check_mode(const struct fat_node *node, uint64_t mode, uint32_t attributes)
{
    bool directory = fat_node_is_directory(node);
    if ((mode & FILE_MODE_WRITE) == 0)
        return EFI_SUCCESS;
    if (fat_is_read_only(node->volume))
        return EFI_WRITE_PROTECTED;
    if ((mode & FILE_MODE_CREATE) != 0 && ((attributes & FILE_DIRECTORY) != 0) != directory)
        return EFI_ACCESS_DENIED;
    if (!directory && (node->entry.attributes & FAT_ATTR_READ_ONLY) != 0)
        return EFI_ACCESS_DENIED;
    return EFI_SUCCESS;
}

/* Finds the file, or makes it. */
static EFI_STATUS find_or_create(struct fat_node *start, const char16_t *path, uint64_t mode,
                                 uint32_t attributes, struct fat_node **ret)
{
    struct fat_node *directory;
    struct path_component last;
    EFI_STATUS status = fat_walk(start, path, &directory, &last);
    if (EFI_ERROR(status))
        return status;
    status = fat_lookup(directory, last, ret);
    if (status == EFI_NOT_FOUND && (mode & FILE_MODE_CREATE) != 0 &&
        fat_node_is_directory(directory)) {
        status = create(directory, last, attributes, ret);
    } else if (!EFI_ERROR(status)) {
        status = check_mode(*ret, mode, attributes);
        if (EFI_ERROR(status))
            fat_node_put(*ret);
    }
    fat_node_put(directory);
    return status;
}

EFI_STATUS fat_open(struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
                    struct file **ret)
{
    struct fat_node *node, *start = fat_file_of(from)->node;
    EFI_STATUS status;
    if (mode != FILE_MODE_READ && mode != (FILE_MODE_READ | FILE_MODE_WRITE) &&
        mode != (FILE_MODE_READ | FILE_MODE_WRITE | FILE_MODE_CREATE))
        return EFI_INVALID_PARAMETER;
    if ((mode & FILE_MODE_CREATE) != 0 && (attributes & ~FILE_VALID_ATTRIBUTES) != 0)
        return EFI_INVALID_PARAMETER;
    if (start->deleted)
        return EFI_DEVICE_ERROR;
    if (path[0] == 0) {
        status = check_mode(start, mode, attributes);
        if (EFI_ERROR(status))
            return status;
        return fat_open_node(start, (mode & FILE_MODE_WRITE) != 0, ret);
    }
    status = find_or_create(start, path, mode, attributes, &node);
    if (EFI_ERROR(status))
        return status;
    status = fat_open_node(node, (mode & FILE_MODE_WRITE) != 0, ret);
    fat_node_put(node);
    return status;
}
