/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reads \disk.img of its own volume into reserved memory, makes it a RAM disk (UEFI 2.10 §13.21),
 * reads a file of the volume on it, and starts \vmlinuz.efi, when there is one. */
#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"
#include "efi/protocol/ram_disk.h"
#include "efi/protocol/simple_file_system.h"
#include "guests/guest.h"

static EFI_FILE_PROTOCOL *open_file(EFI_HANDLE volume, const char16_t *name)
{
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *system;
    EFI_FILE_PROTOCOL *root, *file;
    if (EFI_ERROR(st->BootServices->HandleProtocol(volume, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL),
                                                   (void **)&system)) ||
        EFI_ERROR(system->OpenVolume(system, &root)))
        return NULL;
    EFI_STATUS status = root->Open(root, &file, (char16_t *)(uintptr_t)name, EFI_FILE_MODE_READ, 0);
    root->Close(root);
    return EFI_ERROR(status) ? NULL : file;
}

/* All of a file, in reserved memory. */
static EFI_PHYSICAL_ADDRESS load(EFI_HANDLE volume, size_t *ret_size)
{
    EFI_PHYSICAL_ADDRESS memory = 0;
    uint64_t size = 0;
    EFI_FILE_PROTOCOL *file = open_file(volume, u"disk.img");
    if (file == NULL || EFI_ERROR(file->SetPosition(file, UINT64_MAX)) ||
        EFI_ERROR(file->GetPosition(file, &size)) || EFI_ERROR(file->SetPosition(file, 0)) ||
        EFI_ERROR(st->BootServices->AllocatePages(AllocateAnyPages, EfiReservedMemoryType,
                                                  (size + 4095) / 4096, &memory)))
        return 0;
    *ret_size = size;
    EFI_STATUS status = file->Read(file, ret_size, (void *)(uintptr_t)memory);
    file->Close(file);
    return EFI_ERROR(status) ? 0 : memory;
}

static bool reads_hello(EFI_HANDLE volume)
{
    char text[6] = "";
    size_t size = 5;
    EFI_FILE_PROTOCOL *file = open_file(volume, u"hello.txt");
    if (file == NULL || EFI_ERROR(file->Read(file, &size, text)))
        return false;
    file->Close(file);
    return size == 5 && text[0] == 'h' && text[4] == 'o';
}

EFI_STATUS guest_main(void)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_RAM_DISK_PROTOCOL *ram_disks = NULL;
    EFI_GUID type = EFI_PERSISTENT_VIRTUAL_DISK_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path = NULL, *again = NULL, *rest;
    EFI_HANDLE volume = NULL;
    size_t size = 0;
    st->BootServices->HandleProtocol(self, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), (void **)&loaded);
    EFI_PHYSICAL_ADDRESS memory = load(loaded->DeviceHandle, &size);
    check("loaded", memory != 0);
    check("located", !EFI_ERROR(st->BootServices->LocateProtocol(GUID_OF(EFI_RAM_DISK_PROTOCOL),
                                                                 NULL, (void **)&ram_disks)));
    if (!all_checks_held())
        return EFI_LOAD_ERROR;
    check("type-null",
          ram_disks->Register(memory, size, NULL, NULL, &path) == EFI_INVALID_PARAMETER);
    check("size-null", ram_disks->Register(memory, 0, &type, NULL, &path) == EFI_INVALID_PARAMETER);
    check("register", !EFI_ERROR(ram_disks->Register(memory, size, &type, NULL, &path)));
    rest = path;
    check("volume", !EFI_ERROR(st->BootServices->LocateDevicePath(
                        GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), &rest, &volume)));
    check("read", reads_hello(volume));
    check("twice", ram_disks->Register(memory, size, &type, NULL, &again) == EFI_ALREADY_STARTED);
    check("unregister", !EFI_ERROR(ram_disks->Unregister(path)));
    check("gone", !reads_hello(volume));
    check("again", !EFI_ERROR(ram_disks->Register(memory, size, &type, NULL, &path)));
    tell("done", 0);
    return chain(u"vmlinuz.efi");
}
