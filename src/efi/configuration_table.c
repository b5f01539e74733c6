/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/configuration_table.h"

#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/debug_image.h"
#include "efi/event.h"
#include "efi/guid.h"
#include "efi/runtime_load.h"
#include "efi/services.h"
#include "efi/tpl.h"
#include "lib/memory.h"
#include "platform/acpi_publish.h"

static struct runtime_interface *runtime;

void configuration_tables_init(struct runtime_interface *interface)
{
    runtime = interface;
    runtime->system_table->ConfigurationTable = runtime->configuration_tables;
    runtime->system_table->NumberOfTableEntries = 0;
}

static size_t find(const EFI_GUID *guid)
{
    size_t i = 0;
    while (i < runtime->system_table->NumberOfTableEntries &&
           !guid_equal(&runtime->configuration_tables[i].VendorGuid, guid))
        i++;
    return i;
}

void *configuration_table_find(const EFI_GUID *guid)
{
    size_t i = find(guid);
    return i < runtime->system_table->NumberOfTableEntries
               ? runtime->configuration_tables[i].VendorTable
               : NULL;
}

/* At TPL_NOTIFY: notification functions may install tables, too. */
static EFI_STATUS change(const EFI_GUID *guid, void *table)
{
    EFI_SYSTEM_TABLE *st = runtime->system_table;
    EFI_CONFIGURATION_TABLE *tables = runtime->configuration_tables;
    size_t i = find(guid);
    if (table == NULL) {
        if (i == st->NumberOfTableEntries)
            return EFI_NOT_FOUND;
        st->NumberOfTableEntries--;
        memmove(&tables[i], &tables[i + 1], (st->NumberOfTableEntries - i) * sizeof *tables);
    } else {
        if (i == RUNTIME_CONFIGURATION_TABLES)
            return EFI_OUT_OF_RESOURCES;
        tables[i] = (EFI_CONFIGURATION_TABLE){*guid, table};
        if (i == st->NumberOfTableEntries)
            st->NumberOfTableEntries++;
    }
    system_table_changed();
    event_group_queue(guid);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_install_configuration_table(const EFI_GUID *Guid, void *Table)
{
    if (Guid == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_GUID guid = *Guid; /* may be the one in the array */
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = change(&guid, Table);
    efi_restore_tpl(tpl);
    return status;
}

/* Memory that the OS keeps until it has read its tables. */
static EFI_STATUS allocate_for_os(size_t size, void **ret)
{
    return pool_allocate_type(EfiACPIReclaimMemory, size, ret);
}

static EFI_STATUS install_at(const EFI_GUID *guid, uint64_t address)
{
    return address == 0 ? EFI_SUCCESS
                        : efi_install_configuration_table(guid, (void *)(uintptr_t)address);
}

static EFI_STATUS publish_acpi(const struct machine *machine)
{
    if (machine->rsdp == 0)
        return EFI_SUCCESS;
    void *memory;
    size_t size = acpi_publish_size(machine);
    EFI_STATUS status = allocate_for_os(size, &memory);
    if (EFI_ERROR(status))
        return status;
    struct acpi_publication acpi;
    status = acpi_publish(machine, memory, size, &acpi);
    if (!EFI_ERROR(status))
        status = install_at(GUID_OF(ACPI_TABLE), acpi.acpi10);
    if (!EFI_ERROR(status))
        status = install_at(GUID_OF(EFI_ACPI_20_TABLE), acpi.acpi20);
    return status;
}

static EFI_STATUS publish_smbios(const struct machine *machine)
{
    EFI_STATUS status = install_at(GUID_OF(SMBIOS_TABLE), machine->smbios2);
    return EFI_ERROR(status) ? status : install_at(GUID_OF(SMBIOS3_TABLE), machine->smbios3);
}

/* §4.6.2: what still works at run time. */
static EFI_STATUS publish_runtime_properties(void)
{
    void *memory;
    EFI_STATUS status = allocate_for_os(sizeof(EFI_RT_PROPERTIES_TABLE), &memory);
    if (EFI_ERROR(status))
        return status;
    *(EFI_RT_PROPERTIES_TABLE *)memory = (EFI_RT_PROPERTIES_TABLE){
        .Version = EFI_RT_PROPERTIES_TABLE_VERSION,
        .Length = sizeof(EFI_RT_PROPERTIES_TABLE),
        .RuntimeServicesSupported = runtime->services_supported,
    };
    return efi_install_configuration_table(GUID_OF(EFI_RT_PROPERTIES_TABLE), memory);
}

EFI_STATUS configuration_tables_publish(const struct machine *machine)
{
    EFI_STATUS status = publish_acpi(machine);
    if (!EFI_ERROR(status))
        status = publish_smbios(machine);
    if (!EFI_ERROR(status))
        status = publish_runtime_properties();
    if (!EFI_ERROR(status))
        status = efi_install_configuration_table(GUID_OF(EFI_DEBUG_IMAGE_INFO_TABLE),
                                                 debug_image_table());
    return status;
}
