/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/milestone.h"

#include "arch/cpu.h"

static uint64_t ticks[MILESTONE_COUNT];

static const char *const names[MILESTONE_COUNT] = {
    [MILESTONE_ENTRY] = "entry",     [MILESTONE_MACHINE] = "machine",
    [MILESTONE_CORE] = "core",       [MILESTONE_EFI] = "efi",
    [MILESTONE_BOOT] = "boot",       [MILESTONE_LOADED] = "loaded",
    [MILESTONE_STARTED] = "started", [MILESTONE_EXIT_BOOT] = "exit boot services",
};

void milestone_reached(enum milestone which)
{
    if (ticks[which] == 0)
        ticks[which] = cpu_read_tsc();
}

uint64_t milestone_ticks(enum milestone which)
{
    return ticks[which];
}

const char *milestone_name(enum milestone which)
{
    return names[which];
}
