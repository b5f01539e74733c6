/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "guests/guest.h"

#include "efi/guid.h"
#include "efi/protocol/device_path.h"
#include "efi/protocol/device_path_utilities.h"
#include "efi/protocol/loaded_image.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_SYSTEM_TABLE *st;
EFI_HANDLE self;
static bool failed;

void tell_vmm(uint8_t code)
{
    __asm__ volatile("outb %0, %1" : : "a"(code), "Nd"((uint16_t)0x80));
}

void print(const char *text)
{
    char16_t wide[128];
    size_t length = 0;
    for (; text[length] != '\0' && length < 127; length++)
        wide[length] = (char16_t)text[length];
    wide[length] = 0;
    st->ConOut->OutputString(st->ConOut, wide);
}

void print_number(uint64_t value, unsigned digits)
{
    char text[17];
    unsigned length = 0;
    for (int shift = 60; shift >= 0; shift -= 4) {
        unsigned digit = value >> shift & 15;
        if (length > 0 || digit != 0 || shift < 4 * (int)digits)
            text[length++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
    text[length] = '\0';
    print(text);
}

void tell(const char *key, uint64_t value)
{
    print("guest: ");
    print(key);
    print("=0x");
    print_number(value, 1);
    print("\r\n");
}

void check(const char *key, bool holds)
{
    failed = failed || !holds;
    tell(key, holds ? 0 : 1);
}

bool all_checks_held(void)
{
    return !failed;
}

static EFI_LOADED_IMAGE_PROTOCOL *loaded_image(EFI_HANDLE image)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded = NULL;
    (void)st->BootServices->HandleProtocol(image, &guid, (void **)&loaded);
    return loaded;
}

void *image_base(void)
{
    return loaded_image(self)->ImageBase;
}

/* The options' text behind "key=", or NULL. */
static const char16_t *find_option(const char16_t *text, const char16_t *end, const char *key)
{
    while (text < end) {
        size_t i = 0;
        while (text + i < end && key[i] != '\0' && text[i] == (char16_t)key[i])
            i++;
        if (key[i] == '\0' && text + i < end && text[i] == '=')
            return text + i + 1;
        while (text < end && *text != ' ')
            text++;
        text++;
    }
    return NULL;
}

size_t option(const char *key, char *to, size_t size)
{
    const EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(self);
    const char16_t *text = loaded->LoadOptions;
    const char16_t *end = text + loaded->LoadOptionsSize / sizeof *text;
    size_t length = 0;
    text = find_option(text, end, key);
    for (; text != NULL && text<end && * text> ' ' && length + 1 < size; text++)
        to[length++] = (char)*text;
    to[length] = '\0';
    return length;
}

static size_t length_of(const char16_t *text)
{
    size_t length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

EFI_DEVICE_PATH_PROTOCOL *path_of(const char16_t *name)
{
    static const EFI_GUID utilities_guid = EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID;
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_DEVICE_PATH_UTILITIES_PROTOCOL *utilities;
    EFI_DEVICE_PATH_PROTOCOL *volume;
    if (EFI_ERROR(st->BootServices->LocateProtocol(&utilities_guid, NULL, (void **)&utilities)) ||
        EFI_ERROR(st->BootServices->HandleProtocol(loaded_image(self)->DeviceHandle, &path_guid,
                                                   (void **)&volume)))
        return NULL;
    size_t size = (length_of(name) + 1) * sizeof *name;
    EFI_DEVICE_PATH_PROTOCOL *node = utilities->CreateDeviceNode(
        MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, (uint16_t)(size + sizeof *node));
    if (node == NULL)
        return NULL;
    st->BootServices->CopyMem(node + 1, (void *)(uintptr_t)name, size);
    return utilities->AppendDeviceNode(volume, node);
}

EFI_STATUS chain(const char16_t *name)
{
    EFI_HANDLE image;
    EFI_DEVICE_PATH_PROTOCOL *path = path_of(name);
    if (path == NULL)
        return EFI_NOT_FOUND;
    EFI_STATUS status = st->BootServices->LoadImage(false, self, path, NULL, 0, &image);
    if (EFI_ERROR(status))
        return status;
    EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(image);
    loaded->LoadOptions = loaded_image(self)->LoadOptions;
    loaded->LoadOptionsSize = loaded_image(self)->LoadOptionsSize;
    return st->BootServices->StartImage(image, NULL, NULL);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    tell_vmm(CODE_HERE);
    st = system;
    self = image;
    print("guest: here\r\n");
    EFI_STATUS status = guest_main();
    tell("status", status);
    return status;
}
