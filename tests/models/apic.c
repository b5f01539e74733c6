/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/apic.h"

#include <stdio.h>
#include <stdlib.h>

#include "arch/apic.h"
#include "arch/interrupts.h"
#include "models/cpu.h"

struct fake_apic fake_apic;

void fake_apic_poll(void)
{
    while (fake_cpu.interrupts_enabled && fake_apic.deadline != 0 &&
           fake_apic.deadline <= fake_cpu.tsc) {
        fake_apic.deadline = 0;
        fake_apic.interrupts++;
        if (fake_apic.handler == NULL)
            return;
        fake_cpu.interrupts_enabled = false;
        if (++fake_apic.depth > fake_apic.deepest)
            fake_apic.deepest = fake_apic.depth;
        fake_apic.handler();
        fake_apic.depth--;
        if (fake_cpu.interrupts_enabled) {
            fprintf(stderr, "an interrupt handler returned with interrupts on\n");
            abort();
        }
        fake_cpu.interrupts_enabled = true; /* IRET */
    }
}

/* The processor halts: time passes until the timer is due. There is nothing else to wake it. */
static void wait_for_timer(void)
{
    if (fake_apic.deadline == 0) {
        fprintf(stderr, "the processor halts, and no timer is armed\n");
        abort();
    }
    if (fake_apic.deadline > fake_cpu.tsc)
        fake_cpu.tsc = fake_apic.deadline;
    fake_apic_poll();
}

void fake_apic_reset(void)
{
    fake_apic = (struct fake_apic){0};
    fake_cpu.wait = wait_for_timer;
    fake_cpu.enabled = fake_apic_poll;
}

void apic_timer_arm(uint64_t deadline)
{
    fake_apic.deadline = deadline;
    if (deadline != 0)
        fake_apic.arms++;
}

void apic_timer_acknowledge(void)
{
}

void apic_timer_shutdown(void)
{
    fake_apic.deadline = 0;
    fake_apic.shut_down = true;
}

void interrupts_set_timer_handler(void (*handler)(void))
{
    fake_apic.handler = handler;
}

void interrupts_call_with_fpu_saved(void (*function)(void *argument), void *argument)
{
    fake_apic.fpu_saves++;
    function(argument);
}
