/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/variable.h"

#include "efi/global_variables.h"
#include "efi/guid.h"
#include "efi/protocol/device_path.h"
#include "lib/ascii.h"
#include "lib/load_option.h"
#include "lib/memory.h"
#include "lib/status_name.h"

#define VOLATILE (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
#define LASTING  (VOLATILE | EFI_VARIABLE_NON_VOLATILE)

/* Hot keys of up to three keys, applications and SysPrep####. */
#define BOOT_OPTION_SUPPORT                                                                        \
    (EFI_BOOT_OPTION_SUPPORT_KEY | EFI_BOOT_OPTION_SUPPORT_APP | EFI_BOOT_OPTION_SUPPORT_SYSPREP | \
     EFI_BOOT_OPTION_SUPPORT_COUNT)

#define INDICATIONS                                                                                \
    (EFI_OS_INDICATIONS_BOOT_TO_FW_UI | EFI_OS_INDICATIONS_START_OS_RECOVERY |                     \
     EFI_OS_INDICATIONS_START_PLATFORM_RECOVERY)

#define LOADER_NAME u"\\EFI\\BOOT\\BOOTX64.EFI"

/* A load option that says what comes last when nothing else boots (§3.4.3). order.c does it, in the
 * host's order of disks. */
static const struct {
    uint32_t attributes;
    uint16_t path_size;
    char16_t description[sizeof u"Removable media" / sizeof(char16_t)];
    EFI_DEVICE_PATH_PROTOCOL file;
    char16_t name[sizeof LOADER_NAME / sizeof(char16_t)];
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) recovery = {
    .attributes = LOAD_OPTION_ACTIVE,
    .path_size = 2 * sizeof(EFI_DEVICE_PATH_PROTOCOL) + sizeof LOADER_NAME,
    .description = u"Removable media",
    .file = {MEDIA_DEVICE_PATH,
             MEDIA_FILEPATH_DP,
             {sizeof(EFI_DEVICE_PATH_PROTOCOL) + sizeof LOADER_NAME, 0}},
    .name = LOADER_NAME,
    .end = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof recovery.end, 0}},
};

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

/* A variable of exactly that size; false, and `*ret` untouched, when there is none. */
static bool read_exact(struct boot *boot, const char16_t *name, void *ret, size_t size)
{
    size_t found;
    void *data = variable_read(boot, name, &found);
    if (data == NULL)
        return false;
    bool fits = found == size;
    if (fits)
        memcpy(ret, data, size);
    (void)boot->bs->FreePool(data);
    return fits;
}

uint16_t variable_timeout(struct boot *boot)
{
    uint16_t seconds = 0;
    (void)read_exact(boot, u"Timeout", &seconds, sizeof seconds);
    return seconds;
}

uint64_t variable_take_indications(struct boot *boot)
{
    uint64_t wanted;
    if (!read_exact(boot, u"OsIndications", &wanted, sizeof wanted) || (wanted & INDICATIONS) == 0)
        return 0;
    /* Deleted first: who made it may have given it other attributes. */
    uint64_t rest = wanted & ~INDICATIONS;
    variable_set(boot, u"OsIndications", 0, NULL, 0);
    if (rest != 0)
        variable_set(boot, u"OsIndications", LASTING, &rest, sizeof rest);
    return wanted & INDICATIONS;
}

/* The host's word is what counts; without one and without a variable nobody waits. */
static void announce_timeout(struct boot *boot)
{
    const char *text = boot->host->GetOption(boot->host, "timeout");
    uint64_t number;
    uint16_t seconds = 0;
    bool told = text != NULL && ascii_to_uint(text, ascii_length(text, 32), &number) &&
                number <= UINT16_MAX;
    if (told)
        seconds = (uint16_t)number;
    else if (text != NULL)
        boot_report(boot, "cloudhv.timeout: not a number of seconds up to 65535");
    if (told || !read_exact(boot, u"Timeout", &seconds, sizeof seconds))
        variable_set(boot, u"Timeout", LASTING, &seconds, sizeof seconds);
}

void variables_announce(struct boot *boot)
{
    /* They are followed, but an OS that asks resets the machine, which forgets the variable. */
    static const uint64_t os_indications = 0;
    static const uint32_t boot_options = BOOT_OPTION_SUPPORT;
    static const char languages[] = "en";

    variable_set(boot, u"OsIndicationsSupported", VOLATILE, &os_indications, sizeof os_indications);
    variable_set(boot, u"BootOptionSupport", VOLATILE, &boot_options, sizeof boot_options);
    variable_set(boot, u"PlatformLangCodes", VOLATILE, languages, sizeof languages);
    variable_set(boot, u"PlatformRecovery0000", VOLATILE, &recovery, sizeof recovery);
    announce_timeout(boot);

    size_t size;
    void *language = variable_read(boot, u"PlatformLang", &size);
    if (language != NULL)
        (void)boot->bs->FreePool(language);
    else
        variable_set(boot, u"PlatformLang", LASTING, languages, sizeof languages);
}
