/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/services.h"

#include "efi/configuration_table.h"
#include "efi/driver_model.h"
#include "efi/event.h"
#include "efi/exit_boot_services.h"
#include "efi/handle.h"
#include "efi/image.h"
#include "efi/locate.h"
#include "efi/memory_services.h"
#include "efi/multiple.h"
#include "efi/open_protocol.h"
#include "efi/protocol_notify.h"
#include "efi/services_misc.h"
#include "efi/timer.h"
#include "efi/tpl.h"
#include "efi/watchdog.h"
#include "lib/crc32.h"

static EFI_BOOT_SERVICES boot_services;
static EFI_SYSTEM_TABLE *table;

static void update_crc(EFI_TABLE_HEADER *header)
{
    header->CRC32 = 0;
    header->CRC32 = crc32(header, header->HeaderSize);
}

void services_init(struct runtime_interface *runtime)
{
    boot_services.Hdr = (EFI_TABLE_HEADER){
        .Signature = EFI_BOOT_SERVICES_SIGNATURE,
        .Revision = EFI_BOOT_SERVICES_REVISION,
        .HeaderSize = sizeof boot_services,
    };
    tpl_fill(&boot_services);
    memory_services_fill(&boot_services);
    event_fill(&boot_services);
    timer_fill(&boot_services);
    handle_services_fill(&boot_services);
    open_protocol_fill(&boot_services);
    protocol_notify_fill(&boot_services);
    locate_fill(&boot_services);
    multiple_fill(&boot_services);
    driver_model_fill(&boot_services);
    image_services_fill(&boot_services);
    services_misc_fill(&boot_services);
    watchdog_fill(&boot_services);
    boot_services.InstallConfigurationTable = efi_install_configuration_table;
    boot_services.ExitBootServices = efi_exit_boot_services;
    update_crc(&boot_services.Hdr);

    table = runtime->system_table;
    table->BootServices = &boot_services;
    table->RuntimeServices = runtime->services;
    system_table_changed();
}

void system_table_changed(void)
{
    update_crc(&table->Hdr);
}

EFI_SYSTEM_TABLE *system_table(void)
{
    return table;
}
