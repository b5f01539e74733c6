/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Uses the file system that it was loaded from in every way that EFI_FILE_PROTOCOL has, one
 * "files: …" line each, then turns the machine off. The host looks at what is left. */
#include "efi/boot_services.h"
#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"
#include "efi/protocol/simple_file_system.h"
#include "efi/runtime_services.h"
#include "efi/system_table.h"
#include "guests/guest.h"

#define BIG        (3u << 20)
#define PATTERN    (2u << 20)
#define READ_WRITE (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE)
#define CREATE     (READ_WRITE | EFI_FILE_MODE_CREATE)

static EFI_BOOT_SERVICES *bs;
static EFI_FILE_PROTOCOL *root;
static uint8_t *memory; /* BIG bytes */
static uint8_t information[1024] __attribute__((aligned(8)));

static void tell_status(const char *what, EFI_STATUS status)
{
    print("files: ");
    print(what);
    if (status != EFI_SUCCESS) {
        print(" failed ");
        print_number(status & 0xff, 1);
    } else {
        print(" ok");
    }
    print("\r\n");
}

static void tell_text(const char *what, const char16_t *text)
{
    print("files: ");
    print(what);
    print(" ");
    st->ConOut->OutputString(st->ConOut, (char16_t *)text);
    print("\r\n");
}

static EFI_FILE_PROTOCOL *open(const char *what, const char16_t *name, uint64_t mode,
                               uint64_t attributes)
{
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = root->Open(root, &file, name, mode, attributes);
    tell_status(what, status);
    return EFI_ERROR(status) ? NULL : file;
}

static void read_pattern(void)
{
    EFI_FILE_PROTOCOL *file = open("open", u"\\full\\..\\read-me.txt", EFI_FILE_MODE_READ, 0);
    size_t size = BIG, bad = 0;
    uint8_t byte = 0;
    if (file == NULL)
        return;
    tell_status("read", file->Read(file, &size, memory));
    for (size_t i = 0; i < PATTERN; i++)
        bad += memory[i] != (uint8_t)i;
    tell_status("pattern", size == PATTERN && bad == 0 ? EFI_SUCCESS : EFI_CRC_ERROR);
    size = 1;
    tell_status("read at the end", size == 1 ? file->Read(file, &size, &byte) : EFI_SUCCESS);
    tell_status("end", size == 0 ? EFI_SUCCESS : EFI_CRC_ERROR);
    (void)file->SetPosition(file, PATTERN + 1);
    size = 1;
    tell_status("beyond the end",
                file->Read(file, &size, &byte) == EFI_DEVICE_ERROR ? EFI_SUCCESS : EFI_CRC_ERROR);
    tell_status("write to what is read",
                file->Write(file, &size, &byte) == EFI_ACCESS_DENIED ? EFI_SUCCESS : EFI_CRC_ERROR);
    (void)file->Close(file);
}

static void list_root(void)
{
    (void)root->SetPosition(root, 0);
    for (unsigned i = 0; i < 100; i++) {
        size_t size = sizeof information;
        EFI_STATUS status = root->Read(root, &size, information);
        if (EFI_ERROR(status))
            tell_status("list", status);
        if (EFI_ERROR(status) || size == 0)
            return;
        tell_text("entry", ((EFI_FILE_INFO *)(void *)information)->FileName);
    }
}

static void set_name_and_time(EFI_FILE_PROTOCOL *file, const char16_t *name)
{
    EFI_FILE_INFO *info = (EFI_FILE_INFO *)(void *)information;
    size_t size = sizeof information, i = 0;
    EFI_STATUS status = file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, info);
    tell_status("get information", status);
    if (EFI_ERROR(status))
        return;
    tell_status("size", info->FileSize == BIG + 5 ? EFI_SUCCESS : EFI_CRC_ERROR);
    info->FileSize = BIG;
    /* 1000000000 seconds of Unix. */
    info->ModificationTime =
        (EFI_TIME){.Year = 2001, .Month = 9, .Day = 9, .Hour = 1, .Minute = 46, .Second = 40};
    do
        info->FileName[i] = name[i];
    while (name[i++] != 0);
    size = offsetof(EFI_FILE_INFO, FileName) + i * sizeof *name;
    tell_status("set information", file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info));
}

static void write_file(void)
{
    EFI_FILE_PROTOCOL *directory = open("make directory", u"made", CREATE, EFI_FILE_DIRECTORY);
    EFI_FILE_PROTOCOL *file = open("make file", u"made\\big.bin", CREATE, 0);
    size_t size = BIG;
    if (directory == NULL || file == NULL)
        return;
    for (size_t i = 0; i < BIG; i++)
        memory[i] = (uint8_t)(i * 7);
    tell_status("write", file->Write(file, &size, memory));
    size = 5;
    tell_status("write more", file->Write(file, &size, memory));
    tell_status("flush", file->Flush(file));
    set_name_and_time(file, u"renamed.bin");
    (void)file->Close(file);
    (void)directory->Close(directory);
    file = open("open again", u"/made/renamed.bin", READ_WRITE, 0);
    if (file != NULL)
        (void)file->Close(file);
}

static void delete_files(void)
{
    EFI_FILE_PROTOCOL *file = open("open for deletion", u"gone", READ_WRITE, 0);
    if (file != NULL)
        tell_status("delete", file->Delete(file));
    file = open("open a full directory", u"full", READ_WRITE, 0);
    if (file != NULL)
        tell_status("not delete",
                    file->Delete(file) == EFI_WARN_DELETE_FAILURE ? EFI_SUCCESS : EFI_CRC_ERROR);
    file = open("open above the root", u"..\\above", EFI_FILE_MODE_READ, 0);
}

static void tell_volume(void)
{
    EFI_FILE_SYSTEM_INFO *info = (EFI_FILE_SYSTEM_INFO *)(void *)information;
    size_t size = sizeof information;
    EFI_STATUS status = root->GetInfo(root, GUID_OF(EFI_FILE_SYSTEM_INFO), &size, info);
    tell_status("volume information", status);
    if (EFI_ERROR(status))
        return;
    tell_status("volume size", info->VolumeSize >= info->FreeSpace && info->FreeSpace > BIG
                                   ? EFI_SUCCESS
                                   : EFI_CRC_ERROR);
    tell_text("label", info->VolumeLabel);
}

static EFI_STATUS open_volume(EFI_HANDLE image)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_STATUS status =
        bs->HandleProtocol(image, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), (void **)&loaded);
    if (!EFI_ERROR(status))
        status = bs->HandleProtocol(loaded->DeviceHandle, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL),
                                    (void **)&volume);
    if (!EFI_ERROR(status))
        status = volume->OpenVolume(volume, &root);
    if (!EFI_ERROR(status))
        status = bs->AllocatePool(EfiLoaderData, BIG, (void **)&memory);
    return status;
}

EFI_STATUS guest_main(void)
{
    bs = st->BootServices;
    EFI_STATUS status = open_volume(self);
    tell_status("volume", status);
    if (!EFI_ERROR(status)) {
        list_root();
        tell_volume();
        read_pattern();
        write_file();
        delete_files();
    }
    print("files: done\r\n");
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_DEVICE_ERROR;
}
