/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Application processors: all but the one that runs the firmware. One that was started halts until
 * it is given a function, with interrupts off while that runs, on a stack of its own, with the boot
 * processor's page tables, PAT and IDT. What the two sides say to each other goes through `state`:
 *
 *   AP_OFF → AP_IDLE   the processor has come up
 *   AP_IDLE → AP_BUSY  the boot processor has a function for it
 *   AP_BUSY → AP_IDLE  the function has returned
 *   any → AP_OFF, AP_ABSENT   the boot processor has given it up, and sends INIT
 *
 * A processor whose change of state comes too late, since it was given up, halts for ever. */

enum ap_state {
    AP_ABSENT, /* cannot be used: it never answered, or is the boot processor */
    AP_OFF,    /* does nothing until it is started */
    AP_IDLE,
    AP_BUSY,
};

struct ap {
    uint32_t apic_id;
    uint32_t state; /* enum ap_state; only through the functions below */
    uint64_t stack; /* its end, where AP_EXCEPTIONS begin; 0: it has none */
    void (*function)(void *argument);
    void *argument;
};

/* Memory of one processor, page aligned: the stack grows down into a page that its owner keeps
 * unmapped; behind it are descriptor tables and the stack for exceptions. */
#define AP_GUARD_SIZE      4096u
#define AP_STACK_SIZE      32768u
#define AP_EXCEPTIONS_SIZE 8192u
#define AP_MEMORY_SIZE     (AP_GUARD_SIZE + AP_STACK_SIZE + AP_EXCEPTIONS_SIZE)

/* Writes the code that processors begin with to the page at `page`, below 1 MiB, for them to find
 * themselves by APIC id in `aps`. The page must then be made executable. */
void ap_prepare(struct ap *aps, size_t count, uint64_t page);

enum ap_state ap_state(const struct ap *ap);

/* False when the processor was not in state `from` (any more). */
bool ap_change_state(struct ap *ap, enum ap_state from, enum ap_state to);

/* The processor is idle, and runs `function(argument)`. */
void ap_call(struct ap *ap, void (*function)(void *argument), void *argument);
