/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/variable.h"

#include "efi/guid.h"
#include "lib/status_name.h"

#define VOLATILE (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

/* §3.3: SysPrep####; keys and menus are not offered. */
#define BOOT_OPTION_SUPPORT 0x10u

void *variable_read(struct boot *boot, const char16_t *name, size_t *ret_size)
{
    size_t size = 0;
    EFI_STATUS status =
        boot->rt->GetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), NULL, &size, NULL);
    if (status != EFI_BUFFER_TOO_SMALL)
        return NULL;
    void *data;
    status = boot->bs->AllocatePool(EfiBootServicesData, size, &data);
    if (EFI_ERROR(status))
        return NULL;
    status = boot->rt->GetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), NULL, &size, data);
    if (EFI_ERROR(status)) {
        (void)boot->bs->FreePool(data);
        return NULL;
    }
    *ret_size = size;
    return data;
}

void variable_set(struct boot *boot, const char16_t *name, uint32_t attributes, const void *data,
                  size_t size)
{
    EFI_STATUS status =
        boot->rt->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), attributes, size, data);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        boot_report(boot, "variable %ls cannot be set: %s", name, status_name(status));
}

void variables_announce(struct boot *boot)
{
    static const uint64_t os_indications = 0;
    static const uint32_t boot_options = BOOT_OPTION_SUPPORT;
    static const char languages[] = "en";

    variable_set(boot, u"OsIndicationsSupported", VOLATILE, &os_indications, sizeof os_indications);
    variable_set(boot, u"BootOptionSupport", VOLATILE, &boot_options, sizeof boot_options);
    variable_set(boot, u"PlatformLangCodes", VOLATILE, languages, sizeof languages);

    size_t size;
    void *language = variable_read(boot, u"PlatformLang", &size);
    if (language != NULL)
        (void)boot->bs->FreePool(language);
    else
        variable_set(boot, u"PlatformLang", VOLATILE | EFI_VARIABLE_NON_VOLATILE, languages,
                     sizeof languages);
}
