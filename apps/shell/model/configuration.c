/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/configuration.h"

#include "efi/protocol/form_browser2.h"
#include "efi/protocol/hii_config_routing.h"
#include "efi/protocol/hii_database.h"
#include "shell/shell.h"

#define MOST_HII_HANDLES 1024

static EFI_HII_CONFIG_ROUTING_PROTOCOL *routing(void)
{
    return first_interface(GUID_OF(EFI_HII_CONFIG_ROUTING_PROTOCOL));
}

static EFI_HII_CONFIG_ACCESS_PROTOCOL *access_of(EFI_HANDLE handle)
{
    return handle_interface(handle, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL));
}

/* All that the driver has: no request is a request for everything. Pool memory. */
static EFI_STATUS extract(EFI_HANDLE handle, EFI_STRING *ret)
{
    EFI_HII_CONFIG_ACCESS_PROTOCOL *access = access_of(handle);
    EFI_STRING progress = NULL, results = NULL;
    if (access == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = access->ExtractConfig(access, NULL, &progress, &results);
    if (!EFI_ERROR(status) && results == NULL)
        return EFI_DEVICE_ERROR; /* the driver breaks its word */
    if (!EFI_ERROR(status))
        *ret = results;
    return status;
}

EFI_STATUS configuration_read(EFI_HANDLE handle, struct text *ret)
{
    EFI_STRING results;
    EFI_STATUS status = extract(handle, &results);
    if (EFI_ERROR(status))
        return status;
    text_append_string(ret, results);
    shell_free(results);
    return ret->failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}

EFI_STATUS configuration_write(const char16_t *settings, size_t *ret_stopped)
{
    EFI_HII_CONFIG_ROUTING_PROTOCOL *protocol = routing();
    EFI_STRING progress = (EFI_STRING)settings;
    if (protocol == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = protocol->RouteConfig(protocol, (EFI_STRING)settings, &progress);
    *ret_stopped = progress >= settings ? (size_t)(progress - settings) : 0;
    return status;
}

/* A driver's answer has its defaults behind its settings, as alternatives (§35.2.1). */
EFI_STATUS configuration_set_defaults(EFI_HANDLE handle, uint16_t kind)
{
    EFI_HII_CONFIG_ROUTING_PROTOCOL *protocol = routing();
    EFI_HII_CONFIG_ACCESS_PROTOCOL *access = access_of(handle);
    EFI_STRING results, defaults = NULL, progress = NULL;
    if (protocol == NULL || access == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = extract(handle, &results);
    if (EFI_ERROR(status))
        return status;
    status = protocol->GetAltConfig(protocol, results, NULL, NULL, NULL, &kind, &defaults);
    shell_free(results);
    if (EFI_ERROR(status))
        return status;
    status = access->RouteConfig(access, defaults, &progress);
    shell_free(defaults);
    return status;
}

/* The HII handle whose package list the handle's driver has made; NULL. */
static EFI_HII_HANDLE hii_handle_of(EFI_HANDLE handle)
{
    const EFI_HII_DATABASE_PROTOCOL *database = first_interface(GUID_OF(EFI_HII_DATABASE_PROTOCOL));
    size_t size = MOST_HII_HANDLES * sizeof(EFI_HII_HANDLE);
    EFI_HII_HANDLE *list = shell_alloc(size), found = NULL;
    EFI_HANDLE owner;
    EFI_STATUS status =
        database == NULL || list == NULL
            ? EFI_NOT_FOUND
            : database->ListPackageLists(database, EFI_HII_PACKAGE_FORMS, NULL, &size, list);
    for (size_t i = 0; !EFI_ERROR(status) && i < size / sizeof *list && found == NULL; i++)
        if (!EFI_ERROR(database->GetPackageListHandle(database, list[i], &owner)) &&
            owner == handle)
            found = list[i];
    shell_free(list);
    return found;
}

EFI_STATUS configuration_show_forms(EFI_HANDLE handle)
{
    const EFI_FORM_BROWSER2_PROTOCOL *browser =
        first_interface(GUID_OF(EFI_FORM_BROWSER2_PROTOCOL));
    if (browser == NULL)
        return EFI_UNSUPPORTED;
    EFI_HII_HANDLE forms = hii_handle_of(handle);
    if (forms == NULL)
        return EFI_NOT_FOUND;
    return browser->SendForm(browser, &forms, 1, NULL, 0, NULL, NULL);
}
