/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/driver_model.h"

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/driver_order.h"
#include "efi/handle.h"
#include "efi/tpl.h"

/* A list of handles without repetitions, taken from the database before drivers run and change it.
 */
struct handle_list {
    EFI_HANDLE *items;
    size_t count;
};

/* Is the entry one that the list wants, and which of its handles? NULL: no. */
typedef EFI_HANDLE (*entry_filter)(const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry,
                                   EFI_HANDLE key);

/* Goes over everybody who opened a protocol of `controller`. Only counts when list->items is NULL.
 */
static void walk_opens(const struct handle *controller, entry_filter filter, EFI_HANDLE key,
                       struct handle_list *list)
{
    list->count = 0;
    LIST_FOR_EACH(node, &controller->interfaces)
    {
        const struct interface *interface = LIST_ENTRY(node, struct interface, by_handle);
        LIST_FOR_EACH(inner, &interface->opens)
        {
            EFI_HANDLE wanted = filter(&LIST_ENTRY(inner, struct open, link)->entry, key);
            if (wanted == NULL)
                continue;
            size_t i = 0;
            while (list->items != NULL && i < list->count && list->items[i] != wanted)
                i++;
            if (list->items == NULL || i == list->count) {
                if (list->items != NULL)
                    list->items[i] = wanted;
                list->count++;
            }
        }
    }
}

static EFI_STATUS collect_opens(EFI_HANDLE controller, entry_filter filter, EFI_HANDLE key,
                                struct handle_list *ret)
{
    EFI_STATUS status = EFI_SUCCESS;
    struct handle_list list = {0};
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct handle *found = handle_find(controller);
    if (found != NULL)
        walk_opens(found, filter, key, &list);
    if (list.count > 0) {
        list.items = pool_alloc(list.count * sizeof *list.items);
        if (list.items == NULL)
            status = EFI_OUT_OF_RESOURCES;
        else
            walk_opens(found, filter, key, &list);
    }
    efi_restore_tpl(tpl);
    if (!EFI_ERROR(status))
        *ret = list;
    return status;
}

static EFI_HANDLE any_child(const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry, EFI_HANDLE key)
{
    return (entry->Attributes & EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER) != 0
               ? entry->ControllerHandle
               : NULL;
}

static EFI_HANDLE child_of_agent(const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry, EFI_HANDLE agent)
{
    return entry->AgentHandle == agent ? any_child(entry, agent) : NULL;
}

static EFI_HANDLE driver_of_controller(const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry,
                                       EFI_HANDLE controller)
{
    bool manages = (entry->Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0 &&
                   entry->ControllerHandle == controller;
    return manages ? entry->AgentHandle : NULL;
}

/* Drivers run between the making of the order and its use: a binding may be gone. */
static bool still_there(const struct driver_candidate *candidate)
{
    return handle_interface(candidate->handle, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL)) ==
           candidate->binding;
}

/* Tries the first driver that has not had its turn and supports the controller. False: there is
 * none. */
static bool start_next(struct driver_order *order, EFI_HANDLE controller,
                       EFI_DEVICE_PATH_PROTOCOL *remaining, bool *ret_started)
{
    for (size_t i = 0; i < order->count; i++) {
        struct driver_candidate *candidate = order->order[i];
        if (candidate->tried || !still_there(candidate))
            continue;
        EFI_DRIVER_BINDING_PROTOCOL *binding = candidate->binding;
        if (EFI_ERROR(binding->Supported(binding, controller, remaining)))
            continue;
        candidate->tried = true;
        if (!EFI_ERROR(binding->Start(binding, controller, remaining)))
            *ret_started = true;
        return true;
    }
    return false;
}

