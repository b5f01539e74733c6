/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How fast the TSC runs; core/time.h is what others use. */

struct time_sources {
    uint16_t pm_timer_port; /* 0: none */
    bool has_8254;
};

/* Ticks per second, never 0: from CPUID, Hyper-V's MSR or KVM's clock, else measured against the
 * ACPI PM timer or the 8254, else a guess with a line in the log. Takes bounded time, whatever the
 * timers do. */
uint64_t time_find_frequency(const struct time_sources *sources);
