/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "guests/machine/machine.h"

#define ZONE_SIZE 0x200000ull
#define MAGIC     0x656e6f5a76436821ull

/* The zone's first page: the firmware allocates from the top of RAM downward, and leaves it. */
struct counter {
    uint64_t magic, boots;
};

void count_boots(void)
{
    EFI_PHYSICAL_ADDRESS base = ram_end() - ZONE_SIZE;
    if (EFI_ERROR(st->BootServices->AllocatePages(AllocateAddress, EfiLoaderData, 1, &base))) {
        print("guest: the zone's first page is taken\r\n");
        return;
    }
    volatile struct counter *counter = (volatile struct counter *)(uintptr_t)base;
    uint64_t before = counter->magic == MAGIC ? counter->boots : 0;
    counter->boots = before + 1;
    counter->magic = MAGIC;
    tell("boots-before", before);
    if (before == 0)
        st->RuntimeServices->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
    if (before == 1) {
        print("guest: cut\r\n");
        tell_vmm(CODE_POWER_CUT);
        for (;;)
            st->BootServices->Stall(100000);
    }
}
