/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/path.h"

#include "efi/guid.h"
#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

static const EFI_DEVICE_PATH_PROTOCOL end_node = {
    END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH_PROTOCOL), 0}};

EFI_DEVICE_PATH_PROTOCOL *path_of(struct boot *boot, EFI_HANDLE handle)
{
    EFI_DEVICE_PATH_PROTOCOL *path;
    EFI_STATUS status =
        boot->bs->HandleProtocol(handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void **)&path);
    return EFI_ERROR(status) ? NULL : path;
}

EFI_DEVICE_PATH_PROTOCOL *path_join(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device,
                                    const void *tail, size_t tail_size)
{
    size_t prefix = device_path_prefix_size(device);
    void *path;
    EFI_STATUS status = boot->bs->AllocatePool(EfiBootServicesData, prefix + tail_size, &path);
    if (EFI_ERROR(status))
        return NULL;
    memcpy(path, device, prefix);
    memcpy((char *)path + prefix, tail, tail_size);
    return path;
}

EFI_DEVICE_PATH_PROTOCOL *path_of_file(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device,
                                       const char16_t *file)
{
    struct {
        EFI_DEVICE_PATH_PROTOCOL header;
        char16_t name[128];
        EFI_DEVICE_PATH_PROTOCOL room; /* for the end node after the longest name */
    } tail = {.header = {MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, {0}}};
    size_t name_size = ucs2_size(file);
    size_t file_size = sizeof tail.header + name_size;
    if (name_size > sizeof tail.name)
        return NULL;

    tail.header.Length[0] = (uint8_t)file_size;
    tail.header.Length[1] = (uint8_t)(file_size >> 8);
    memcpy(tail.name, file, name_size);
    memcpy((char *)&tail + file_size, &end_node, sizeof end_node);
    return path_join(boot, device, &tail, file_size + sizeof end_node);
}
