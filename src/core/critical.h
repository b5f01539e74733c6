/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "arch/cpu.h"

/* Notification functions run from the timer interrupt and allocate memory, log, and so on (DESIGN
 * decision 5). Core's data that they share with the code that they interrupt is touched with
 * interrupts off: CRITICAL_SECTION() turns them off until the end of the block, and then on again
 * if they were on. Nests. For a few hundred instructions at most. */
static inline bool critical_enter(void)
{
    bool were_on = cpu_interrupts_enabled();
    if (were_on)
        cpu_disable_interrupts();
    return were_on;
}

static inline void critical_leave(const bool *were_on)
{
    if (*were_on)
        cpu_enable_interrupts();
}

#define CRITICAL_SECTION()                                                                         \
    __attribute__((cleanup(critical_leave), unused)) bool critical_section_ = critical_enter()
