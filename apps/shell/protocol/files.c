/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/files.h"

#include "efi/guid.h"
#include "lib/ucs2.h"
#include "shell/protocol/parts.h"
#include "shell/shell.h"

/* A SHELL_FILE_HANDLE is an EFI_FILE_PROTOCOL. */

static EFI_FILE_INFO *EFIAPI get_file_info(SHELL_FILE_HANDLE FileHandle)
{
    EFI_FILE_INFO *info;
    if (FileHandle == NULL || EFI_ERROR(file_get_info(FileHandle, &info)))
        return NULL;
    return info;
}

static EFI_STATUS EFIAPI set_file_info(SHELL_FILE_HANDLE FileHandle, const EFI_FILE_INFO *FileInfo)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    if (file == NULL || FileInfo == NULL)
        return EFI_INVALID_PARAMETER;
    return file->SetInfo(file, GUID_OF(EFI_FILE_INFO), FileInfo->Size, (void *)FileInfo);
}

static EFI_STATUS EFIAPI open_file_by_name(const char16_t *FileName, SHELL_FILE_HANDLE *FileHandle,
                                           uint64_t OpenMode)
{
    EFI_FILE_PROTOCOL *file;
    if (FileName == NULL || FileHandle == NULL)
        return EFI_INVALID_PARAMETER;
    /* Standard streams have names (UEFI Shell 2.2 §3.7). */
    static const char *const names[] = {">i", ">o", ">e"};
    EFI_FILE_PROTOCOL *const streams[] = {shell.input, shell.output, shell.error};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (text_is(FileName, names[i])) {
            *FileHandle = streams[i];
            return EFI_SUCCESS;
        }
    EFI_STATUS status = file_open(FileName, OpenMode, 0, &file);
    if (!EFI_ERROR(status))
        *FileHandle = file;
    return status;
}

static EFI_STATUS EFIAPI close_file(SHELL_FILE_HANDLE FileHandle)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    return file == NULL ? EFI_INVALID_PARAMETER : file->Close(file);
}

static EFI_STATUS EFIAPI create_file(const char16_t *FileName, uint64_t FileAttribs,
                                     SHELL_FILE_HANDLE *FileHandle)
{
    EFI_FILE_PROTOCOL *file;
    if (FileName == NULL || FileHandle == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status =
        file_open(FileName, FILE_READ_WRITE | EFI_FILE_MODE_CREATE, FileAttribs, &file);
    if (!EFI_ERROR(status))
        *FileHandle = file;
    return status;
}

static EFI_STATUS EFIAPI read_file(SHELL_FILE_HANDLE FileHandle, size_t *ReadSize, void *Buffer)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    if (file == NULL || ReadSize == NULL || Buffer == NULL)
        return EFI_INVALID_PARAMETER;
    return file->Read(file, ReadSize, Buffer);
}

static EFI_STATUS EFIAPI write_file(SHELL_FILE_HANDLE FileHandle, size_t *BufferSize, void *Buffer)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    if (file == NULL || BufferSize == NULL || Buffer == NULL)
        return EFI_INVALID_PARAMETER;
    return file->Write(file, BufferSize, Buffer);
}

static EFI_STATUS EFIAPI delete_file(SHELL_FILE_HANDLE FileHandle)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    return file == NULL ? EFI_INVALID_PARAMETER : file->Delete(file);
}

static EFI_STATUS EFIAPI delete_file_by_name(const char16_t *FileName)
{
    EFI_FILE_PROTOCOL *file;
    if (FileName == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = file_open(FileName, FILE_READ_WRITE, 0, &file);
    return EFI_ERROR(status) ? status : file->Delete(file);
}

static EFI_STATUS EFIAPI get_file_position(SHELL_FILE_HANDLE FileHandle, uint64_t *Position)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    if (file == NULL || Position == NULL)
        return EFI_INVALID_PARAMETER;
    return file->GetPosition(file, Position);
}

static EFI_STATUS EFIAPI set_file_position(SHELL_FILE_HANDLE FileHandle, uint64_t Position)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    return file == NULL ? EFI_INVALID_PARAMETER : file->SetPosition(file, Position);
}

static EFI_STATUS EFIAPI flush_file(SHELL_FILE_HANDLE FileHandle)
{
    EFI_FILE_PROTOCOL *file = FileHandle;
    return file == NULL ? EFI_INVALID_PARAMETER : file->Flush(file);
}

static EFI_STATUS EFIAPI get_file_size(SHELL_FILE_HANDLE FileHandle, uint64_t *Size)
{
    EFI_FILE_INFO *info;
    if (FileHandle == NULL || Size == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = file_get_info(FileHandle, &info);
    if (EFI_ERROR(status))
        return status;
    *Size = info->FileSize;
    shell_free(info);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_root_by_handle(EFI_HANDLE DeviceHandle, SHELL_FILE_HANDLE *FileHandle)
{
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *file_system;
    EFI_FILE_PROTOCOL *root;
    if (FileHandle == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = shell.bs->HandleProtocol(
        DeviceHandle, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), (void **)&file_system);
    if (EFI_ERROR(status))
        return EFI_NOT_FOUND;
    status = file_system->OpenVolume(file_system, &root);
    if (!EFI_ERROR(status))
        *FileHandle = root;
    return status;
}

static EFI_STATUS EFIAPI open_root(EFI_DEVICE_PATH_PROTOCOL *DevicePath,
                                   SHELL_FILE_HANDLE *FileHandle)
{
    EFI_HANDLE device;
    if (DevicePath == NULL || FileHandle == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status =
        shell.bs->LocateDevicePath(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), &DevicePath, &device);
    return EFI_ERROR(status) ? EFI_NOT_FOUND : open_root_by_handle(device, FileHandle);
}

void protocol_fill_files(EFI_SHELL_PROTOCOL *p)
{
    p->GetFileInfo = get_file_info;
    p->SetFileInfo = set_file_info;
    p->OpenFileByName = open_file_by_name;
    p->CloseFile = close_file;
    p->CreateFile = create_file;
    p->ReadFile = read_file;
    p->WriteFile = write_file;
    p->DeleteFile = delete_file;
    p->DeleteFileByName = delete_file_by_name;
    p->GetFilePosition = get_file_position;
    p->SetFilePosition = set_file_position;
    p->FlushFile = flush_file;
    p->GetFileSize = get_file_size;
    p->OpenRoot = open_root;
    p->OpenRootByHandle = open_root_by_handle;
}
