/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/files/device_path.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/model/names.h"
#include "shell/protocol/parts.h"
#include "shell/shell.h"

static struct mapping *find(const char16_t *name)
{
    return mapping_find(name, ucs2_length(name, SIZE_MAX));
}

static const EFI_DEVICE_PATH_PROTOCOL *EFIAPI get_device_path_from_map(const char16_t *Mapping)
{
    const struct mapping *mapping = Mapping != NULL ? find(Mapping) : NULL;
    return mapping != NULL ? mapping->volume->path : NULL;
}

/* Names of the device with semicolons between them; they belong to the shell until the next call.
 * The path moves on to what is behind the device. */
static const char16_t *EFIAPI get_map_from_device_path(EFI_DEVICE_PATH_PROTOCOL **DevicePath)
{
    static char16_t *names;
    struct text text = {0};
    const struct volume *volume =
        DevicePath != NULL && *DevicePath != NULL ? volume_of_path(*DevicePath) : NULL;
    if (volume == NULL)
        return NULL;
    LIST_FOR_EACH(node, &volume->mappings)
    text_format(&text, "%s%ls", text.length > 0 ? ";" : "",
                LIST_ENTRY(node, struct mapping, link)->name);
    shell_free(names);
    names = text_take(&text);
    *DevicePath =
        (EFI_DEVICE_PATH_PROTOCOL *)((char *)*DevicePath + device_path_prefix_size(volume->path));
    return names;
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI get_device_path_from_file_path(const char16_t *Path)
{
    struct arena arena = {0};
    struct location location;
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    if (Path != NULL && !EFI_ERROR(file_locate(&arena, Path, &location)))
        path = device_path_of_file(location.volume->path, location.path);
    arena_free(&arena);
    return path;
}

/* Appends the text of a file path node, whose bytes need not be aligned. */
static void append_file_node(struct text *text, const EFI_DEVICE_PATH_PROTOCOL *node)
{
    size_t length = device_path_node_size(node);
    for (size_t at = sizeof *node; at + sizeof(char16_t) <= length; at += sizeof(char16_t)) {
        char16_t c;
        memcpy(&c, (const char *)node + at, sizeof c);
        if (c == 0)
            break;
        text_put(text, c);
    }
}

static char16_t *EFIAPI get_file_path_from_device_path(const EFI_DEVICE_PATH_PROTOCOL *Path)
{
    struct text text = {0}, file = {0};
    const struct volume *volume = Path != NULL ? volume_of_path(Path) : NULL;
    if (volume == NULL)
        return NULL;
    const char *at = (const char *)Path + device_path_prefix_size(volume->path);
    while (!device_path_is_end((const void *)at)) {
        const EFI_DEVICE_PATH_PROTOCOL *node = (const void *)at;
        if (node->Type != MEDIA_DEVICE_PATH || node->SubType != MEDIA_FILEPATH_DP) {
            text_free(&file);
            return NULL;
        }
        text_put(&file, '\\');
        append_file_node(&file, node);
        at += device_path_node_size(node);
    }
    text_append_string(&text, volume_name(volume));
    path_absolute(&text, u"\\", text_string(&file));
    text_free(&file);
    return text_take(&text);
}

/* A path NULL deletes the mapping. */
static EFI_STATUS EFIAPI set_map(const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
                                 const char16_t *Mapping)
{
    if (Mapping == NULL)
        return EFI_INVALID_PARAMETER;
    if (DevicePath == NULL)
        return mapping_remove(Mapping);
    struct volume *volume = volume_of_path(DevicePath);
    return volume != NULL ? mapping_add(Mapping, volume) : EFI_NOT_FOUND;
}

/* NULL: "fs0:\dir" of the current volume; else the directory of the given one. It belongs to the
 * shell until the next call. */
static const char16_t *EFIAPI get_cur_dir(const char16_t *FileSystemMapping)
{
    static char16_t *directory;
    struct text text = {0};
    const struct volume *volume = volume_current();
    if (FileSystemMapping != NULL) {
        const struct mapping *mapping = find(FileSystemMapping);
        volume = mapping != NULL ? mapping->volume : NULL;
    }
    if (volume == NULL)
        return NULL;
    text_format(&text, "%ls%ls", volume_name(volume), volume->directory);
    shell_free(directory);
    directory = text_take(&text);
    return directory;
}

static EFI_STATUS set_directory(const char16_t *name, bool take_volume)
{
    struct arena arena = {0};
    struct location location;
    EFI_STATUS status = file_locate(&arena, name, &location);
    if (!EFI_ERROR(status) && !file_is_directory(name))
        status = EFI_NOT_FOUND;
    if (!EFI_ERROR(status))
        status = volume_set_directory(location.volume, location.path);
    if (!EFI_ERROR(status) && take_volume)
        status = volume_set_current(location.volume);
    arena_free(&arena);
    return status;
}

/* Without a file system the directory names one, which becomes the current one. */
static EFI_STATUS EFIAPI set_cur_dir(const char16_t *FileSystem, const char16_t *Dir)
{
    struct text name = {0};
    if (Dir == NULL)
        return EFI_INVALID_PARAMETER;
    if (FileSystem == NULL)
        return set_directory(Dir, true);
    const struct mapping *mapping = find(FileSystem);
    if (mapping == NULL)
        return EFI_NOT_FOUND;
    text_format(&name, "%ls%s%ls", mapping->name, *Dir != '\\' ? "\\" : "", Dir);
    EFI_STATUS status =
        name.failed ? EFI_OUT_OF_RESOURCES : set_directory(text_string(&name), false);
    text_free(&name);
    return status;
}

static EFI_STATUS EFIAPI get_device_name(EFI_HANDLE DeviceHandle, EFI_SHELL_DEVICE_NAME_FLAGS Flags,
                                         char *Language, char16_t **BestDeviceName)
{
    struct text text = {0};
    const uint32_t known = EFI_DEVICE_NAME_USE_COMPONENT_NAME | EFI_DEVICE_NAME_USE_DEVICE_PATH;
    if (BestDeviceName == NULL || (Flags & known) == 0)
        return EFI_INVALID_PARAMETER;
    bool found = (Flags & EFI_DEVICE_NAME_USE_COMPONENT_NAME) != 0
                     ? append_controller_name(&text, DeviceHandle, Language)
                     : append_path(&text, DeviceHandle);
    char16_t *name = found ? text_take(&text) : NULL;
    if (!found)
        text_free(&text);
    if (name == NULL)
        return found ? EFI_OUT_OF_RESOURCES : EFI_NOT_FOUND;
    *BestDeviceName = name;
    return EFI_SUCCESS;
}

void protocol_fill_mappings(EFI_SHELL_PROTOCOL *p)
{
    p->GetDevicePathFromMap = get_device_path_from_map;
    p->GetMapFromDevicePath = get_map_from_device_path;
    p->GetDevicePathFromFilePath = get_device_path_from_file_path;
    p->GetFilePathFromDevicePath = get_file_path_from_device_path;
    p->SetMap = set_map;
    p->GetCurDir = get_cur_dir;
    p->SetCurDir = set_cur_dir;
    p->GetDeviceName = get_device_name;
}