static EFI_STATUS connect_one(EFI_HANDLE controller, const EFI_HANDLE *context,
                              EFI_DEVICE_PATH_PROTOCOL *remaining)
{
    struct driver_order order;
    EFI_STATUS status = driver_order_make(controller, context, &order);
    if (EFI_ERROR(status))
        return status;
    bool started = false;
    /* A driver that started may be what another one waited for: begin at the top again. */
    while (handle_is_valid(controller) && start_next(&order, controller, remaining, &started))
        ;
    driver_order_free(&order);
    return started ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static void connect_children(EFI_HANDLE controller)
{
    struct handle *handle = handle_is_valid(controller) ? controller : NULL;
    struct handle_list children;
    if (handle == NULL || handle->connecting ||
        EFI_ERROR(collect_opens(controller, any_child, NULL, &children)))
        return;
    handle->connecting = true;
    for (size_t i = 0; i < children.count; i++)
        (void)efi_connect_controller(children.items[i], NULL, NULL, true);
    if (handle_is_valid(controller))
        handle->connecting = false;
    pool_free(children.items);
}

/* Calls that are on the stack. */
static unsigned depth;

static void (*connect_hook)(EFI_HANDLE controller);

void driver_model_set_connect_hook(void (*hook)(EFI_HANDLE controller))
{
    connect_hook = hook;
}

bool driver_model_is_busy(void)
{
    return depth > 0;
}

static EFI_STATUS connect_controller(EFI_HANDLE ControllerHandle, EFI_HANDLE *DriverImageHandle,
                                     EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath, bool Recursive)
{
    /* Drivers get an aligned copy. */
    EFI_DEVICE_PATH_PROTOCOL *remaining = NULL;
    if (RemainingDevicePath != NULL) {
        remaining = device_path_duplicate(RemainingDevicePath);
        if (remaining == NULL)
            return EFI_OUT_OF_RESOURCES;
    }
    EFI_STATUS status = connect_one(ControllerHandle, DriverImageHandle, remaining);
    if (status == EFI_NOT_FOUND && remaining != NULL && device_path_is_end(remaining))
        status = EFI_SUCCESS;
    pool_free(remaining);
    if (Recursive)
        connect_children(ControllerHandle);
    return status;
}

EFI_STATUS EFIAPI efi_connect_controller(EFI_HANDLE ControllerHandle, EFI_HANDLE *DriverImageHandle,
                                         EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath,
                                         bool Recursive)
{
    if (!handle_is_valid(ControllerHandle))
        return EFI_INVALID_PARAMETER;
    depth++;
    if (connect_hook != NULL)
        connect_hook(ControllerHandle);
    EFI_STATUS status =
        connect_controller(ControllerHandle, DriverImageHandle, RemainingDevicePath, Recursive);
    depth--;
    return status;
}

static bool contains(const struct handle_list *list, EFI_HANDLE handle)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == handle)
            return true;
    }
    return false;
}

/* Stops one driver: first its children (or `child` only), then the driver itself when no child is
 * left. */
static EFI_STATUS stop_driver(EFI_HANDLE controller, EFI_HANDLE agent, EFI_HANDLE child,
                              bool *ret_stopped)
{
    EFI_DRIVER_BINDING_PROTOCOL *binding =
        handle_interface(agent, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL));
    if (binding == NULL)
        return EFI_INVALID_PARAMETER;
    struct handle_list children;
    EFI_STATUS status = collect_opens(controller, child_of_agent, agent, &children);
    if (EFI_ERROR(status))
        return status;
    bool whole = child == NULL || (children.count == 1 && children.items[0] == child);
    if (child == NULL || contains(&children, child)) {
        if (child != NULL)
            status = binding->Stop(binding, controller, 1, &child);
        else if (children.count > 0)
            status = binding->Stop(binding, controller, children.count, children.items);
        if (!EFI_ERROR(status) && whole)
            status = binding->Stop(binding, controller, 0, NULL);
        if (!EFI_ERROR(status))
            *ret_stopped = true;
    }
    pool_free(children.items);
    return status;
}

EFI_STATUS EFIAPI efi_disconnect_controller(EFI_HANDLE ControllerHandle,
                                            EFI_HANDLE DriverImageHandle, EFI_HANDLE ChildHandle)
{
    if (!handle_is_valid(ControllerHandle) ||
        (ChildHandle != NULL && !handle_is_valid(ChildHandle)))
        return EFI_INVALID_PARAMETER;
    if (DriverImageHandle != NULL &&
        !handle_supports(DriverImageHandle, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL)))
        return EFI_INVALID_PARAMETER;

    struct handle_list agents;
    EFI_STATUS status =
        collect_opens(ControllerHandle, driver_of_controller, ControllerHandle, &agents);
    if (EFI_ERROR(status))
        return status;
    bool managed = false, stopped = false;
    for (size_t i = 0; i < agents.count && !EFI_ERROR(status); i++) {
        if (DriverImageHandle != NULL && agents.items[i] != DriverImageHandle)
            continue;
        managed = true;
        status = stop_driver(ControllerHandle, agents.items[i], ChildHandle, &stopped);
    }
    pool_free(agents.items);
    if (EFI_ERROR(status))
        return EFI_DEVICE_ERROR;
    /* Nobody managed it: that is what the caller wanted. A child that no driver knows is not. */
    return managed && !stopped ? EFI_NOT_FOUND : EFI_SUCCESS;
}

void driver_model_fill(EFI_BOOT_SERVICES *table)
{
    table->ConnectController = efi_connect_controller;
    table->DisconnectController = efi_disconnect_controller;
}
