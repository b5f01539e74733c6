/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* At the first start it makes \driver.efi of its volume an option Driver0000, and returns. At the
 * next it reads \hello.txt of every volume there is. */
#include "efi/guid.h"
#include "efi/protocol/device_path_utilities.h"
#include "efi/protocol/simple_file_system.h"
#include "guests/guest.h"

#define ACTIVE 1u

static size_t size_of_path(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    EFI_DEVICE_PATH_UTILITIES_PROTOCOL *utilities;
    EFI_STATUS status = st->BootServices->LocateProtocol(
        GUID_OF(EFI_DEVICE_PATH_UTILITIES_PROTOCOL), NULL, (void **)&utilities);
    return EFI_ERROR(status) ? SIZE_MAX : utilities->GetDevicePathSize(path);
}

static EFI_STATUS set(const char16_t *name, const void *data, size_t size)
{
    return st->RuntimeServices->SetVariable(
        name, GUID_OF(EFI_GLOBAL_VARIABLE),
        EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS,
        size, data);
}

/* EFI_LOAD_OPTION (UEFI 2.10 §3.1.3) without a description. */
static EFI_STATUS add_driver(void)
{
    static uint8_t option[512] = {ACTIVE};
    const uint16_t order = 0;
    const size_t start = 4 + 2 + 2;
    const EFI_DEVICE_PATH_PROTOCOL *path = path_of(u"\\driver.efi");
    if (path == NULL || size_of_path(path) > sizeof option - start)
        return EFI_OUT_OF_RESOURCES;
    size_t size = size_of_path(path);
    option[4] = (uint8_t)size;
    option[5] = (uint8_t)(size >> 8);
    st->BootServices->CopyMem(option + start, (void *)(uintptr_t)path, size);
    EFI_STATUS status = set(u"Driver0000", option, start + size);
    return EFI_ERROR(status) ? status : set(u"DriverOrder", &order, sizeof order);
}

static bool has_driver(void)
{
    size_t size = 0;
    return st->RuntimeServices->GetVariable(u"Driver0000", GUID_OF(EFI_GLOBAL_VARIABLE), NULL,
                                            &size, NULL) == EFI_BUFFER_TOO_SMALL;
}

static void read_hello(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume)
{
    EFI_FILE_PROTOCOL *root, *file;
    char text[64];
    size_t size = sizeof text - 1;
    if (EFI_ERROR(volume->OpenVolume(volume, &root)))
        return;
    if (!EFI_ERROR(root->Open(root, &file, u"\\hello.txt", EFI_FILE_MODE_READ, 0))) {
        EFI_STATUS status = file->Read(file, &size, text);
        text[EFI_ERROR(status) ? 0 : size] = '\0';
        print("hello.txt says ");
        print(text);
        print("\r\n");
        (void)file->Close(file);
    }
    (void)root->Close(root);
}

static void read_all(void)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_HANDLE *handles;
    size_t count = 0;
    if (EFI_ERROR(st->BootServices->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
        return;
    tell("volumes", count);
    for (size_t i = 0; i < count; i++) {
        EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
        if (!EFI_ERROR(st->BootServices->HandleProtocol(handles[i], &guid, (void **)&volume)))
            read_hello(volume);
    }
}

EFI_STATUS guest_main(void)
{
    if (!has_driver())
        return add_driver();
    read_all();
    tell("done", 0);
    return EFI_SUCCESS;
}
