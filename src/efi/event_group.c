/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/event.h"

/* Event groups (UEFI 2.10 §7.1, CreateEventEx). */

static struct list grouped = LIST_INIT(grouped);
static struct event_runtime_hooks runtime_hooks;
static bool ready_to_boot;

void event_set_runtime_hooks(const struct event_runtime_hooks *hooks)
{
    runtime_hooks = *hooks;
}

static bool in_virtual_address_group(const struct event *event)
{
    return guid_equal(&event->group, GUID_OF(EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE)) &&
           event->function != NULL;
}

EFI_STATUS event_group_join(struct event *event, const EFI_GUID *group)
{
    event->group = *group;
    if (in_virtual_address_group(event) && runtime_hooks.add != NULL) {
        EFI_STATUS status =
            runtime_hooks.add(event, event->function, event->context, event->notification.tpl);
        if (EFI_ERROR(status))
            return status;
    }
    list_append(&grouped, &event->group_link);
    return EFI_SUCCESS;
}

void event_group_leave(struct event *event)
{
    if (list_empty(&event->group_link))
        return;
    list_remove(&event->group_link);
    if (in_virtual_address_group(event) && runtime_hooks.remove != NULL)
        (void)runtime_hooks.remove(event);
}

void event_group_queue(const EFI_GUID *group)
{
    bool interrupts = tpl_interrupts_off();
    if (guid_equal(group, GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT)))
        ready_to_boot = true;
    LIST_FOR_EACH(node, &grouped)
    {
        struct event *event = LIST_ENTRY(node, struct event, group_link);
        if (guid_equal(&event->group, group))
            event_signal(event);
    }
    tpl_interrupts_restore(interrupts);
}

void event_group_signal(const EFI_GUID *group)
{
    event_group_queue(group);
    tpl_dispatch();
}

bool event_ready_to_boot(void)
{
    return ready_to_boot;
}

void event_groups_reset(void)
{
    ready_to_boot = false;
    list_init(&grouped);
    runtime_hooks = (struct event_runtime_hooks){0};
}
