/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The boot story: each phase of docs/architecture.md is one call. */

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/fpu.h"
#include "arch/interrupts.h"
#include "arch/legacy.h"
#include "boot/boot.h"
#include "core/log.h"
#include "core/milestone.h"
#include "core/panic.h"
#include "core/time.h"
#include "drivers/debug_port.h"
#include "efi/crash.h"
#include "efi/efi.h"
#include "lib/status_name.h"
#include "platform/machine.h"
#include "platform/memory_setup.h"

/* From arch/x86_64/entry.S. */
_Noreturn void firmware_main(uint64_t start_info);

static const struct machine *find_machine(uint64_t start_info)
{
    const struct machine *machine;
    EFI_STATUS status = machine_discover(start_info, &machine);
    if (EFI_ERROR(status))
        panic("the VMM's description of the machine cannot be used: %s", status_name(status));
    milestone_reached(MILESTONE_MACHINE);
    return machine;
}

/* Everything that may interrupt is silent before interrupts go on for the first time. An I/O APIC
 * leaves reset with all entries masked (82093AA data sheet §3.2.4). Looking costs two exits per
 * entry, so it is done only where a BIOS may have run before: where 8259s are. */
static void quiet_interrupts(const struct machine *machine)
{
    if (machine->has_8259) {
        legacy_mask_8259();
        legacy_stop_8254_tick();
        for (size_t i = 0; i < machine->io_apic_count; i++)
            ioapic_mask_all(machine->io_apics[i]);
    }
    apic_init();
}

static void start_core(const struct machine *machine)
{
    EFI_STATUS status = memory_setup(machine);
    if (EFI_ERROR(status))
        panic("memory cannot be set up: %s", status_name(status));
    time_set_pm_timer(machine->pm_timer_port);
    time_set_8254(machine->has_8254);
    quiet_interrupts(machine);
    milestone_reached(MILESTONE_CORE);
}

void firmware_main(uint64_t start_info)
{
    milestone_reached(MILESTONE_ENTRY);
    interrupts_init();
    interrupts_set_exception_handler(crash_report);
    fpu_init();
    if (CLOUDHV_DEBUG)
        debug_ports_init();

    const struct machine *machine = find_machine(start_info);
    start_core(machine);

    EFI_STATUS status = efi_init(machine, boot_main);
    if (EFI_ERROR(status))
        panic("EFI services cannot be started: %s", status_name(status));
    efi_run_boot_manager();

    cpu_halt();
}
