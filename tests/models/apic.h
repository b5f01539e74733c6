/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The local APIC's timer and the timer interrupt of the host tests (arch/apic.h,
 * arch/interrupts.h). The interrupt arrives when interrupts are enabled and the fake processor's
 * clock has passed the deadline: when they are turned on, when the processor waits, and whenever a
 * test calls fake_apic_poll(). */
struct fake_apic {
    uint64_t deadline; /* 0: not armed */
    void (*handler)(void);
    uint64_t arms;       /* calls of apic_timer_arm() with a deadline */
    uint64_t interrupts; /* timer interrupts delivered */
    uint64_t fpu_saves;  /* calls of interrupts_call_with_fpu_saved() */
    unsigned depth;      /* interrupt frames on the stack */
    unsigned deepest;
    bool shut_down;
};

extern struct fake_apic fake_apic;

void fake_apic_reset(void);

/* Delivers the timer interrupt if it is due and not masked. */
void fake_apic_poll(void);
