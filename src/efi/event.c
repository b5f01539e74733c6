/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/event.h"

#include "arch/cpu.h"
#include "core/pool.h"
#include "core/time.h"
#include "efi/object_set.h"
#include "efi/protocol_notify.h"

#define EVT_NOTIFY_MASK (EVT_NOTIFY_WAIT | EVT_NOTIFY_SIGNAL)
#define EVT_PLAIN_MASK  (EVT_TIMER | EVT_RUNTIME | EVT_NOTIFY_MASK)

static struct object_set events;
static volatile uint64_t signal_count;

struct event *event_find(EFI_EVENT event)
{
    return object_set_contains(&events, event) ? event : NULL;
}

uint64_t event_signal_count(void)
{
    return signal_count;
}

void event_signal(struct event *event)
{
    bool interrupts = tpl_interrupts_off();
    signal_count++;
    event->signaled = true;
    if ((event->type & EVT_NOTIFY_SIGNAL) != 0)
        tpl_queue(&event->notification);
    tpl_interrupts_restore(interrupts);
}

/* A notification function that takes longer than the period must not keep everything below its TPL
 * from running: the next period begins when it has returned. */
static void timer_expired(struct timer *timer)
{
    struct event *event = CONTAINER_OF(timer, struct event, timer);
    if (event->running > 0 && timer->period != 0) {
        event->overrun = true;
        timer_stop(timer);
    } else {
        event_signal(event);
    }
}

static void run_notification(struct notification *notification)
{
    struct event *event = CONTAINER_OF(notification, struct event, notification);
    event->running++;
    if ((event->type & EVT_NOTIFY_SIGNAL) != 0)
        event->signaled = false;
    event->function(event, event->context);
    event->running--;

    if (event->closed) {
        if (event->running == 0)
            pool_free(event);
    } else if (event->overrun) {
        event->overrun = false;
        timer_start(&event->timer, time_now_ticks() + event->timer.period, event->timer.period);
    }
}

static bool is_special(uint32_t type)
{
    return type == EVT_SIGNAL_EXIT_BOOT_SERVICES || type == EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE;
}

static bool arguments_valid(uint32_t type, EFI_TPL tpl, EFI_EVENT_NOTIFY function,
                            const EFI_GUID *group)
{
    if (is_special(type)) {
        if (group != NULL)
            return false;
    } else if ((type & ~EVT_PLAIN_MASK) != 0 || (type & EVT_NOTIFY_MASK) == EVT_NOTIFY_MASK) {
        return false;
    }
    if ((type & EVT_NOTIFY_MASK) == 0)
        return true;
    return function != NULL && tpl > TPL_APPLICATION && tpl <= TPL_HIGH_LEVEL;
}

static const EFI_GUID *group_of(uint32_t type, const EFI_GUID *group)
{
    static const EFI_GUID exit_boot_services = EFI_EVENT_GROUP_EXIT_BOOT_SERVICES_GUID;
    static const EFI_GUID virtual_address_change = EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE_GUID;
    if (type == EVT_SIGNAL_EXIT_BOOT_SERVICES)
        return &exit_boot_services;
    if (type == EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE)
        return &virtual_address_change;
    return group;
}

static struct event *event_new(uint32_t type, EFI_TPL tpl, EFI_EVENT_NOTIFY function,
                               const void *context)
{
    struct event *event = pool_alloc_zeroed(sizeof *event);
    if (event == NULL)
        return NULL;
    event->type = type;
    event->function = function;
    event->context = (void *)(uintptr_t)context;
    event->notification.tpl = tpl;
    event->notification.run = run_notification;
    list_init(&event->notification.link);
    list_init(&event->group_link);
    timer_init(&event->timer, timer_expired);
    return event;
}

