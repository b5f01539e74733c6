/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/image_source.h"

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/protocol/load_file.h"
#include "efi/protocol/simple_file_system.h"
#include "lib/memory.h"

void image_source_release(struct image_source *source)
{
    pool_free_pages(source->data, source->size);
    *source = (struct image_source){0};
}

static EFI_STATUS allocate(struct image_source *source, uint64_t size)
{
    *source = (struct image_source){.size = size};
    if (size == 0)
        return EFI_SUCCESS;
    source->data = pool_alloc_pages(size);
    return source->data != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

/* Are there file path nodes up to the end, and nothing else? */
static bool is_file_path(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    if (device_path_is_end(path))
        return false;
    for (; !device_path_is_end(path); path = device_path_next(path))
        if (!device_path_node_is(path, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP))
            return false;
    return true;
}

/* The names in the nodes, joined by backslashes. Nodes may lie at odd addresses, and their names
 * may end early or not at all. */
static char16_t *join_names(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    size_t size = device_path_size(path);
    char16_t *text = pool_alloc(size + sizeof *text), c;
    if (text == NULL)
        return NULL;
    size_t length = 0;
    for (; !device_path_is_end(path); path = device_path_next(path)) {
        const uint8_t *name = (const uint8_t *)path + sizeof *path;
        size_t left = (device_path_node_size(path) - sizeof *path) / sizeof c;
        if (length > 0 && text[length - 1] != '\\')
            text[length++] = '\\';
        for (; left > 0; left--, name += sizeof c) {
            memcpy(&c, name, sizeof c);
            if (c == 0)
                break;
            text[length++] = c;
        }
    }
    text[length] = 0;
    return text;
}

/* The size of an opened file; EFI_NOT_FOUND for a directory. */
static EFI_STATUS get_file_size(EFI_FILE_PROTOCOL *file, uint64_t *ret)
{
    size_t size = 0;
    EFI_STATUS status = file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, NULL);
    if (status != EFI_BUFFER_TOO_SMALL)
        return EFI_ERROR(status) ? status : EFI_DEVICE_ERROR;
    EFI_FILE_INFO *info CLEANUP_POOL = pool_alloc(MAX(size, sizeof *info));
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, info);
    if (EFI_ERROR(status))
        return status;
    if ((info->Attribute & EFI_FILE_DIRECTORY) != 0)
        return EFI_NOT_FOUND;
    *ret = info->FileSize;
    return EFI_SUCCESS;
}

/* Fills the buffer; a file that turns out shorter is a read error. */
static EFI_STATUS read_all(EFI_FILE_PROTOCOL *file, struct image_source *source)
{
    for (size_t done = 0; done < source->size;) {
        size_t part = source->size - done;
        EFI_STATUS status = file->Read(file, &part, (uint8_t *)source->data + done);
        if (EFI_ERROR(status))
            return status;
        if (part == 0 || part > source->size - done)
            return EFI_DEVICE_ERROR;
        done += part;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS read_opened(EFI_FILE_PROTOCOL *file, struct image_source *ret)
{
    uint64_t size;
    struct image_source source;
    EFI_STATUS status = get_file_size(file, &size);
    if (EFI_ERROR(status))
        return status;
    status = allocate(&source, size);
    if (EFI_ERROR(status))
        return status;
    status = read_all(file, &source);
    if (EFI_ERROR(status))
        image_source_release(&source);
    else
        *ret = source;
    return status;
}

static EFI_STATUS read_from_file_system(EFI_HANDLE device, const EFI_DEVICE_PATH_PROTOCOL *names,
                                        struct image_source *ret)
{
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume =
        handle_interface(device, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    char16_t *name CLEANUP_POOL = join_names(names);
    if (name == NULL || volume == NULL)
        return EFI_OUT_OF_RESOURCES;

    EFI_FILE_PROTOCOL *root, *file;
    EFI_STATUS status = volume->OpenVolume(volume, &root);
    if (EFI_ERROR(status))
        return status;
    status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
    if (!EFI_ERROR(status)) {
        status = read_opened(file, ret);
        file->Close(file);
    }
    root->Close(root);
    return status;
}

static EFI_STATUS read_from_load_file(EFI_LOAD_FILE_PROTOCOL *loader,
                                      EFI_DEVICE_PATH_PROTOCOL *remaining, bool boot_policy,
                                      struct image_source *ret)
{
    size_t size = 0;
    struct image_source source;
    EFI_STATUS status = loader->LoadFile(loader, remaining, boot_policy, &size, NULL);
    if (status != EFI_BUFFER_TOO_SMALL)
        return EFI_ERROR(status) ? status : EFI_NOT_FOUND;
    size_t capacity = size;
    status = allocate(&source, size);
    if (EFI_ERROR(status))
        return status;
    status = loader->LoadFile(loader, remaining, boot_policy, &size, source.data);
    if (status == EFI_BUFFER_TOO_SMALL || (!EFI_ERROR(status) && size > capacity))
        status = EFI_DEVICE_ERROR; /* it has changed its mind */
    if (EFI_ERROR(status)) {
        image_source_release(&source);
        return status;
    }
    source.size =
        capacity; /* what was allocated; a loader that needed less left the rest undefined */
    memset((uint8_t *)source.data + size, 0, capacity - size);
    *ret = source;
    return EFI_SUCCESS;
}

EFI_STATUS image_source_read(bool boot_policy, EFI_DEVICE_PATH_PROTOCOL *path,
                             struct image_source *ret)
{
    EFI_HANDLE device;
    EFI_DEVICE_PATH_PROTOCOL *remaining = path;
    EFI_STATUS status =
        efi_locate_device_path(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), &remaining, &device);
    if (!EFI_ERROR(status) && is_file_path(remaining))
        return read_from_file_system(device, remaining, ret);

    static const EFI_GUID load_file_guids[] = {EFI_LOAD_FILE2_PROTOCOL_GUID,
                                               EFI_LOAD_FILE_PROTOCOL_GUID};
    for (size_t i = boot_policy ? 1 : 0; i < ARRAY_SIZE(load_file_guids); i++) {
        remaining = path;
        status = efi_locate_device_path(&load_file_guids[i], &remaining, &device);
        EFI_LOAD_FILE_PROTOCOL *loader =
            EFI_ERROR(status) ? NULL : handle_interface(device, &load_file_guids[i]);
        if (loader != NULL)
            return read_from_load_file(loader, remaining, boot_policy, ret);
    }
    return EFI_NOT_FOUND;
}
