/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/files.h"

#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"

EFI_HANDLE own_volume(void)
{
    EFI_LOADED_IMAGE_PROTOCOL *image;
    if (EFI_ERROR(bs->HandleProtocol(self, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), (void **)&image)))
        return NULL;
    return image->DeviceHandle;
}

EFI_FILE_PROTOCOL *open_own_root(void)
{
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_FILE_PROTOCOL *root;
    if (EFI_ERROR(bs->HandleProtocol(own_volume(), GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL),
                                     (void **)&volume)) ||
        EFI_ERROR(volume->OpenVolume(volume, &root)))
        return NULL;
    return root;
}

EFI_STATUS read_own_file(const char16_t *name, void *buffer, size_t *size)
{
    EFI_FILE_PROTOCOL *root = open_own_root();
    if (root == NULL)
        return EFI_NOT_FOUND;
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = root->Open(root, &file, (char16_t *)name, EFI_FILE_MODE_READ, 0);
    if (!EFI_ERROR(status)) {
        status = file->Read(file, size, buffer);
        file->Close(file);
    }
    root->Close(root);
    return status;
}
