/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The order of the phases (UEFI 2.10 §7 and §8): before ExitBootServices, after it, and after
 * SetVirtualAddressMap. At the end the machine is turned off. */
#include "selftest/exit.h"
#include "selftest/tap.h"
#include "selftest/topics.h"
#include "selftest/trap.h"
#include "selftest/virtual.h"

EFI_HANDLE self;
EFI_SYSTEM_TABLE *st;
EFI_BOOT_SERVICES *bs;
EFI_RUNTIME_SERVICES *rt;

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static size_t count_tests(const struct topic *const *topics)
{
    size_t count = 0;
    for (; *topics != NULL; topics++)
        count += (*topics)->count;
    return count;
}

static void run_all(const struct topic *const *topics)
{
    for (; *topics != NULL; topics++)
        tap_run(*topics);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    self = image;
    st = system;
    bs = system->BootServices;
    rt = system->RuntimeServices;
    bs->SetWatchdogTimer(0, 0, 0, NULL);
    tap_read_skips();

    tap_plan(count_tests(topics_before_exit) + count_tests(topics_after_exit) +
             count_tests(topics_virtual));
    run_all(topics_before_exit);
    if (!exit_boot_services()) {
        tap_bail_out("ExitBootServices does not end");
        return EFI_ABORTED;
    }
    trap_init();
    run_all(topics_after_exit);
    if (virtual_enter()) {
        run_all(topics_virtual);
        tap_note("selftest: done");
    }
    rt->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    tap_bail_out("ResetSystem returned");
    return EFI_DEVICE_ERROR;
}
