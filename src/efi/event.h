/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/boot_services.h"
#include "efi/guid.h"
#include "efi/timer.h"
#include "efi/tpl.h"
#include "lib/list.h"
#include "lib/macros.h"

/* Events, event groups and waiting (UEFI 2.10 §7.1). */

EFI_STATUS EFIAPI efi_create_event(uint32_t Type, EFI_TPL NotifyTpl,
                                   EFI_EVENT_NOTIFY NotifyFunction, void *NotifyContext,
                                   EFI_EVENT *Event);
EFI_STATUS EFIAPI efi_create_event_ex(uint32_t Type, EFI_TPL NotifyTpl,
                                      EFI_EVENT_NOTIFY NotifyFunction, const void *NotifyContext,
                                      const EFI_GUID *EventGroup, EFI_EVENT *Event);
EFI_STATUS EFIAPI efi_close_event(EFI_EVENT Event);
EFI_STATUS EFIAPI efi_signal_event(EFI_EVENT Event);
EFI_STATUS EFIAPI efi_check_event(EFI_EVENT Event);
EFI_STATUS EFIAPI efi_wait_for_event(size_t NumberOfEvents, EFI_EVENT *Event, size_t *Index);

/* Starts the event services: takes the timer interrupt and turns interrupts on. */
void events_init(void);

/* For ExitBootServices, after the last notification ran: the timer is off, nothing is queued,
 * interrupts are off. */
void events_shutdown(void);

/* Signals every event of the group; their notification functions run as the current TPL allows. */
void event_group_signal(const EFI_GUID *group);

/* The same without running anything: for callers in the middle of something that a notification
 * function may call (the page map). The notifications run at the next restoring of a TPL or
 * interrupt. */
void event_group_queue(const EFI_GUID *group);

/* Has the group ReadyToBoot been signalled yet? */
bool event_ready_to_boot(void);

/* An event of type EVT_NOTIFY_WAIT is asked again every TIMER_TICK_US while somebody waits for it,
 * since its notification function may look at hardware that raises no interrupt. `tick_us` says at
 * each halt how long it may last for the sake of this event, 0: until an interrupt comes. */
void event_set_tick(EFI_EVENT event, uint32_t (*tick_us)(void));

/* Events of the VirtualAddressChange group are handed on to the runtime (struct runtime_interface).
 */
struct event_runtime_hooks {
    EFI_STATUS (*add)(EFI_EVENT event, EFI_EVENT_NOTIFY function, void *context, EFI_TPL tpl);
    EFI_STATUS (*remove)(EFI_EVENT event);
};
void event_set_runtime_hooks(const struct event_runtime_hooks *hooks);

void event_fill(EFI_BOOT_SERVICES *table);

/* The rest is for src/efi's event, group, timer and notify files. */

struct event {
    uint32_t type;
    bool signaled;
    bool closed;  /* by its own notification function: freed when that returns */
    bool overrun; /* periodic timer that expired while the notification function was running */
    bool has_notify_registration; /* RegisterProtocolNotify */
    uint16_t running;             /* notification functions of this event on the stack */
    struct notification notification;
    EFI_EVENT_NOTIFY function;
    void *context;
    uint32_t (*tick_us)(void); /* NULL: TIMER_TICK_US */
    struct timer timer;
    struct list group_link; /* among all events that belong to a group, in order of creation */
    EFI_GUID group;
};

/* The event, or NULL when there is none at `event`, which may be any number. */
struct event *event_find(EFI_EVENT event);

/* Puts the event into the signaled state and queues its notification. Callable from interrupts. */
void event_signal(struct event *event);

/* Number of signals so far: changes when a waiter has to look again. */
uint64_t event_signal_count(void);

/* Fails when the runtime takes no more VirtualAddressChange events. */
EFI_STATUS event_group_join(struct event *event, const EFI_GUID *group) MUST_CHECK;
void event_group_leave(struct event *event);

/* Host tests: no events, no hooks. */
void events_reset(void);
void event_groups_reset(void);
void event_wait_reset(void);
