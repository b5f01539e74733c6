/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/volume.h"

#include "efi/guid.h"
#include "efi/protocol/simple_file_system.h"

bool volume_has_file(struct boot *boot, EFI_HANDLE volume, const char16_t *name)
{
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *protocol;
    EFI_FILE_PROTOCOL *root, *file;
    EFI_STATUS status = boot->bs->HandleProtocol(volume, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL),
                                                 (void **)&protocol);
    if (EFI_ERROR(status) || EFI_ERROR(protocol->OpenVolume(protocol, &root)))
        return false;
    status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
    if (!EFI_ERROR(status))
        (void)file->Close(file);
    (void)root->Close(root);
    return !EFI_ERROR(status);
}
