/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/volume.h"

#include "efi/protocol/block_io.h"
#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/environment.h"
#include "shell/files/device_path.h"
#include "shell/files/volume_names.h"
#include "shell/memory.h"
#include "shell/shell.h"
#include "shell/text.h"

#define LARGEST_INFO 65536 /* bytes */

struct list volumes = LIST_INIT(volumes);

static struct volume *current;

#define FOR_EACH_VOLUME(v)                                                                         \
    for (struct volume *v = LIST_ENTRY(volumes.next, struct volume, link); &v->link != &volumes;   \
         v = LIST_ENTRY(v->link.next, struct volume, link))

static struct mapping *mapping_of(struct list *node)
{
    return LIST_ENTRY(node, struct mapping, link);
}

static void free_mapping(struct mapping *mapping)
{
    list_remove(&mapping->link);
    shell_free(mapping->name);
    shell_free(mapping);
}

struct mapping *mapping_find(const char16_t *name, size_t length)
{
    if (length > 0 && name[length - 1] == ':')
        length--;
    FOR_EACH_VOLUME(volume)
    {
        LIST_FOR_EACH(node, &volume->mappings)
        {
            struct mapping *mapping = mapping_of(node);
            if (text_equal_n_ignoring_case(mapping->name, name, length) &&
                mapping->name[length] == ':')
                return mapping;
        }
    }
    return NULL;
}

const char16_t *volume_name(const struct volume *volume)
{
    return list_empty(&volume->mappings) ? u"?:" : mapping_of(volume->mappings.next)->name;
}

/* `name` without colon. */
static EFI_STATUS add_mapping(const char16_t *name, size_t length, struct volume *volume,
                              bool is_user)
{
    struct text with_colon = {0};
    text_append(&with_colon, name, length);
    text_put(&with_colon, ':');
    struct mapping *mapping = shell_alloc(sizeof *mapping);
    char16_t *copy = text_take(&with_colon);
    if (mapping == NULL || copy == NULL) {
        shell_free(mapping);
        shell_free(copy);
        return EFI_OUT_OF_RESOURCES;
    }
    *mapping = (struct mapping){.volume = volume, .name = copy, .is_user = is_user};
    list_append(&volume->mappings, &mapping->link);
    return EFI_SUCCESS;
}

EFI_STATUS mapping_add(const char16_t *name, struct volume *volume)
{
    size_t length = ucs2_length(name, SIZE_MAX);
    struct mapping *old = mapping_find(name, length);
    if (old != NULL && !old->is_user)
        return EFI_ACCESS_DENIED;
    if (length > 0 && name[length - 1] == ':')
        length--;
    if (length == 0)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = add_mapping(name, length, volume, true);
    if (!EFI_ERROR(status) && old != NULL)
        free_mapping(old);
    return status;
}

EFI_STATUS mapping_remove(const char16_t *name)
{
    struct mapping *mapping = mapping_find(name, ucs2_length(name, SIZE_MAX));
    if (mapping == NULL)
        return EFI_NOT_FOUND;
    if (!mapping->is_user)
        return EFI_ACCESS_DENIED;
    free_mapping(mapping);
    return EFI_SUCCESS;
}

static EFI_STATUS publish_directory(void)
{
    struct text cwd = {0};
    if (current == NULL)
        return EFI_SUCCESS;
    text_append_string(&cwd, volume_name(current));
    text_append_string(&cwd, current->directory);
    EFI_STATUS status =
        cwd.failed ? EFI_OUT_OF_RESOURCES : environment_set_own(u"cwd", text_string(&cwd));
    text_free(&cwd);
    return status;
}

struct volume *volume_current(void)
{
    return current;
}

EFI_STATUS volume_set_current(struct volume *volume)
{
    current = volume;
    return publish_directory();
}

EFI_STATUS volume_set_directory(struct volume *volume, const char16_t *directory)
{
    struct text copy = {0};
    text_append_string(&copy, directory);
    char16_t *taken = text_take(&copy);
    if (taken == NULL)
        return EFI_OUT_OF_RESOURCES;
    shell_free(volume->directory);
    volume->directory = taken;
    return publish_directory();
}

static void free_volume(struct volume *volume)
{
    if (volume == current)
        current = NULL;
    while (!list_empty(&volume->mappings))
        free_mapping(mapping_of(volume->mappings.next));
    list_remove(&volume->link);
    shell_free(volume->directory);
    shell_free(volume);
}

void volumes_free(void)
{
    while (!list_empty(&volumes))
        free_volume(LIST_ENTRY(volumes.next, struct volume, link));
}

struct volume *volume_of_handle(EFI_HANDLE handle)
{
    FOR_EACH_VOLUME(volume)
    if (volume->handle == handle)
        return volume;
    return NULL;
}

struct volume *volume_of_path(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    struct volume *best = NULL;
    FOR_EACH_VOLUME(volume)
    {
        if (device_path_begins_with(path, volume->path) &&
            (best == NULL ||
             device_path_prefix_size(volume->path) > device_path_prefix_size(best->path)))
            best = volume;
    }
    return best;
}