EFI_STATUS EFIAPI efi_create_event_ex(uint32_t Type, EFI_TPL NotifyTpl,
                                      EFI_EVENT_NOTIFY NotifyFunction, const void *NotifyContext,
                                      const EFI_GUID *EventGroup, EFI_EVENT *Event)
{
    if (Event == NULL || !arguments_valid(Type, NotifyTpl, NotifyFunction, EventGroup))
        return EFI_INVALID_PARAMETER;
    struct event *event = event_new(Type, NotifyTpl, NotifyFunction, NotifyContext);
    if (event == NULL)
        return EFI_OUT_OF_RESOURCES;

    EFI_TPL tpl = tpl_raise_to(TPL_HIGH_LEVEL);
    EFI_STATUS status = object_set_reserve(&events) ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
    const EFI_GUID *group = group_of(Type, EventGroup);
    if (!EFI_ERROR(status) && group != NULL)
        status = event_group_join(event, group);
    if (!EFI_ERROR(status)) {
        object_set_add(&events, event);
        *Event = event;
    }
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status))
        pool_free(event);
    return status;
}

EFI_STATUS EFIAPI efi_create_event(uint32_t Type, EFI_TPL NotifyTpl,
                                   EFI_EVENT_NOTIFY NotifyFunction, void *NotifyContext,
                                   EFI_EVENT *Event)
{
    return efi_create_event_ex(Type, NotifyTpl, NotifyFunction, NotifyContext, NULL, Event);
}

EFI_STATUS EFIAPI efi_close_event(EFI_EVENT Event)
{
    EFI_TPL tpl = tpl_raise_to(TPL_HIGH_LEVEL);
    struct event *event = event_find(Event);
    if (event == NULL) {
        efi_restore_tpl(tpl);
        return EFI_INVALID_PARAMETER;
    }
    object_set_remove(&events, event);
    timer_stop(&event->timer);
    tpl_unqueue(&event->notification);
    event_group_leave(event);
    if (event->has_notify_registration)
        protocol_notify_forget(event);
    event->closed = true;
    bool busy = event->running > 0;
    efi_restore_tpl(tpl);
    if (!busy)
        pool_free(event);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_signal_event(EFI_EVENT Event)
{
    EFI_TPL tpl = tpl_raise_to(TPL_HIGH_LEVEL);
    struct event *event = event_find(Event);
    if (event != NULL) {
        event_signal(event);
        if (!list_empty(&event->group_link))
            event_group_queue(&event->group);
    }
    efi_restore_tpl(tpl);
    return event != NULL ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

/* Asks the event's own function, when it has one, whether it is signaled by now. */
static void poll_event(EFI_EVENT handle)
{
    EFI_TPL tpl = tpl_raise_to(TPL_HIGH_LEVEL);
    struct event *event = event_find(handle);
    if (event != NULL && !event->signaled && (event->type & EVT_NOTIFY_WAIT) != 0)
        tpl_queue(&event->notification);
    efi_restore_tpl(tpl);
}

EFI_STATUS EFIAPI efi_check_event(EFI_EVENT Event)
{
    if (!cpu_interrupts_enabled())
        timer_check();
    poll_event(Event);

    EFI_TPL tpl = tpl_raise_to(TPL_HIGH_LEVEL);
    struct event *event = event_find(Event);
    EFI_STATUS status = EFI_NOT_READY;
    if (event == NULL || (event->type & EVT_NOTIFY_SIGNAL) != 0) {
        status = EFI_INVALID_PARAMETER;
    } else if (event->signaled) {
        event->signaled = false;
        status = EFI_SUCCESS;
    }
    efi_restore_tpl(tpl);
    return status;
}

void event_set_tick(EFI_EVENT event, uint32_t (*tick_us)(void))
{
    struct event *found = event_find(event);
    if (found != NULL)
        found->tick_us = tick_us;
}

void events_init(void)
{
    timers_init();
    cpu_enable_interrupts();
}

void events_shutdown(void)
{
    cpu_disable_interrupts();
    timers_shutdown();
    tpl_shutdown();
}

void events_reset(void)
{
    tpl_reset();
    timers_reset();
    event_groups_reset();
    event_wait_reset();
    for (size_t i = 0; i < events.capacity; i++)
        pool_free(events.slots[i]);
    object_set_clear(&events);
}

void event_fill(EFI_BOOT_SERVICES *table)
{
    table->CreateEvent = efi_create_event;
    table->CreateEventEx = efi_create_event_ex;
    table->CloseEvent = efi_close_event;
    table->SignalEvent = efi_signal_event;
    table->CheckEvent = efi_check_event;
    table->WaitForEvent = efi_wait_for_event;
}
