/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/late_protocols.h"

#include "core/log.h"
#include "efi/acpi_root.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/hii/config_routing.h"
#include "efi/hii/database.h"
#include "efi/hii/font.h"
#include "efi/hii/strings.h"
#include "efi/protocols/acpi_table.h"
#include "efi/protocols/boot_manager_policy.h"
#include "efi/protocols/mp_services.h"
#include "efi/protocols/ram_disk.h"
#include "efi/protocols/smbios.h"
#include "lib/status_name.h"

static const struct machine *machine;

static EFI_STATUS make_smbios(void)
{
    return smbios_protocol_init(machine->smbios2, machine->smbios3);
}

static EFI_STATUS make_mp_services(void)
{
    return mp_services_init(machine);
}

static struct late_protocol {
    EFI_GUID guid;
    EFI_STATUS (*make)(void); /* EFI_NOT_FOUND: not on this machine; NULL: nothing to make */
    void *interface;
    const char *name;
    bool tried;
} protocols[] = {
    {EFI_ACPI_TABLE_PROTOCOL_GUID, acpi_root_find, &acpi_table_protocol, "ACPI table"},
    {EFI_MP_SERVICES_PROTOCOL_GUID, make_mp_services, &mp_services_protocol, "MP services"},
    {EFI_SMBIOS_PROTOCOL_GUID, make_smbios, &smbios_protocol, "SMBIOS"},
    {EFI_BOOT_MANAGER_POLICY_PROTOCOL_GUID, NULL, &boot_manager_policy_protocol, "boot policy"},
    {EFI_RAM_DISK_PROTOCOL_GUID, NULL, &ram_disk_protocol, "RAM disk"},
    {EFI_HII_DATABASE_PROTOCOL_GUID, NULL, &hii_database_protocol, "HII database"},
    {EFI_HII_STRING_PROTOCOL_GUID, NULL, &hii_string_protocol, "HII string"},
    {EFI_HII_FONT_PROTOCOL_GUID, NULL, &hii_font_protocol, "HII font"},
    {EFI_HII_CONFIG_ROUTING_PROTOCOL_GUID, NULL, &hii_config_routing_protocol, "HII routing"},
};

static void offer(struct late_protocol *late)
{
    if (late->tried)
        return;
    late->tried = true;
    EFI_HANDLE handle = NULL;
    EFI_STATUS status = late->make != NULL ? late->make() : EFI_SUCCESS;
    if (!EFI_ERROR(status))
        status = efi_install_protocol_interface(&handle, &late->guid, EFI_NATIVE_INTERFACE,
                                                late->interface);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        log_warning("%s protocol: %s", late->name, status_name(status));
}

void late_protocols_init(const struct machine *found)
{
    machine = found;
}

void late_protocols_offer(const EFI_GUID *protocol)
{
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
        if (protocol == NULL || guid_equal(protocol, &protocols[i].guid))
            offer(&protocols[i]);
}
