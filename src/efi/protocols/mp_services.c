/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/mp_services.h"

#include "core/log.h"
#include "efi/ap_jobs.h"
#include "efi/event.h"
#include "platform/application_processors.h"
#include "platform/topology.h"

static struct processors processors;
static struct topology topology;

static bool on_application_processor(void)
{
    return application_processors_self(&processors) != processors.boot;
}

static bool exists(size_t number)
{
    return number < processors.count;
}

static EFI_STATUS EFIAPI get_number_of_processors(EFI_MP_SERVICES_PROTOCOL *This,
                                                  size_t *NumberOfProcessors,
                                                  size_t *NumberOfEnabledProcessors)
{
    if (on_application_processor())
        return EFI_DEVICE_ERROR;
    if (NumberOfProcessors == NULL || NumberOfEnabledProcessors == NULL)
        return EFI_INVALID_PARAMETER;
    size_t enabled = 0;
    for (size_t i = 0; i < processors.count; i++)
        enabled += ap_is_enabled(i);
    *NumberOfProcessors = processors.count;
    *NumberOfEnabledProcessors = enabled;
    return EFI_SUCCESS;
}

static EFI_CPU_PHYSICAL_LOCATION2 extended_location(uint32_t id)
{
    return (EFI_CPU_PHYSICAL_LOCATION2){
        .Package = topology_number(&topology, TOPOLOGY_PACKAGE, id),
        .Module = topology_number(&topology, TOPOLOGY_MODULE, id),
        .Tile = topology_number(&topology, TOPOLOGY_TILE, id),
        .Die = topology_number(&topology, TOPOLOGY_DIE, id),
        .Core = topology_number(&topology, TOPOLOGY_CORE, id),
        .Thread = topology_number(&topology, TOPOLOGY_THREAD, id),
    };
}

static uint32_t status_of(size_t number)
{
    uint32_t flags = 0;
    if (number == processors.boot)
        flags |= PROCESSOR_AS_BSP_BIT;
    if (ap_is_enabled(number))
        flags |= PROCESSOR_ENABLED_BIT;
    if (ap_is_healthy(number))
        flags |= PROCESSOR_HEALTH_STATUS_BIT;
    return flags;
}

static EFI_STATUS EFIAPI get_processor_info(EFI_MP_SERVICES_PROTOCOL *This, size_t ProcessorNumber,
                                            EFI_PROCESSOR_INFORMATION *ProcessorInfoBuffer)
{
    size_t number = ProcessorNumber & ~(size_t)CPU_V2_EXTENDED_TOPOLOGY;
    if (on_application_processor())
        return EFI_DEVICE_ERROR;
    if (ProcessorInfoBuffer == NULL)
        return EFI_INVALID_PARAMETER;
    if (!exists(number))
        return EFI_NOT_FOUND;
    uint32_t id = processors.ids[number];
    *ProcessorInfoBuffer = (EFI_PROCESSOR_INFORMATION){
        .ProcessorId = id,
        .StatusFlag = status_of(number),
        .Location = {topology_number(&topology, TOPOLOGY_PACKAGE, id),
                     topology_core_in_package(&topology, id),
                     topology_number(&topology, TOPOLOGY_THREAD, id)},
    };
    if (number != ProcessorNumber)
        ProcessorInfoBuffer->ExtendedInformation.Location2 = extended_location(id);
    return EFI_SUCCESS;
}

/* What is not waited for must not outlast the boot manager's last word (§13.4.5). */
static bool may_start(EFI_EVENT event)
{
    return event == NULL || !event_ready_to_boot();
}

static EFI_STATUS EFIAPI startup_all_aps(EFI_MP_SERVICES_PROTOCOL *This, EFI_AP_PROCEDURE Procedure,
                                         bool SingleThread, EFI_EVENT WaitEvent,
                                         size_t TimeoutInMicroSeconds, void *ProcedureArgument,
                                         size_t **FailedCpuList)
{
    if (on_application_processor())
        return EFI_DEVICE_ERROR;
    if (Procedure == NULL)
        return EFI_INVALID_PARAMETER;
    if (!may_start(WaitEvent))
        return EFI_UNSUPPORTED;
    return ap_jobs_run(&(struct ap_request){
        .procedure = Procedure,
        .argument = ProcedureArgument,
        .end = processors.count,
        .one_by_one = SingleThread,
        .event = WaitEvent,
        .timeout_us = TimeoutInMicroSeconds,
        .ret_failed = FailedCpuList,
    });
}

