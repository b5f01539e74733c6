/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/loaded_image.h"
#include "vmm/guest/guest.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

void tell_vmm(uint8_t code)
{
    __asm__ volatile("outb %0, %1" : : "a"(code), "Nd"((uint16_t)0x80));
}

void tell(const char *key, uint64_t value)
{
    print("guest: ");
    print(key);
    print("=0x");
    print_number(value, 1);
    print("\r\n");
}

/* Is that the first word of the load options? */
static bool asked_for(EFI_HANDLE image, const char *word)
{
    static EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    if (EFI_ERROR(st->BootServices->HandleProtocol(image, &guid, (void **)&loaded)))
        return false;
    const char16_t *options = loaded->LoadOptions;
    size_t count = loaded->LoadOptionsSize / sizeof options[0], i = 0;
    while (i < count && word[i] != '\0' && options[i] == (char16_t)word[i])
        i++;
    return word[i] == '\0' && (i == count || options[i] == '\0' || options[i] == ' ');
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    tell_vmm(CODE_HERE);
    st = system;
    print("guest: here\r\n");
    tell_memory();
    tell_tables();
    EFI_TIME time;
    if (!EFI_ERROR(st->RuntimeServices->GetTime(&time, NULL)))
        tell("year", time.Year);
    st->BootServices->Stall(1000);
    if (asked_for(image, "zone"))
        count_boots();
    if (asked_for(image, "write"))
        write_blocks(image);
    if (asked_for(image, "processors"))
        wake_processors();
    print("guest: done\r\n");
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_DEVICE_ERROR;
}
