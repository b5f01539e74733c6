/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/efi.h"

#include "core/log.h"
#include "core/milestone.h"
#include "efi/boot_host.h"
#include "efi/configuration_table.h"
#include "efi/controller.h"
#include "efi/controller_binding.h"
#include "efi/event.h"
#include "efi/exit_boot_services.h"
#include "efi/file_system_binding.h"
#include "efi/image.h"
#include "efi/image_memory.h"
#include "efi/late_protocols.h"
#include "efi/lazy_connect.h"
#include "efi/memory_services.h"
#include "efi/multiple.h"
#include "efi/open_protocol.h"
#include "efi/option_rom.h"
#include "efi/partition_binding.h"
#include "efi/pci_bus_binding.h"
#include "efi/protocols/console.h"
#include "efi/protocols/decompress.h"
#include "efi/protocols/device_path_from_text.h"
#include "efi/protocols/device_path_to_text.h"
#include "efi/protocols/device_path_utilities.h"
#include "efi/protocols/memory_attribute.h"
#include "efi/protocols/reset_notification.h"
#include "efi/protocols/rng.h"
#include "efi/protocols/timestamp.h"
#include "efi/protocols/unicode_collation.h"
#include "efi/runtime_load.h"
#include "efi/serial_table.h"
#include "efi/services.h"
#include "efi/services_misc.h"
#include "efi/watchdog.h"
#include "storage/file_system.h"

static EFI_HANDLE boot_manager_handle;

static EFI_STATUS file_clock(EFI_TIME *ret)
{
    return system_table()->RuntimeServices->GetTime(ret, NULL);
}

/* Ties the boot-time services to the runtime's. */
static void bind_runtime(struct runtime_interface *runtime)
{
    static struct event_runtime_hooks hooks;
    hooks = (struct event_runtime_hooks){runtime->add_virtual_address_event,
                                         runtime->remove_virtual_address_event};
    event_set_runtime_hooks(&hooks);
    runtime->reset_hook = reset_notification_run;
    watchdog_set_reset(runtime->services->ResetSystem);
    monotonic_count_set_source(runtime->next_monotonic_count);
    file_system_set_clock(file_clock);
    exit_boot_services_init(runtime);
    image_services_init(runtime->system_table, runtime);
}

/* From tools/embed.py. */
extern const char shell_image[], shell_image_end[];

static EFI_STATUS install_protocols(void)
{
    EFI_HANDLE handle = NULL;
    boot_host_set_shell(shell_image, (size_t)(shell_image_end - shell_image));
    EFI_STATUS status = efi_install_multiple_protocol_interfaces(
        &handle, GUID_OF(EFI_DEVICE_PATH_UTILITIES_PROTOCOL), &device_path_utilities_protocol,
        GUID_OF(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL), &device_path_to_text_protocol,
        GUID_OF(EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL), &device_path_from_text_protocol,
        GUID_OF(EFI_UNICODE_COLLATION_PROTOCOL), &unicode_collation_protocol,
        GUID_OF(EFI_UNICODE_COLLATION_PROTOCOL2), &unicode_collation2_protocol,
        GUID_OF(EFI_DECOMPRESS_PROTOCOL), &decompress_protocol,
        GUID_OF(EFI_RESET_NOTIFICATION_PROTOCOL), &reset_notification_protocol,
        GUID_OF(EFI_TIMESTAMP_PROTOCOL), &timestamp_protocol, GUID_OF(CLOUDHV_BOOT_HOST_PROTOCOL),
        &boot_host_protocol, NULL);
    if (EFI_ERROR(status))
        return status;
    if (image_memory_protocol_offered())
        status = efi_install_protocol_interface(&handle, GUID_OF(EFI_MEMORY_ATTRIBUTE_PROTOCOL),
                                                EFI_NATIVE_INTERFACE, &memory_attribute_protocol);
    rng_init();
    return EFI_ERROR(status) ? status : rng_publish();
}

static EFI_STATUS install_drivers(const struct machine *machine, EFI_HANDLE image)
{
    option_rom_init(image);
    EFI_STATUS status = controllers_init(machine);
    if (!EFI_ERROR(status))
        status = controller_bindings_install(image);
    if (!EFI_ERROR(status))
        status = pci_bus_binding_install(image);
    if (!EFI_ERROR(status))
        status = partition_binding_install(image);
    if (!EFI_ERROR(status))
        status = file_system_binding_install(image);
    return status;
}

EFI_STATUS efi_init(const struct machine *machine, EFI_IMAGE_ENTRY_POINT boot_manager)
{
    struct runtime_interface *runtime;
    memory_services_init();
    EFI_STATUS status = runtime_load(machine, &runtime);
    if (EFI_ERROR(status))
        return status;
    configuration_tables_init(runtime);
    services_init(runtime);
    events_init();
    bind_runtime(runtime);

    status = image_add_builtin("CloudHv", boot_manager, &boot_manager_handle);
    if (EFI_ERROR(status))
        return status;
    open_protocol_set_firmware_agent(boot_manager_handle);
    status = configuration_tables_publish(machine);
    if (!EFI_ERROR(status))
        status = memory_attributes_publish();
    if (!EFI_ERROR(status))
        status = install_protocols();
    if (!EFI_ERROR(status))
        status = install_drivers(machine, boot_manager_handle);
    if (!EFI_ERROR(status))
        status = console_install(system_table());
    if (EFI_ERROR(status))
        return status;
    if (console_has_uart())
        serial_table_publish(machine);
    system_table_changed();
    late_protocols_init(machine);
    lazy_connect_init();
    image_set_device_namer(controllers_name);
    host_options_check();
    milestone_reached(MILESTONE_EFI);
    return EFI_SUCCESS;
}

void efi_run_boot_manager(void)
{
    milestone_reached(MILESTONE_BOOT);
    (void)efi_start_image(boot_manager_handle, NULL, NULL);
}