EFI_STATUS volume_open(const struct volume *volume, EFI_FILE_PROTOCOL **ret)
{
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *file_system;
    EFI_STATUS status = shell.bs->HandleProtocol(
        volume->handle, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), (void **)&file_system);
    return EFI_ERROR(status) ? EFI_NOT_FOUND : file_system->OpenVolume(file_system, ret);
}

EFI_STATUS volume_info(const struct volume *volume, EFI_FILE_SYSTEM_INFO **ret)
{
    EFI_FILE_PROTOCOL *root;
    EFI_FILE_SYSTEM_INFO *info = NULL;
    size_t size = 0;
    EFI_STATUS status = volume_open(volume, &root);
    if (EFI_ERROR(status))
        return status;
    status = root->GetInfo(root, GUID_OF(EFI_FILE_SYSTEM_INFO), &size, NULL);
    if (status == EFI_BUFFER_TOO_SMALL && size >= offsetof(EFI_FILE_SYSTEM_INFO, VolumeLabel) &&
        size <= LARGEST_INFO) {
        info = shell_alloc(size + sizeof(char16_t));
        status = info == NULL ? EFI_OUT_OF_RESOURCES
                              : root->GetInfo(root, GUID_OF(EFI_FILE_SYSTEM_INFO), &size, info);
    }
    (void)root->Close(root);
    if (EFI_ERROR(status)) {
        shell_free(info);
        return status;
    }
    memset((char *)info + size, 0, sizeof(char16_t)); /* whatever the label ends with */
    *ret = info;
    return EFI_SUCCESS;
}

/* The volume of a handle with a device path, a new one if need be; NULL without memory or path. */
static struct volume *get_volume(EFI_HANDLE handle)
{
    struct volume *volume = volume_of_handle(handle);
    EFI_DEVICE_PATH_PROTOCOL *path;
    if (volume != NULL || EFI_ERROR(shell.bs->HandleProtocol(
                              handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void **)&path)))
        return volume;
    volume = shell_alloc(sizeof *volume);
    if (volume == NULL)
        return NULL;
    *volume = (struct volume){.handle = handle, .path = path};
    list_init(&volume->mappings);
    struct list *after = volumes.next;
    while (after != &volumes &&
           device_path_compare(LIST_ENTRY(after, struct volume, link)->path, path) < 0)
        after = after->next;
    list_insert_before(&volume->link, after);
    if (EFI_ERROR(volume_set_directory(volume, u"\\"))) {
        free_volume(volume);
        return NULL;
    }
    return volume;
}

/* Marks the volume of each handle that has the protocol. */
static EFI_STATUS find_handles(const EFI_GUID *protocol, bool files)
{
    EFI_HANDLE *handles;
    size_t count;
    EFI_STATUS status = shell.bs->LocateHandleBuffer(ByProtocol, protocol, NULL, &count, &handles);
    if (EFI_ERROR(status))
        return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
    for (size_t i = 0; i < count; i++) {
        struct volume *volume = get_volume(handles[i]);
        if (volume != NULL && files)
            volume->has_files = true;
        else if (volume != NULL)
            volume->has_blocks = true;
    }
    shell_free(handles);
    return EFI_SUCCESS;
}

static void drop_mappings(struct volume *volume, bool user_ones)
{
    LIST_FOR_EACH_SAFE(node, &volume->mappings)
    if (user_ones || !mapping_of(node)->is_user)
        free_mapping(mapping_of(node));
}

static EFI_STATUS add_default_names(struct volume *volume, struct volume_numbers *numbers)
{
    char16_t names[VOLUME_NAMES][VOLUME_NAME_SIZE];
    size_t count = volume_default_names(volume, numbers, names);
    struct list users;
    EFI_STATUS status = EFI_SUCCESS;
    /* They come before the user's. */
    list_init(&users);
    while (!list_empty(&volume->mappings)) {
        struct list *node = volume->mappings.next;
        list_remove(node);
        list_append(&users, node);
    }
    for (size_t i = 0; i < count && !EFI_ERROR(status); i++)
        status = add_mapping(names[i], ucs2_length(names[i], VOLUME_NAME_SIZE), volume, false);
    while (!list_empty(&users)) {
        struct list *node = users.next;
        list_remove(node);
        list_append(&volume->mappings, node);
    }
    return status;
}

EFI_STATUS volumes_update(bool reset)
{
    struct volume_numbers numbers = {0};
    FOR_EACH_VOLUME(volume)
    {
        volume->has_files = volume->has_blocks = false;
        drop_mappings(volume, reset);
    }
    EFI_STATUS status = find_handles(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), true);
    if (!EFI_ERROR(status))
        status = find_handles(GUID_OF(EFI_BLOCK_IO_PROTOCOL), false);
    LIST_FOR_EACH_SAFE(node, &volumes)
    {
        struct volume *volume = LIST_ENTRY(node, struct volume, link);
        if (!volume->has_files && !volume->has_blocks)
            free_volume(volume);
        else if (!EFI_ERROR(status))
            status = add_default_names(volume, &numbers);
    }
    if (!EFI_ERROR(status))
        status = publish_directory();
    return status;
}
