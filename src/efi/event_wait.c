/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/cpu.h"
#include "core/time.h"
#include "efi/event.h"

/* WaitForEvent (UEFI 2.10 §7.1): the place where an idle machine halts. */

static void (*idle_poll)(void);
static uint32_t idle_poll_us;
static struct timer wake_up = {.link = LIST_INIT(wake_up.link)};

void event_set_idle_poll(void (*poll)(void), uint32_t period_us)
{
    idle_poll = poll;
    idle_poll_us = period_us;
}

/* How long a halt may last: 0 for as long as no interrupt comes. */
static uint32_t longest_halt_us(bool needs_tick)
{
    uint32_t longest = needs_tick ? TIMER_TICK_US : 0;
    if (idle_poll != NULL && (longest == 0 || idle_poll_us < longest))
        longest = idle_poll_us;
    return longest;
}

/* `seen` is the count of signals from before the events were looked at: what was signaled since
 * then is looked at again instead of halting. */
static void wait_for_signal(uint64_t seen, bool needs_tick)
{
    if (idle_poll != NULL)
        idle_poll();
    if (!cpu_interrupts_enabled()) {
        timer_check();
        tpl_dispatch();
        cpu_relax();
        return;
    }
    /* Interrupts are off from here to the halt: the wake-up must not come and go before it. */
    cpu_disable_interrupts();
    if (event_signal_count() != seen) {
        cpu_enable_interrupts();
        return;
    }
    uint32_t halt_us = longest_halt_us(needs_tick);
    if (halt_us != 0)
        timer_start(&wake_up, time_now_ticks() + time_ticks_from_us(halt_us), 0);
    cpu_wait_for_interrupt();
    timer_stop(&wake_up);
}

static bool any_needs_tick(const EFI_EVENT *handles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct event *event = event_find(handles[i]);
        if (event != NULL && (event->type & EVT_NOTIFY_WAIT) != 0 && !event->needs_no_tick)
            return true;
    }
    return false;
}

EFI_STATUS EFIAPI efi_wait_for_event(size_t NumberOfEvents, EFI_EVENT *Event, size_t *Index)
{
    if (NumberOfEvents == 0 || Event == NULL || Index == NULL)
        return EFI_INVALID_PARAMETER;
    if (tpl_current() != TPL_APPLICATION)
        return EFI_UNSUPPORTED;
    for (;;) {
        uint64_t seen = event_signal_count();
        for (size_t i = 0; i < NumberOfEvents; i++) {
            EFI_STATUS status = efi_check_event(Event[i]);
            if (status != EFI_NOT_READY) {
                *Index = i;
                return status;
            }
        }
        wait_for_signal(seen, any_needs_tick(Event, NumberOfEvents));
    }
}

void event_wait_reset(void)
{
    idle_poll = NULL;
    list_init(&wake_up.link);
}
