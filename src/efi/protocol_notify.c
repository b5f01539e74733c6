/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol_notify.h"

#include "core/pool.h"
#include "efi/event.h"
#include "efi/locate.h"
#include "efi/object_set.h"

struct protocol_notify {
    struct list link; /* protocol->notifications */
    struct protocol *protocol;
    struct event *event;
    struct list
        *position; /* the last interface that was delivered, or the head of protocol->interfaces */
};

/* The registrations that were handed out: a number from a program is checked against them. */
static struct object_set registrations;

bool protocol_notify_is_valid(void *registration)
{
    return object_set_contains(&registrations, registration);
}

EFI_STATUS protocol_notify_register(const EFI_GUID *protocol, EFI_EVENT event,
                                    void **ret_registration)
{
    if (protocol == NULL || event == NULL || ret_registration == NULL)
        return EFI_INVALID_PARAMETER;
    struct protocol_notify *notify = NULL;
    EFI_STATUS status = EFI_SUCCESS;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct event *found = event_find(event);
    struct protocol *wanted = found != NULL ? protocol_get(protocol) : NULL;
    if (found == NULL)
        status = EFI_INVALID_PARAMETER;
    else if (wanted == NULL || !object_set_reserve(&registrations) ||
             !(notify = pool_alloc(sizeof *notify)))
        status = EFI_OUT_OF_RESOURCES;
    if (!EFI_ERROR(status)) {
        *notify = (struct protocol_notify){
            .protocol = wanted, .event = found, .position = wanted->interfaces.previous};
        list_append(&wanted->notifications, &notify->link);
        object_set_add(&registrations, notify);
        found->has_notify_registration = true;
        *ret_registration = notify;
    }
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS EFIAPI efi_register_protocol_notify(const EFI_GUID *Protocol, EFI_EVENT Event,
                                               void **Registration)
{
    if (Protocol == NULL)
        return EFI_INVALID_PARAMETER;
    locate_call_hook(Protocol);
    return protocol_notify_register(Protocol, Event, Registration);
}

void protocol_notify_signal(struct protocol *protocol)
{
    LIST_FOR_EACH(node, &protocol->notifications)
    {
        event_signal(LIST_ENTRY(node, struct protocol_notify, link)->event);
    }
}

void protocol_notify_removing(struct interface *interface)
{
    LIST_FOR_EACH(node, &interface->protocol->notifications)
    {
        struct protocol_notify *notify = LIST_ENTRY(node, struct protocol_notify, link);
        if (notify->position == &interface->by_protocol)
            notify->position = interface->by_protocol.previous;
    }
}

struct interface *protocol_notify_next(void *registration, const EFI_GUID *protocol)
{
    if (!protocol_notify_is_valid(registration))
        return NULL;
    const struct protocol_notify *notify = registration;
    if (protocol != NULL && !guid_equal(protocol, &notify->protocol->guid))
        return NULL;
    struct list *next = notify->position->next;
    return next == &notify->protocol->interfaces ? NULL
                                                 : LIST_ENTRY(next, struct interface, by_protocol);
}

void protocol_notify_advance(void *registration)
{
    struct protocol_notify *notify = registration;
    notify->position = notify->position->next;
}

static void notify_free(struct protocol_notify *notify)
{
    object_set_remove(&registrations, notify);
    list_remove(&notify->link);
    pool_free(notify);
}

void protocol_notify_forget(EFI_EVENT event)
{
    for (size_t i = 0; i < registrations.capacity;) {
        struct protocol_notify *notify = registrations.slots[i];
        if (notify != NULL && notify->event == event)
            notify_free(notify); /* another one may have moved into this slot */
        else
            i++;
    }
}

void protocol_notify_reset(void)
{
    for (size_t i = 0; i < registrations.capacity; i++) {
        struct protocol_notify *notify = registrations.slots[i];
        if (notify != NULL) {
            list_remove(&notify->link);
            pool_free(notify);
        }
    }
    object_set_clear(&registrations);
}

void protocol_notify_fill(EFI_BOOT_SERVICES *table)
{
    table->RegisterProtocolNotify = efi_register_protocol_notify;
}