/* A number that a service for application processors can take. */
static EFI_STATUS check_number(size_t number)
{
    if (!exists(number))
        return EFI_NOT_FOUND;
    return number == processors.boot ? EFI_INVALID_PARAMETER : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI startup_this_ap(EFI_MP_SERVICES_PROTOCOL *This, EFI_AP_PROCEDURE Procedure,
                                         size_t ProcessorNumber, EFI_EVENT WaitEvent,
                                         size_t TimeoutInMicroseconds, void *ProcedureArgument,
                                         bool *Finished)
{
    if (on_application_processor())
        return EFI_DEVICE_ERROR;
    if (Procedure == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = check_number(ProcessorNumber);
    if (EFI_ERROR(status))
        return status;
    if (!ap_is_enabled(ProcessorNumber))
        return EFI_INVALID_PARAMETER;
    if (!may_start(WaitEvent))
        return EFI_UNSUPPORTED;
    status = ap_jobs_run(&(struct ap_request){
        .procedure = Procedure,
        .argument = ProcedureArgument,
        .first = ProcessorNumber,
        .end = ProcessorNumber + 1,
        .event = WaitEvent,
        .timeout_us = TimeoutInMicroseconds,
        .ret_finished = Finished,
    });
    /* It was enabled, but could not be started again: as good as disabled. */
    return status == EFI_NOT_STARTED ? EFI_INVALID_PARAMETER : status;
}

static EFI_STATUS EFIAPI switch_bsp(EFI_MP_SERVICES_PROTOCOL *This, size_t ProcessorNumber,
                                    bool EnableOldBSP)
{
    if (on_application_processor())
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = check_number(ProcessorNumber);
    if (EFI_ERROR(status))
        return status;
    if (!ap_is_enabled(ProcessorNumber))
        return EFI_INVALID_PARAMETER;
    return ap_is_running(ProcessorNumber) ? EFI_NOT_READY : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI enable_disable_ap(EFI_MP_SERVICES_PROTOCOL *This, size_t ProcessorNumber,
                                           bool EnableAP, uint32_t *HealthFlag)
{
    if (on_application_processor())
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = check_number(ProcessorNumber);
    if (EFI_ERROR(status))
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    status = ap_set_enabled(ProcessorNumber, EnableAP);
    if (!EFI_ERROR(status) && HealthFlag != NULL)
        ap_set_healthy(ProcessorNumber, (*HealthFlag & PROCESSOR_HEALTH_STATUS_BIT) != 0);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI who_am_i(EFI_MP_SERVICES_PROTOCOL *This, size_t *ProcessorNumber)
{
    if (ProcessorNumber == NULL)
        return EFI_INVALID_PARAMETER;
    size_t self = application_processors_self(&processors);
    if (!exists(self))
        return EFI_DEVICE_ERROR;
    *ProcessorNumber = self;
    return EFI_SUCCESS;
}

EFI_STATUS mp_services_init(const struct machine *machine)
{
    EFI_STATUS status = application_processors_init(machine, &processors);
    if (EFI_ERROR(status))
        return status;
    status = ap_jobs_init(&processors);
    if (EFI_ERROR(status)) {
        mp_services_reset();
        return status;
    }
    topology = topology_read();
    log_debug("processors: %zu", processors.count);
    return EFI_SUCCESS;
}

void mp_services_exit(void)
{
    application_processors_release(&processors);
}

void mp_services_reset(void)
{
    application_processors_release(&processors);
    application_processors_free(&processors);
    ap_jobs_reset();
}

EFI_MP_SERVICES_PROTOCOL mp_services_protocol = {
    .GetNumberOfProcessors = get_number_of_processors,
    .GetProcessorInfo = get_processor_info,
    .StartupAllAPs = startup_all_aps,
    .StartupThisAP = startup_this_ap,
    .SwitchBSP = switch_bsp,
    .EnableDisableAP = enable_disable_ap,
    .WhoAmI = who_am_i,
};
