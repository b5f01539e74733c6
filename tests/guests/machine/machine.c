/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "guests/machine/machine.h"

static bool asked_for(const char *what)
{
    char value[16];
    size_t i = 0, length = option("do", value, sizeof value);
    while (i < length && value[i] == what[i])
        i++;
    return length > 0 && i == length && what[i] == '\0';
}

EFI_STATUS guest_main(void)
{
    tell_memory();
    tell_tables();
    EFI_TIME time;
    if (!EFI_ERROR(st->RuntimeServices->GetTime(&time, NULL)))
        tell("year", time.Year);
    st->BootServices->Stall(1000);
    if (asked_for("zone"))
        count_boots();
    if (asked_for("write"))
        write_blocks();
    if (asked_for("processors"))
        wake_processors();
    print("guest: done\r\n");
    if (asked_for("exit"))
        exit_boot_services();
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_DEVICE_ERROR;
}
