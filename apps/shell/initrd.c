/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/initrd.h"

#include "efi/protocol/device_path.h"
#include "efi/protocol/load_file.h"
#include "lib/memory.h"
#include "shell/memory.h"
#include "shell/shell.h"

/* The path that Linux looks for (Documentation/admin-guide/efi-stub). */
static struct {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) path = {
    {{MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
     {0x5568e427, 0x68fc, 0x4f3d, {0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68}}},
    {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH_PROTOCOL), 0}},
};

static struct {
    EFI_HANDLE handle;
    void *data;
    size_t size;
} offered;

/* UEFI 2.10 §13.2 */
static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE2_PROTOCOL *This,
                                   EFI_DEVICE_PATH_PROTOCOL *FilePath, bool BootPolicy,
                                   size_t *BufferSize, void *Buffer)
{
    if (This == NULL || BufferSize == NULL || FilePath == NULL)
        return EFI_INVALID_PARAMETER;
    if (BootPolicy)
        return EFI_UNSUPPORTED;
    if (FilePath->Type != END_DEVICE_PATH_TYPE ||
        FilePath->SubType != END_ENTIRE_DEVICE_PATH_SUBTYPE)
        return EFI_NOT_FOUND;
    size_t room = *BufferSize;
    *BufferSize = offered.size;
    if (Buffer == NULL || room < offered.size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(Buffer, offered.data, offered.size);
    return EFI_SUCCESS;
}

static EFI_LOAD_FILE2_PROTOCOL protocol = {load_file};

EFI_STATUS initrd_offer(void *data, size_t size)
{
    EFI_DEVICE_PATH_PROTOCOL *rest = &path.vendor.Header;
    EFI_HANDLE other;
    (void)!initrd_withdraw();
    if (!EFI_ERROR(shell.bs->LocateDevicePath(GUID_OF(EFI_LOAD_FILE2_PROTOCOL), &rest, &other)) &&
        rest == &path.end)
        return EFI_ALREADY_STARTED;
    EFI_HANDLE handle = NULL;
    EFI_STATUS status = shell.bs->InstallMultipleProtocolInterfaces(
        &handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path, GUID_OF(EFI_LOAD_FILE2_PROTOCOL),
        &protocol, NULL);
    if (EFI_ERROR(status))
        return status;
    offered.handle = handle;
    offered.data = data;
    offered.size = size;
    return EFI_SUCCESS;
}

EFI_STATUS initrd_withdraw(void)
{
    if (offered.handle == NULL)
        return EFI_NOT_STARTED;
    EFI_STATUS status = shell.bs->UninstallMultipleProtocolInterfaces(
        offered.handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path, GUID_OF(EFI_LOAD_FILE2_PROTOCOL),
        &protocol, NULL);
    if (EFI_ERROR(status))
        return status;
    shell_free(offered.data);
    offered.handle = NULL;
    offered.data = NULL;
    return EFI_SUCCESS;
}
