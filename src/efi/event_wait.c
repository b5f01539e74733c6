/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/cpu.h"
#include "core/time.h"
#include "efi/event.h"

/* WaitForEvent (UEFI 2.10 §7.1): the place where an idle machine halts. */

static struct timer wake_up = {.link = LIST_INIT(wake_up.link)};

/* How long a halt may last: 0 for as long as no interrupt comes. */
static uint32_t longest_halt_us(const EFI_EVENT *handles, size_t count)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        const struct event *event = event_find(handles[i]);
        if (event == NULL || (event->type & EVT_NOTIFY_WAIT) == 0)
            continue;
        uint32_t tick = event->tick_us != NULL ? event->tick_us() : TIMER_TICK_US;
        if (tick != 0 && (longest == 0 || tick < longest))
            longest = tick;
    }
    return longest;
}

/* `seen` is the count of signals from before the events were looked at: what was signaled since
 * then is looked at again instead of halting. */
static void wait_for_signal(uint64_t seen, const EFI_EVENT *handles, size_t count)
{
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
    uint32_t halt_us = longest_halt_us(handles, count);
    if (halt_us != 0)
        timer_start(&wake_up, time_now_ticks() + time_ticks_from_us(halt_us), 0);
    cpu_wait_for_interrupt();
    timer_stop(&wake_up);
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
        wait_for_signal(seen, Event, NumberOfEvents);
    }
}

void event_wait_reset(void)
{
    list_init(&wake_up.link);
}
