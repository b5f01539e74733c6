/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/exit_boot_services.h"

#include "arch/paging.h"
#include "core/log.h"
#include "core/milestone.h"
#include "core/pages.h"
#include "efi/configuration_table.h"
#include "efi/controller.h"
#include "efi/event.h"
#include "efi/image.h"
#include "efi/image_memory.h"
#include "efi/protocols/mp_services.h"
#include "efi/timer.h"

static struct runtime_interface *runtime;

/* The groups are signalled once, however often the call is repeated (UEFI 2.10 §7.4.6). */
static bool before_signalled, exit_signalled;

void exit_boot_services_init(struct runtime_interface *interface)
{
    runtime = interface;
    before_signalled = exit_signalled = false;
}

static void signal_once(bool *signalled, const EFI_GUID *group)
{
    if (*signalled)
        return;
    *signalled = true;
    event_group_signal(group);
}

/* A call with an old key changes nothing. Notification functions may change the memory map: then
 * the call fails, the caller reads the map again, and from his second call on he may use nothing
 * but memory services. Timers, the watchdog's too, stop between the groups: no handler of the
 * second one is interrupted by a timer event. */
EFI_STATUS EFIAPI efi_exit_boot_services(EFI_HANDLE ImageHandle, size_t MapKey)
{
    if (image_find(ImageHandle) == NULL || MapKey != pages_key())
        return EFI_INVALID_PARAMETER;

    signal_once(&before_signalled, GUID_OF(EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES));
    timers_shutdown();
    if (MapKey != pages_key())
        return EFI_INVALID_PARAMETER;
    signal_once(&exit_signalled, GUID_OF(EFI_EVENT_GROUP_EXIT_BOOT_SERVICES));
    if (MapKey != pages_key())
        return EFI_INVALID_PARAMETER;

    /* Nothing below can fail or allocate: the OS owns the memory map now. */
    milestone_reached(MILESTONE_EXIT_BOOT);
    log_debug("boot services are over");
    memory_attributes_update();
    memory_attributes_allow_relocation();
    events_shutdown();
    mp_services_exit();
    controllers_quiesce();
    /* GRUB copies its way into the kernel to free memory, and runs it there. */
    if (image_allocation_access() == PAGE_ALL)
        paging_allow_execution();
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    runtime->set_memory_map(map, count);
    runtime->exit_boot_services();
    return EFI_SUCCESS;
}
