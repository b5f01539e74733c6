/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/timer.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/interrupts.h"
#include "core/time.h"
#include "efi/event.h"
#include "efi/tpl.h"

#define MIN_PERIOD_US 100

/* More than a century; keeps sums of TSC ticks far from wrapping. */
#define MAX_DELAY_US (1ull << 52)

static struct list timers = LIST_INIT(timers);
static uint64_t armed; /* the deadline that the hardware has, 0: none */
static bool stopped;

void timer_init(struct timer *timer, void (*expired)(struct timer *timer))
{
    *timer = (struct timer){.expired = expired};
    list_init(&timer->link);
}

/* Interrupts are off. */
static void insert(struct timer *timer)
{
    struct list *where = &timers;
    while (where->previous != &timers &&
           LIST_ENTRY(where->previous, struct timer, link)->deadline > timer->deadline)
        where = where->previous;
    list_insert_before(&timer->link, where);
}

/* An interrupt that is armed too early costs less than changing the hardware each time a timer is
 * stopped: it finds nothing to do and arms the next. */
static void arm_nearest(void)
{
    if (list_empty(&timers) || stopped)
        return;
    uint64_t deadline = LIST_ENTRY(timers.next, struct timer, link)->deadline;
    if (armed != 0 && armed <= deadline)
        return;
    armed = deadline;
    apic_timer_arm(deadline);
}

void timer_start(struct timer *timer, uint64_t deadline, uint64_t period)
{
    bool interrupts = tpl_interrupts_off();
    list_remove(&timer->link);
    timer->deadline = deadline == 0 ? 1 : deadline;
    timer->period = period;
    insert(timer);
    arm_nearest();
    tpl_interrupts_restore(interrupts);
}

void timer_stop(struct timer *timer)
{
    bool interrupts = tpl_interrupts_off();
    list_remove(&timer->link);
    tpl_interrupts_restore(interrupts);
}

/* Interrupts are off. Time is looked at once, so that the loop ends however short the periods are.
 */
static void fire_due(void)
{
    uint64_t now = time_now_ticks();
    while (!list_empty(&timers)) {
        struct timer *timer = LIST_ENTRY(timers.next, struct timer, link);
        if (timer->deadline > now)
            break;
        list_remove(&timer->link);
        if (timer->period != 0) {
            timer->deadline += timer->period;
            if (timer->deadline <= now) /* ticks were missed: they are not made up for */
                timer->deadline = now + timer->period;
            insert(timer);
        }
        if (timer->expired != NULL)
            timer->expired(timer);
    }
}

void timer_check(void)
{
    bool interrupts = tpl_interrupts_off();
    fire_due();
    arm_nearest();
    tpl_interrupts_restore(interrupts);
}

/* The timer interrupt: interrupts are off. */
static void timer_interrupt(void)
{
    apic_timer_acknowledge();
    armed = 0;
    fire_due();
    arm_nearest();
    tpl_dispatch_from_interrupt();
}

void timers_init(void)
{
    stopped = false;
    interrupts_set_timer_handler(timer_interrupt);
}

void timers_shutdown(void)
{
    bool interrupts = tpl_interrupts_off();
    stopped = true;
    while (!list_empty(&timers))
        list_remove(timers.next);
    armed = 0;
    apic_timer_shutdown();
    tpl_interrupts_restore(interrupts);
}

void timers_reset(void)
{
    while (!list_empty(&timers))
        list_remove(timers.next);
    armed = 0;
    stopped = false;
}

/* 100 ns units to microseconds, rounded up. */
static uint64_t delay_us(uint64_t trigger_time)
{
    uint64_t us = trigger_time / 10 + (trigger_time % 10 != 0);
    return us < MAX_DELAY_US ? us : MAX_DELAY_US;
}

EFI_STATUS EFIAPI efi_set_timer(EFI_EVENT Event, EFI_TIMER_DELAY Type, uint64_t TriggerTime)
{
    EFI_TPL tpl = tpl_raise_to(TPL_HIGH_LEVEL);
    struct event *event = event_find(Event);
    EFI_STATUS status = EFI_SUCCESS;
    uint64_t us = delay_us(TriggerTime);
    if (event == NULL || (event->type & EVT_TIMER) == 0) {
        status = EFI_INVALID_PARAMETER;
    } else if (Type == TimerCancel) {
        event->overrun = false;
        timer_stop(&event->timer);
    } else if (Type == TimerRelative) {
        event->overrun = false;
        timer_start(&event->timer, time_now_ticks() + time_ticks_from_us(us), 0);
    } else if (Type == TimerPeriodic) {
        if (us == 0)
            us = TIMER_TICK_US;
        uint64_t period = time_ticks_from_us(us < MIN_PERIOD_US ? MIN_PERIOD_US : us);
        event->overrun = false;
        timer_start(&event->timer, time_now_ticks() + period, period);
    } else {
        status = EFI_INVALID_PARAMETER;
    }
    efi_restore_tpl(tpl);
    return status;
}

void timer_fill(EFI_BOOT_SERVICES *table)
{
    table->SetTimer = efi_set_timer;
}
