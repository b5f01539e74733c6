/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/boot_services.h"
#include "lib/list.h"

/* Timers by TSC deadline; only the nearest one is armed in the local APIC, so that an idle VM sees
 * no tick (DESIGN decision 5). */

/* SetTimer in units of 100 ns. A period of 0, "every tick", is 10 ms; shorter periods than 100 us
 * are 100 us. EFI_INVALID_PARAMETER when Event is none of type EVT_TIMER or Type is none. */
EFI_STATUS EFIAPI efi_set_timer(EFI_EVENT Event, EFI_TIMER_DELAY Type, uint64_t TriggerTime);

#define TIMER_TICK_US 10000

/* The timer itself: part of struct event, or of whoever only wants to be woken. */
struct timer {
    struct list link;  /* sorted by deadline, or an empty list */
    uint64_t deadline; /* TSC */
    uint64_t period;   /* TSC ticks, 0: fires once */
    /* Called with interrupts off; a periodic timer is armed again already and may be stopped. NULL:
     * nothing but an interrupt. */
    void (*expired)(struct timer *timer);
};

void timer_init(struct timer *timer, void (*expired)(struct timer *timer));
void timer_start(struct timer *timer, uint64_t deadline, uint64_t period);
void timer_stop(struct timer *timer);

/* Fires what is due. The timer interrupt does it; with interrupts off whoever waits calls it
 * himself. */
void timer_check(void);

/* Takes over the timer interrupt. */
void timers_init(void);

/* Stops the hardware; no timer fires any more. */
void timers_shutdown(void);

void timer_fill(EFI_BOOT_SERVICES *table);

/* Host tests: forgets every timer. */
void timers_reset(void);
