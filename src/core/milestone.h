/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Numbered milestones of this boot with the TSC at each: what `bench` prints. */
enum milestone {
    MILESTONE_ENTRY,
    MILESTONE_MACHINE,
    MILESTONE_CORE,
    MILESTONE_EFI,
    MILESTONE_BOOT,
    MILESTONE_LOADED,    /* first image loaded */
    MILESTONE_STARTED,   /* first image started */
    MILESTONE_EXIT_BOOT, /* ExitBootServices */
    MILESTONE_COUNT,
};

void milestone_reached(enum milestone which);

/* TSC at the milestone, 0 when it was not reached. */
uint64_t milestone_ticks(enum milestone which);
const char *milestone_name(enum milestone which);
