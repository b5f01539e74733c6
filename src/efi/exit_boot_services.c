/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/exit_boot_services.h"

#include "arch/paging.h"
#include "core/log.h"
#include "core/milestone.h"
#include "core/pages.h"
#include "efi/controller.h"
#include "efi/event.h"
#include "efi/image.h"
#include "efi/image_memory.h"
#include "efi/watchdog.h"

static struct runtime_interface *runtime;

void exit_boot_services_init(struct runtime_interface *interface)
{
    runtime = interface;
}

/* Notification functions may change the memory map. Then this call fails and the caller reads the
 * map again; from its second call on nothing but memory services is guaranteed, and the groups are
 * not signalled again. */
static bool groups_signalled;

EFI_STATUS EFIAPI efi_exit_boot_services(EFI_HANDLE ImageHandle, size_t MapKey)
{
    if (image_find(ImageHandle) == NULL || MapKey != pages_key())
        return EFI_INVALID_PARAMETER;

    if (!groups_signalled) {
        groups_signalled = true;
        event_group_signal(GUID_OF(EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES));
        if (MapKey != pages_key())
            return EFI_INVALID_PARAMETER;
    }

    watchdog_disarm();
    event_group_signal(GUID_OF(EFI_EVENT_GROUP_EXIT_BOOT_SERVICES));
    if (MapKey != pages_key())
        return EFI_INVALID_PARAMETER;

    /* Nothing below can fail or allocate: the OS owns the memory map now. */
    milestone_reached(MILESTONE_EXIT_BOOT);
    log_debug("boot services are over");
    events_shutdown();
    controllers_quiesce();
    /* GRUB copies its way into the kernel to free memory, and runs it there. */
    if (image_allocation_access() == PAGE_ALL)
        paging_allow_execution();
    runtime->exit_boot_services();
    return EFI_SUCCESS;
}
