/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/noboot.h"

#include "boot/shell.h"
#include "lib/ascii.h"

#define RETRY_SECONDS    5
#define UNITS_PER_SECOND 10000000ull /* of SetTimer, 100 ns */

/* Whoever leaves the shell has mended something, or not: everything is tried again. */
static enum noboot_action end_in_shell(struct boot *boot)
{
    boot_report(boot, "Nothing could be booted. Here is the EFI shell; 'exit' tries again.");
    return boot_shell(boot) ? NOBOOT_RETRY : NOBOOT_LEAVE;
}

/* By a timer event, since Stall keeps the processor busy. */
static void rest(EFI_BOOT_SERVICES *bs)
{
    EFI_EVENT timer;
    size_t index;
    EFI_STATUS status = bs->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer);
    if (!EFI_ERROR(status)) {
        status = bs->SetTimer(timer, TimerRelative, RETRY_SECONDS * UNITS_PER_SECOND);
        if (!EFI_ERROR(status))
            status = bs->WaitForEvent(1, &timer, &index);
        (void)bs->CloseEvent(timer);
    }
    if (EFI_ERROR(status))
        (void)bs->Stall(RETRY_SECONDS * 1000000);
}

enum noboot_action noboot(struct boot *boot)
{
    const char *action = boot->host->GetOption(boot->host, "noboot");
    if (action == NULL)
        action = "shell";

    if (ascii_equal(action, "retry")) {
        boot_report(boot, "Nothing could be booted. Trying again in %d seconds.", RETRY_SECONDS);
        rest(boot->bs);
        return NOBOOT_RETRY;
    }
    if (ascii_equal(action, "reset")) {
        boot_report(boot, "Nothing could be booted. Resetting.");
        boot->rt->ResetSystem(EfiResetCold, EFI_NOT_FOUND, 0, NULL);
    }
    if (ascii_equal(action, "poweroff")) {
        boot_report(boot, "Nothing could be booted. Powering off.");
        boot->rt->ResetSystem(EfiResetShutdown, EFI_NOT_FOUND, 0, NULL);
    }
    if (ascii_equal(action, "shell") && end_in_shell(boot) == NOBOOT_RETRY)
        return NOBOOT_RETRY;
    boot_report(boot, "Nothing could be booted. Halted.");
    return NOBOOT_LEAVE;
}
