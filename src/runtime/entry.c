/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "runtime/monotonic.h"
#include "runtime/services.h"
#include "runtime/state.h"
#include "runtime/tables.h"
#include "runtime/variables.h"
#include "runtime/virtual.h"

struct runtime_state runtime_state;

#define SERVICES_ALWAYS                                                                            \
    (EFI_RT_SUPPORTED_GET_VARIABLE | EFI_RT_SUPPORTED_GET_NEXT_VARIABLE_NAME |                     \
     EFI_RT_SUPPORTED_SET_VARIABLE | EFI_RT_SUPPORTED_SET_VIRTUAL_ADDRESS_MAP |                    \
     EFI_RT_SUPPORTED_CONVERT_POINTER | EFI_RT_SUPPORTED_GET_NEXT_HIGH_MONOTONIC_COUNT |           \
     EFI_RT_SUPPORTED_RESET_SYSTEM | EFI_RT_SUPPORTED_QUERY_VARIABLE_INFO)
#define SERVICES_OF_RTC (EFI_RT_SUPPORTED_GET_TIME | EFI_RT_SUPPORTED_SET_TIME)

static void exit_boot_services(void)
{
    variables_exit_boot_services();
    tables_exit_boot_services();
    runtime_state.interface = NULL;
    runtime_state.at_runtime = true;
}

EFI_STATUS runtime_entry(const struct runtime_config *config,
                         struct runtime_interface *ret_interface)
{
    runtime_state = (struct runtime_state){.config = *config, .interface = ret_interface};
    EFI_STATUS status = variables_init();
    if (EFI_ERROR(status))
        return status;
    tables_update_checksums();

    *ret_interface = (struct runtime_interface){
        .system_table = &runtime_system_table,
        .services = &runtime_services,
        .configuration_tables = runtime_configuration_tables,
        .services_supported = SERVICES_ALWAYS | (config->has_cmos_rtc ? SERVICES_OF_RTC : 0),
        .set_memory_map = virtual_set_memory_map,
        .exit_boot_services = exit_boot_services,
        .add_driver = virtual_add_driver,
        .remove_driver = virtual_remove_driver,
        .add_virtual_address_event = virtual_add_event,
        .remove_virtual_address_event = virtual_remove_event,
        .next_monotonic_count = monotonic_next,
    };
    return EFI_SUCCESS;
}
