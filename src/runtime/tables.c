/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "runtime/tables.h"

#include "lib/crc32.h"
#include "runtime/services.h"

#define FIRMWARE_REVISION 0x00000001u /* 0.1 */

static char16_t vendor[] = u"CloudHv";

EFI_CONFIGURATION_TABLE runtime_configuration_tables[RUNTIME_CONFIGURATION_TABLES];

EFI_RUNTIME_SERVICES runtime_services = {
    .Hdr =
        {
            .Signature = EFI_RUNTIME_SERVICES_SIGNATURE,
            .Revision = EFI_RUNTIME_SERVICES_REVISION,
            .HeaderSize = sizeof(EFI_RUNTIME_SERVICES),
        },
    .GetTime = runtime_get_time,
    .SetTime = runtime_set_time,
    .GetWakeupTime = runtime_get_wakeup_time,
    .SetWakeupTime = runtime_set_wakeup_time,
    .SetVirtualAddressMap = runtime_set_virtual_address_map,
    .ConvertPointer = runtime_convert_pointer,
    .GetVariable = runtime_get_variable,
    .GetNextVariableName = runtime_get_next_variable_name,
    .SetVariable = runtime_set_variable,
    .GetNextHighMonotonicCount = runtime_get_next_high_monotonic_count,
    .ResetSystem = runtime_reset_system,
    .UpdateCapsule = runtime_update_capsule,
    .QueryCapsuleCapabilities = runtime_query_capsule_capabilities,
    .QueryVariableInfo = runtime_query_variable_info,
};

EFI_SYSTEM_TABLE runtime_system_table = {
    .Hdr =
        {
            .Signature = EFI_SYSTEM_TABLE_SIGNATURE,
            .Revision = EFI_SYSTEM_TABLE_REVISION,
            .HeaderSize = sizeof(EFI_SYSTEM_TABLE),
        },
    .FirmwareVendor = vendor,
    .FirmwareRevision = FIRMWARE_REVISION,
    .RuntimeServices = &runtime_services,
    .ConfigurationTable = runtime_configuration_tables,
};

/* The checksum is computed with its own field as zero (UEFI 2.10 §4.2.1). */
static void update_checksum(EFI_TABLE_HEADER *header)
{
    header->CRC32 = 0;
    header->CRC32 = crc32(header, header->HeaderSize);
}

void tables_update_checksums(void)
{
    update_checksum(&runtime_services.Hdr);
    update_checksum(&runtime_system_table.Hdr);
}

void tables_exit_boot_services(void)
{
    runtime_system_table.ConsoleInHandle = NULL;
    runtime_system_table.ConIn = NULL;
    runtime_system_table.ConsoleOutHandle = NULL;
    runtime_system_table.ConOut = NULL;
    runtime_system_table.StandardErrorHandle = NULL;
    runtime_system_table.StdErr = NULL;
    runtime_system_table.BootServices = NULL;
    tables_update_checksums();
}
