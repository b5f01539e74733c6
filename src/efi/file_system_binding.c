/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/file_system_binding.h"

#include "core/pool.h"
#include "efi/binding.h"
#include "efi/block_handle.h"
#include "efi/handle.h"
#include "efi/protocol/disk_io.h"
#include "efi/protocols/simple_file_system.h"
#include "efi/tpl.h"

struct mount {
    struct list link; /* all of them */
    EFI_HANDLE handle;
    struct block_handle block;
    struct volume *volume;
};

static struct list mounts = LIST_INIT(mounts);

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                                   EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    EFI_BLOCK_IO_PROTOCOL *block_io =
        handle_interface(ControllerHandle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    if (block_io == NULL || !block_io->Media->MediaPresent)
        return EFI_UNSUPPORTED;
    return binding_can_open(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL));
}

static EFI_STATUS mount_volume(struct mount *mount)
{
    EFI_STATUS status = block_handle_open(&mount->block, mount->handle);
    if (EFI_ERROR(status))
        return status;
    struct file_system *file_system;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK); /* as all who use a disk do */
    status = file_system_mount(mount->block.device, &file_system);
    if (!EFI_ERROR(status)) {
        status = volume_install(mount->handle, file_system, &mount->volume);
        if (EFI_ERROR(status))
            file_system->operations->unmount(file_system);
    }
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status))
        block_handle_close(&mount->block);
    return status;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                               EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    void *disk_io;
    EFI_STATUS status =
        binding_open(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL), &disk_io);
    if (EFI_ERROR(status))
        return status;
    struct mount *mount = pool_alloc_zeroed(sizeof *mount);
    if (mount == NULL) {
        status = EFI_OUT_OF_RESOURCES;
        goto close;
    }
    mount->handle = ControllerHandle;
    status = mount_volume(mount);
    if (EFI_ERROR(status))
        goto free;
    list_append(&mounts, &mount->link);
    return EFI_SUCCESS;

free:
    pool_free(mount);
close:
    binding_close(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL));
    return status;
}

static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                              size_t NumberOfChildren, EFI_HANDLE *ChildHandleBuffer)
{
    LIST_FOR_EACH_SAFE(node, &mounts)
    {
        struct mount *mount = LIST_ENTRY(node, struct mount, link);
        if (mount->handle != ControllerHandle)
            continue;
        if (EFI_ERROR(volume_uninstall(mount->handle, mount->volume)))
            return EFI_DEVICE_ERROR;
        list_remove(&mount->link);
        block_handle_close(&mount->block);
        pool_free(mount);
        binding_close(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL));
        return EFI_SUCCESS;
    }
    return EFI_DEVICE_ERROR;
}

static EFI_DRIVER_BINDING_PROTOCOL file_system_binding = {
    .Supported = supported, .Start = start, .Stop = stop, .Version = BINDING_VERSION_FILE_SYSTEM};

EFI_STATUS file_system_binding_install(EFI_HANDLE image)
{
    return binding_install(&file_system_binding, image, "file system");
}
