/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/reset_notification.h"

#include "core/pool.h"
#include "efi/event.h"
#include "efi/guid.h"
#include "efi/tpl.h"
#include "lib/list.h"

struct listener {
    struct list link;
    EFI_RESET_SYSTEM function;
};

/* In order of registration; touched at TPL_NOTIFY. */
static struct list listeners = LIST_INIT(listeners);

static struct listener *find(EFI_RESET_SYSTEM function)
{
    LIST_FOR_EACH(node, &listeners)
    {
        struct listener *listener = LIST_ENTRY(node, struct listener, link);
        if (listener->function == function)
            return listener;
    }
    return NULL;
}

static EFI_STATUS add(EFI_RESET_SYSTEM function)
{
    if (find(function) != NULL)
        return EFI_ALREADY_STARTED;
    struct listener *listener = pool_alloc(sizeof *listener);
    if (listener == NULL)
        return EFI_OUT_OF_RESOURCES;
    listener->function = function;
    list_append(&listeners, &listener->link);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI register_notify(EFI_RESET_NOTIFICATION_PROTOCOL *This,
                                         EFI_RESET_SYSTEM ResetFunction)
{
    if (ResetFunction == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = add(ResetFunction);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI unregister_notify(EFI_RESET_NOTIFICATION_PROTOCOL *This,
                                           EFI_RESET_SYSTEM ResetFunction)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct listener *listener = find(ResetFunction);
    if (listener != NULL)
        list_remove(&listener->link);
    efi_restore_tpl(tpl);
    if (listener == NULL)
        return EFI_INVALID_PARAMETER;
    pool_free(listener);
    return EFI_SUCCESS;
}

void reset_notification_run(EFI_RESET_TYPE type, EFI_STATUS status, size_t data_size, void *data)
{
    while (!list_empty(&listeners)) {
        struct listener *listener = LIST_ENTRY(listeners.next, struct listener, link);
        list_remove(&listener->link);
        listener->function(type, status, data_size, data);
        pool_free(listener);
    }
    event_group_signal(GUID_OF(EFI_EVENT_GROUP_RESET_SYSTEM));
}

EFI_RESET_NOTIFICATION_PROTOCOL reset_notification_protocol = {
    .RegisterResetNotify = register_notify,
    .UnregisterResetNotify = unregister_notify,
};
