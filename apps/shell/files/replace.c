/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/replace.h"

#include "efi/guid.h"
#include "shell/files/files.h"
#include "shell/memory.h"

EFI_STATUS file_set_size(EFI_FILE_PROTOCOL *file, uint64_t size)
{
    EFI_FILE_INFO *info;
    EFI_STATUS status = file_get_info(file, &info);
    if (EFI_ERROR(status))
        return status;
    info->FileSize = size;
    status = file->SetInfo(file, GUID_OF(EFI_FILE_INFO), info->Size, info);
    shell_free(info);
    return status;
}

/* The size before, 0 when that is not known. */
static uint64_t size_of(EFI_FILE_PROTOCOL *file)
{
    EFI_FILE_INFO *info;
    if (EFI_ERROR(file_get_info(file, &info)))
        return 0;
    uint64_t size = info->FileSize;
    shell_free(info);
    return size;
}

static EFI_STATUS overwrite(EFI_FILE_PROTOCOL *file, const void *data, size_t size)
{
    uint64_t before = size_of(file);
    EFI_STATUS status = EFI_SUCCESS;
    if (size > before) {
        status = file_set_size(file, size);
        if (EFI_ERROR(status)) {
            (void)!file_set_size(file, before);
            return status;
        }
    }
    status = file->SetPosition(file, 0);
    if (!EFI_ERROR(status) && size > 0)
        status = file_write(file, data, size);
    if (!EFI_ERROR(status) && size < before)
        status = file_set_size(file, size);
    return EFI_ERROR(status) ? status : file->Flush(file);
}

EFI_STATUS file_replace(const char16_t *name, const void *data, size_t size)
{
    EFI_FILE_PROTOCOL *file;
    if (file_is_directory(name))
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = file_open(name, FILE_READ_WRITE | EFI_FILE_MODE_CREATE, 0, &file);
    if (EFI_ERROR(status))
        return status;
    status = overwrite(file, data, size);
    file_close(file);
    return status;
}
