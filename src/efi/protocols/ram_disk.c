/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/ram_disk.h"

#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/disk.h"
#include "efi/driver_model.h"
#include "efi/guid.h"
#include "efi/memory_disk.h"
#include "efi/nfit.h"
#include "efi/tpl.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "platform/memory_setup.h"

#define BLOCK_SIZE 512u
#define FOUR_GIB   (4ull << 30)

struct ram_disk {
    struct list link;
    struct memory_disk disk;
    EFI_DEVICE_PATH_PROTOCOL *path;
    EFI_HANDLE handle;
    struct disk *protocols;
    uint64_t base, size;
    EFI_GUID type;
    bool reserved; /* the OS leaves it alone */
};

static struct list ram_disks = LIST_INIT(ram_disks);

static bool is_reserved(uint64_t base, uint64_t end)
{
    for (uint64_t at = ALIGN_DOWN(base, EFI_PAGE_SIZE); at < end; at += EFI_PAGE_SIZE)
        if (pages_type(at) != EfiReservedMemoryType)
            return false;
    return true;
}

static bool is_known_type(const EFI_GUID *type)
{
    return guid_equal(type, GUID_OF(EFI_VIRTUAL_DISK)) ||
           guid_equal(type, GUID_OF(EFI_VIRTUAL_CD)) ||
           guid_equal(type, GUID_OF(EFI_PERSISTENT_VIRTUAL_DISK)) ||
           guid_equal(type, GUID_OF(EFI_PERSISTENT_VIRTUAL_CD));
}

/* Tells the OS of what stays in memory. */
static void publish(void)
{
    struct nfit_range ranges[NFIT_RANGES_MAX];
    size_t count = 0;
    LIST_FOR_EACH(node, &ram_disks)
    {
        const struct ram_disk *disk = LIST_ENTRY(node, struct ram_disk, link);
        if (disk->reserved && count < NFIT_RANGES_MAX)
            ranges[count++] = (struct nfit_range){disk->base, disk->size, disk->type};
    }
    nfit_publish(ranges, count);
}

static EFI_DEVICE_PATH_PROTOCOL *make_path(const struct ram_disk *disk,
                                           const EFI_DEVICE_PATH_PROTOCOL *parent)
{
    MEDIA_RAM_DISK_DEVICE_PATH node = {
        .StartingAddr = disk->base,
        .EndingAddr = disk->base + disk->size - 1,
        .TypeGuid = disk->type,
    };
    device_path_set_node(&node.Header, MEDIA_DEVICE_PATH, MEDIA_RAM_DISK_DP, sizeof node);
    return device_path_append_node(parent, &node.Header);
}

static struct ram_disk *find(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    LIST_FOR_EACH(node, &ram_disks)
    {
        struct ram_disk *disk = LIST_ENTRY(node, struct ram_disk, link);
        if (device_path_equal(disk->path, path))
            return disk;
    }
    return NULL;
}

static void free_disk(struct ram_disk *disk)
{
    pool_free(disk->path);
    pool_free(disk);
}

/* Makes the handle. The copy of the path is the caller's. */
static EFI_STATUS install(struct ram_disk *disk, const EFI_DEVICE_PATH_PROTOCOL *parent,
                          EFI_DEVICE_PATH_PROTOCOL **ret_path)
{
    disk->path = make_path(disk, parent);
    EFI_DEVICE_PATH_PROTOCOL *copy = device_path_duplicate(disk->path);
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    if (disk->path != NULL && copy != NULL)
        status =
            disk_install(&disk->handle, &disk->disk.device, false, disk->path, &disk->protocols);
    if (EFI_ERROR(status)) {
        pool_free(copy);
        return status;
    }
    list_append(&ram_disks, &disk->link);
    *ret_path = copy;
    return EFI_SUCCESS;
}

static EFI_STATUS add(uint64_t base, uint64_t size, const EFI_GUID *type,
                      const EFI_DEVICE_PATH_PROTOCOL *parent, EFI_DEVICE_PATH_PROTOCOL **ret_path,
                      struct ram_disk **ret)
{
    struct ram_disk *disk = pool_alloc_zeroed(sizeof *disk);
    if (disk == NULL)
        return EFI_OUT_OF_RESOURCES;
    disk->base = base;
    disk->size = size;
    memcpy(&disk->type, type, sizeof disk->type);
    disk->reserved = is_known_type(&disk->type) && is_reserved(base, base + size);
    memory_disk_init(&disk->disk, (void *)(uintptr_t)base, size, false, "RAM disk");
    EFI_STATUS status = install(disk, parent, ret_path);
    if (EFI_ERROR(status)) {
        free_disk(disk);
        return status;
    }
    *ret = disk;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI register_disk(uint64_t RamDiskBase, uint64_t RamDiskSize,
                                       EFI_GUID *RamDiskType,
                                       EFI_DEVICE_PATH_PROTOCOL *ParentDevicePath,
                                       EFI_DEVICE_PATH_PROTOCOL **DevicePath)
{
    uint64_t end;
    if (DevicePath == NULL || RamDiskType == NULL || RamDiskSize < BLOCK_SIZE ||
        RamDiskBase < EFI_PAGE_SIZE || !checked_add(RamDiskBase, RamDiskSize, &end) ||
        (ParentDevicePath != NULL && device_path_size(ParentDevicePath) == 0))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = end > FOUR_GIB ? memory_map_high() : EFI_SUCCESS;
    if (EFI_ERROR(status))
        return status;
    struct ram_disk *disk;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    status = add(RamDiskBase, RamDiskSize, RamDiskType, ParentDevicePath, DevicePath, &disk);
    if (!EFI_ERROR(status) && disk->reserved)
        publish();
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status))
        return status;
    /* It is a disk without partitions when nobody takes it. */
    (void)efi_connect_controller(disk->handle, NULL, NULL, true);
    return EFI_SUCCESS;
}

static bool ends_in_ram_disk(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    bool is_ram_disk = false;
    for (; !device_path_is_end(path); path = device_path_next(path))
        is_ram_disk = device_path_node_is(path, MEDIA_DEVICE_PATH, MEDIA_RAM_DISK_DP);
    return is_ram_disk;
}

static EFI_STATUS EFIAPI unregister_disk(EFI_DEVICE_PATH_PROTOCOL *DevicePath)
{
    if (DevicePath == NULL)
        return EFI_INVALID_PARAMETER;
    if (device_path_size(DevicePath) == 0 || !ends_in_ram_disk(DevicePath))
        return EFI_UNSUPPORTED;
    struct ram_disk *disk = find(DevicePath);
    if (disk == NULL)
        return EFI_NOT_FOUND;
    EFI_STATUS status = efi_disconnect_controller(disk->handle, NULL, NULL);
    if (!EFI_ERROR(status))
        status = disk_uninstall(disk->handle, disk->protocols, disk->path);
    if (EFI_ERROR(status))
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    list_remove(&disk->link);
    if (disk->reserved)
        publish();
    efi_restore_tpl(tpl);
    free_disk(disk);
    return EFI_SUCCESS;
}

EFI_RAM_DISK_PROTOCOL ram_disk_protocol = {
    .Register = register_disk,
    .Unregister = unregister_disk,
};
