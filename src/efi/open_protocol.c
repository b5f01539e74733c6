/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/open_protocol.h"

#include "core/pool.h"
#include "efi/driver_model.h"
#include "efi/tpl.h"

#define BY_HANDLE_PROTOCOL  EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL
#define GET_PROTOCOL        EFI_OPEN_PROTOCOL_GET_PROTOCOL
#define TEST_PROTOCOL       EFI_OPEN_PROTOCOL_TEST_PROTOCOL
#define BY_CHILD_CONTROLLER EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER
#define BY_DRIVER           EFI_OPEN_PROTOCOL_BY_DRIVER
#define EXCLUSIVE           EFI_OPEN_PROTOCOL_EXCLUSIVE

/* Openers that need not be asked before an interface goes away. */
#define PASSIVE (BY_HANDLE_PROTOCOL | GET_PROTOCOL | TEST_PROTOCOL)

static EFI_HANDLE firmware_agent;

void open_protocol_set_firmware_agent(EFI_HANDLE agent)
{
    firmware_agent = agent;
}

/* The combinations that §7.3.9 allows, and what each needs of agent and controller. */
static bool arguments_valid(EFI_HANDLE handle, EFI_HANDLE agent, EFI_HANDLE controller,
                            uint32_t attributes)
{
    switch (attributes) {
    case BY_HANDLE_PROTOCOL:
    case GET_PROTOCOL:
    case TEST_PROTOCOL:
        return true;
    case BY_CHILD_CONTROLLER:
        return handle_find(agent) != NULL && handle_find(controller) != NULL &&
               handle != controller;
    case BY_DRIVER:
    case BY_DRIVER | EXCLUSIVE:
        return handle_find(agent) != NULL && handle_find(controller) != NULL;
    case EXCLUSIVE:
        return handle_find(agent) != NULL;
    default:
        return false;
    }
}

static struct open *open_find(const struct interface *interface, EFI_HANDLE agent,
                              EFI_HANDLE controller, uint32_t attributes)
{
    LIST_FOR_EACH(node, &interface->opens)
    {
        struct open *open = LIST_ENTRY(node, struct open, link);
        if (open->entry.AgentHandle == agent && open->entry.ControllerHandle == controller &&
            open->entry.Attributes == attributes)
            return open;
    }
    return NULL;
}

static EFI_STATUS record(struct interface *interface, EFI_HANDLE agent, EFI_HANDLE controller,
                         uint32_t attributes)
{
    if (agent == NULL)
        return EFI_SUCCESS;
    struct open *open = open_find(interface, agent, controller, attributes);
    if (open != NULL) {
        open->entry.OpenCount++;
        return EFI_SUCCESS;
    }
    open = pool_alloc(sizeof *open);
    if (open == NULL)
        return EFI_OUT_OF_RESOURCES;
    open->entry = (EFI_OPEN_PROTOCOL_INFORMATION_ENTRY){agent, controller, attributes, 1};
    list_append(&interface->opens, &open->link);
    return EFI_SUCCESS;
}

static void forget(struct open *open)
{
    list_remove(&open->link);
    pool_free(open);
}

/* Is anybody in the way? EFI_NOT_READY: only drivers, which can be disconnected. */
static EFI_STATUS conflict(const struct interface *interface, EFI_HANDLE agent, uint32_t attributes)
{
    if ((attributes & (BY_DRIVER | EXCLUSIVE)) == 0)
        return EFI_SUCCESS;
    EFI_STATUS status = EFI_SUCCESS;
    LIST_FOR_EACH(node, &interface->opens)
    {
        const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry =
            &LIST_ENTRY(node, struct open, link)->entry;
        if ((attributes & BY_DRIVER) != 0 && entry->Attributes == attributes &&
            entry->AgentHandle == agent)
            return EFI_ALREADY_STARTED;
        if ((entry->Attributes & EXCLUSIVE) != 0)
            status = EFI_ACCESS_DENIED;
        else if ((entry->Attributes & BY_DRIVER) != 0 && status == EFI_SUCCESS)
            status = (attributes & EXCLUSIVE) != 0 ? EFI_NOT_READY : EFI_ACCESS_DENIED;
    }
    return status;
}

/* An agent that holds the interface BY_DRIVER; NULL when there is none. */
static EFI_HANDLE driver_of(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_HANDLE agent = NULL;
    const struct interface *interface = interface_find(handle, protocol);
    if (interface != NULL) {
        LIST_FOR_EACH(node, &interface->opens)
        {
            const struct open *open = LIST_ENTRY(node, struct open, link);
            if (agent == NULL && (open->entry.Attributes & BY_DRIVER) != 0)
                agent = open->entry.AgentHandle;
        }
    }
    efi_restore_tpl(tpl);
    return agent;
}

/* Ends when no driver is left or one does not let go: a driver that claims to have stopped and
 * holds on is found twice. */
static EFI_STATUS disconnect_drivers(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    EFI_HANDLE last = NULL;
    EFI_HANDLE agent;
    while ((agent = driver_of(handle, protocol)) != NULL) {
        if (agent == last || EFI_ERROR(efi_disconnect_controller(handle, agent, NULL)))
            return EFI_ACCESS_DENIED;
        last = agent;
    }
    return EFI_SUCCESS;
}

/* At TPL_NOTIFY. */
static EFI_STATUS try_open(EFI_HANDLE handle, const EFI_GUID *protocol, void **ret_interface,
                           EFI_HANDLE agent, EFI_HANDLE controller, uint32_t attributes)
{
    struct interface *interface = interface_find(handle, protocol);
    if (interface == NULL) {
        if (ret_interface != NULL && attributes != TEST_PROTOCOL)
            *ret_interface = NULL;
        return EFI_UNSUPPORTED;
    }
    EFI_STATUS status = conflict(interface, agent, attributes);
    if (status == EFI_SUCCESS)
        status = record(interface, agent, controller, attributes);
    if ((status == EFI_SUCCESS && attributes != TEST_PROTOCOL) || status == EFI_ALREADY_STARTED)
        *ret_interface = interface->interface;
    return status;
}

