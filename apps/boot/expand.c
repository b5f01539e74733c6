/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/expand.h"

#include "boot/path.h"
#include "boot/volume.h"
#include "efi/guid.h"
#include "efi/protocol/simple_file_system.h"
#include "lib/device_path.h"
#include "lib/memory.h"

static bool is_node(const EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype)
{
    return node->Type == type && node->SubType == subtype;
}

/* Two hard drive nodes name the same partition when signature and number agree: its place may have
 * changed. */
static bool same_partition(const HARDDRIVE_DEVICE_PATH *a, const EFI_DEVICE_PATH_PROTOCOL *node)
{
    const HARDDRIVE_DEVICE_PATH *b = (const void *)node;
    return is_node(node, MEDIA_DEVICE_PATH, MEDIA_HARDDRIVE_DP) &&
           device_path_node_size(node) == sizeof *b && a->SignatureType == b->SignatureType &&
           a->PartitionNumber == b->PartitionNumber &&
           memcmp(a->Signature, b->Signature, sizeof a->Signature) == 0;
}

static bool holds_partition(const EFI_DEVICE_PATH_PROTOCOL *path,
                            const HARDDRIVE_DEVICE_PATH *wanted)
{
    for (; !device_path_is_end(path); path = device_path_next(path))
        if (same_partition(wanted, path))
            return true;
    return false;
}

/* The volume that holds the wanted partition, among those that are connected by now. */
static EFI_DEVICE_PATH_PROTOCOL *find_partition(struct boot *boot,
                                                const HARDDRIVE_DEVICE_PATH *wanted)
{
    EFI_HANDLE *handles;
    size_t count;
    EFI_STATUS status = boot->bs->LocateHandleBuffer(
        ByProtocol, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), NULL, &count, &handles);
    if (EFI_ERROR(status))
        return NULL;
    EFI_DEVICE_PATH_PROTOCOL *found = NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        EFI_DEVICE_PATH_PROTOCOL *path = path_of(boot, handles[i]);
        if (path != NULL && holds_partition(path, wanted))
            found = path;
    }
    (void)boot->bs->FreePool(handles);
    return found;
}

/* Disks are started one after the other, until one has the partition. */
static EFI_DEVICE_PATH_PROTOCOL *search_partition(struct boot *boot,
                                                  const HARDDRIVE_DEVICE_PATH *wanted)
{
    EFI_DEVICE_PATH_PROTOCOL *found = find_partition(boot, wanted);
    EFI_HANDLE *disks;
    size_t count;
    if (found != NULL || EFI_ERROR(boot->host->GetDisks(boot->host, true, &count, &disks)))
        return found;
    for (size_t i = 0; i < count && found == NULL; i++) {
        (void)boot->bs->ConnectController(disks[i], NULL, NULL, true);
        found = find_partition(boot, wanted);
    }
    (void)boot->bs->FreePool(disks);
    return found;
}

/* The first volume at or below `device` that has the file; below nothing: among all. */
static EFI_DEVICE_PATH_PROTOCOL *
find_volume(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device, const char16_t *name)
{
    EFI_HANDLE *handles;
    size_t count;
    EFI_STATUS status = boot->bs->LocateHandleBuffer(
        ByProtocol, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), NULL, &count, &handles);
    if (EFI_ERROR(status))
        return NULL;
    EFI_DEVICE_PATH_PROTOCOL *found = NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        EFI_DEVICE_PATH_PROTOCOL *path = path_of(boot, handles[i]);
        if (path != NULL && (device == NULL || device_path_begins_with(path, device)) &&
            volume_has_file(boot, handles[i], name))
            found = path;
    }
    (void)boot->bs->FreePool(handles);
    return found;
}

/* A device without a file, a volume or a whole disk, means its removable media loader. */
static EFI_DEVICE_PATH_PROTOCOL *join_rest(struct boot *boot,
                                           const EFI_DEVICE_PATH_PROTOCOL *device,
                                           const EFI_DEVICE_PATH_PROTOCOL *rest)
{
    static const char16_t loader[] = u"\\EFI\\BOOT\\BOOTX64.EFI";
    if (!device_path_is_end(rest))
        return path_join(boot, device, rest, device_path_prefix_size(rest) + sizeof *rest);
    const EFI_DEVICE_PATH_PROTOCOL *volume = find_volume(boot, device, loader);
    return volume == NULL ? NULL : path_of_file(boot, volume, loader);
}

/* A file path without a device: the first volume of any disk that has the file. */
static EFI_DEVICE_PATH_PROTOCOL *search_file(struct boot *boot,
                                             const EFI_DEVICE_PATH_PROTOCOL *path)
{
    char16_t name[256];
    size_t size = device_path_node_size(path) - sizeof *path;
    if (size > sizeof name - sizeof *name)
        return NULL;
    memcpy(name, (const char *)path + sizeof *path, size);
    name[size / sizeof *name] = 0;

    EFI_HANDLE *disks;
    size_t count;
    if (EFI_ERROR(boot->host->GetDisks(boot->host, true, &count, &disks)))
        return NULL;
    for (size_t i = 0; i < count; i++)
        (void)boot->bs->ConnectController(disks[i], NULL, NULL, true);
    (void)boot->bs->FreePool(disks);

    const EFI_DEVICE_PATH_PROTOCOL *volume = find_volume(boot, NULL, name);
    return volume == NULL ? NULL : join_rest(boot, volume, path);
}

EFI_DEVICE_PATH_PROTOCOL *expand_path(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *path)
{
    if (is_node(path, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP) &&
        device_path_node_size(path) > sizeof *path)
        return search_file(boot, path);

    if (is_node(path, MEDIA_DEVICE_PATH, MEDIA_HARDDRIVE_DP)) {
        if (device_path_node_size(path) != sizeof(HARDDRIVE_DEVICE_PATH))
            return NULL;
        EFI_DEVICE_PATH_PROTOCOL *device = search_partition(boot, (const void *)path);
        return device == NULL ? NULL : join_rest(boot, device, device_path_next(path));
    }

    /* A full path: connecting what it names is LocateDevicePath's business. */
    EFI_DEVICE_PATH_PROTOCOL *rest = (EFI_DEVICE_PATH_PROTOCOL *)path;
    EFI_HANDLE handle;
    EFI_STATUS status =
        boot->bs->LocateDevicePath(GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &rest, &handle);
    if (EFI_ERROR(status))
        return NULL;
    EFI_DEVICE_PATH_PROTOCOL *device = path_of(boot, handle);
    return device == NULL ? NULL : join_rest(boot, device, rest);
}
