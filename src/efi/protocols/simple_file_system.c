/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/simple_file_system.h"

#include "core/pool.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/protocol/simple_file_system.h"
#include "efi/protocols/file_protocol.h"
#include "efi/tpl.h"

struct volume {
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL protocol;
    struct file_system *file_system;
    struct file_volume files;
};

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *This,
                                     EFI_FILE_PROTOCOL **Root)
{
    struct volume *volume = CONTAINER_OF(This, struct volume, protocol);
    if (Root == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    struct file *root;
    EFI_STATUS status = volume->file_system->operations->open_root(volume->file_system, &root);
    if (!EFI_ERROR(status))
        status = file_protocol_new(root, true, &volume->files, Root);
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS volume_install(EFI_HANDLE handle, struct file_system *file_system, struct volume **ret)
{
    struct volume *volume = pool_alloc_zeroed(sizeof *volume);
    if (volume == NULL)
        return EFI_OUT_OF_RESOURCES;
    volume->file_system = file_system;
    block_poll_init(&volume->files.reads, file_system->device);
    volume->protocol =
        (EFI_SIMPLE_FILE_SYSTEM_PROTOCOL){EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION, open_volume};
    EFI_STATUS status = efi_install_protocol_interface(
        &handle, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), EFI_NATIVE_INTERFACE, &volume->protocol);
    if (EFI_ERROR(status)) {
        pool_free(volume);
        return status;
    }
    *ret = volume;
    return EFI_SUCCESS;
}

EFI_STATUS volume_uninstall(EFI_HANDLE handle, struct volume *volume)
{
    if (volume->files.open_files > 0)
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = efi_uninstall_protocol_interface(
        handle, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), &volume->protocol);
    if (EFI_ERROR(status))
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    volume->file_system->operations->unmount(volume->file_system);
    efi_restore_tpl(tpl);
    pool_free(volume);
    return EFI_SUCCESS;
}