EFI_STATUS EFIAPI efi_open_protocol(EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface,
                                    EFI_HANDLE AgentHandle, EFI_HANDLE ControllerHandle,
                                    uint32_t Attributes)
{
    if (Protocol == NULL || (Interface == NULL && Attributes != TEST_PROTOCOL))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    if (handle_find(Handle) != NULL &&
        arguments_valid(Handle, AgentHandle, ControllerHandle, Attributes))
        status = try_open(Handle, Protocol, Interface, AgentHandle, ControllerHandle, Attributes);
    efi_restore_tpl(tpl);
    if (status != EFI_NOT_READY)
        return status;

    status = disconnect_drivers(Handle, Protocol);
    if (EFI_ERROR(status))
        return status;
    tpl = tpl_raise_to(TPL_NOTIFY);
    status = try_open(Handle, Protocol, Interface, AgentHandle, ControllerHandle, Attributes);
    efi_restore_tpl(tpl);
    return status == EFI_NOT_READY ? EFI_ACCESS_DENIED : status;
}

EFI_STATUS EFIAPI efi_handle_protocol(EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface)
{
    return efi_open_protocol(Handle, Protocol, Interface, firmware_agent, NULL, BY_HANDLE_PROTOCOL);
}

EFI_STATUS EFIAPI efi_close_protocol(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                     EFI_HANDLE AgentHandle, EFI_HANDLE ControllerHandle)
{
    EFI_STATUS status = EFI_NOT_FOUND;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    if (Protocol == NULL || handle_find(Handle) == NULL || handle_find(AgentHandle) == NULL ||
        (ControllerHandle != NULL && handle_find(ControllerHandle) == NULL)) {
        status = EFI_INVALID_PARAMETER;
    } else {
        struct interface *interface = interface_find(Handle, Protocol);
        if (interface != NULL) {
            LIST_FOR_EACH_SAFE(node, &interface->opens)
            {
                struct open *open = LIST_ENTRY(node, struct open, link);
                if (open->entry.AgentHandle == AgentHandle &&
                    open->entry.ControllerHandle == ControllerHandle) {
                    forget(open);
                    status = EFI_SUCCESS;
                }
            }
        }
    }
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS EFIAPI efi_open_protocol_information(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                                EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **EntryBuffer,
                                                size_t *EntryCount)
{
    if (Protocol == NULL || EntryBuffer == NULL || EntryCount == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = EFI_NOT_FOUND;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct interface *interface = interface_find(Handle, Protocol);
    if (interface != NULL) {
        size_t count = 0;
        LIST_FOR_EACH(node, &interface->opens)
        {
            count++;
        }
        /* At least one entry, so that there is something to free. */
        EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries =
            pool_alloc((count + (count == 0)) * sizeof *entries);
        status = entries != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
        if (entries != NULL) {
            size_t i = 0;
            LIST_FOR_EACH(node, &interface->opens)
            {
                entries[i++] = LIST_ENTRY(node, struct open, link)->entry;
            }
            *EntryBuffer = entries;
            *EntryCount = count;
        }
    }
    efi_restore_tpl(tpl);
    return status;
}

bool protocol_is_held(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct interface *interface = interface_find(handle, protocol);
    bool held = interface != NULL && conflict(interface, NULL, BY_DRIVER) != EFI_SUCCESS;
    efi_restore_tpl(tpl);
    return held;
}

/* Drops the records of plain openers when nobody else holds the interface. At TPL_NOTIFY. */
static EFI_STATUS release_passive(struct interface *interface)
{
    LIST_FOR_EACH(node, &interface->opens)
    {
        if ((LIST_ENTRY(node, struct open, link)->entry.Attributes & ~PASSIVE) != 0)
            return EFI_ACCESS_DENIED;
    }
    while (!list_empty(&interface->opens))
        forget(LIST_ENTRY(interface->opens.next, struct open, link));
    return EFI_SUCCESS;
}

EFI_STATUS interface_release_users(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    bool had_driver = driver_of(handle, protocol) != NULL;
    EFI_STATUS status = disconnect_drivers(handle, protocol);
    if (!EFI_ERROR(status)) {
        EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
        struct interface *interface = interface_find(handle, protocol);
        if (interface != NULL)
            status = release_passive(interface);
        efi_restore_tpl(tpl);
    }
    if (EFI_ERROR(status) && had_driver)
        (void)efi_connect_controller(handle, NULL, NULL, true);
    return status;
}

void open_protocol_forget_agent(EFI_HANDLE agent)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    LIST_FOR_EACH(node, &handles)
    {
        struct handle *handle = LIST_ENTRY(node, struct handle, link);
        LIST_FOR_EACH(inner, &handle->interfaces)
        {
            struct interface *interface = LIST_ENTRY(inner, struct interface, by_handle);
            LIST_FOR_EACH_SAFE(entry, &interface->opens)
            {
                struct open *open = LIST_ENTRY(entry, struct open, link);
                if (open->entry.AgentHandle == agent)
                    forget(open);
            }
        }
    }
    efi_restore_tpl(tpl);
}

void open_protocol_fill(EFI_BOOT_SERVICES *table)
{
    table->HandleProtocol = efi_handle_protocol;
    table->OpenProtocol = efi_open_protocol;
    table->CloseProtocol = efi_close_protocol;
    table->OpenProtocolInformation = efi_open_protocol_information;
}
