/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/locate.h"

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/handle.h"
#include "efi/protocol_notify.h"
#include "efi/tpl.h"
#include "lib/memory.h"

static struct locate_hooks hooks;
static bool in_hook;

void locate_set_hooks(const struct locate_hooks *new_hooks)
{
    hooks = *new_hooks;
}

void locate_call_hook(const EFI_GUID *protocol)
{
    if (hooks.locate == NULL || in_hook)
        return;
    in_hook = true;
    hooks.locate(protocol);
    in_hook = false;
}

static void call_path_hook(EFI_DEVICE_PATH_PROTOCOL *path)
{
    if (hooks.locate_path == NULL || in_hook)
        return;
    in_hook = true;
    hooks.locate_path(path);
    in_hook = false;
}

static bool search_valid(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, const void *key)
{
    switch (type) {
    case AllHandles:
        return true;
    case ByRegisterNotify:
        return key != NULL;
    case ByProtocol:
        return protocol != NULL;
    default:
        return false;
    }
}

/* Walks what matches, at TPL_NOTIFY: calls with a NULL buffer only count. */
static size_t collect(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key,
                      EFI_HANDLE *buffer)
{
    size_t count = 0;
    if (type == ByRegisterNotify) {
        const struct interface *next = protocol_notify_next(key, NULL);
        if (next == NULL)
            return 0;
        if (buffer != NULL) {
            buffer[0] = next->handle;
            protocol_notify_advance(key);
        }
        return 1;
    }
    if (type == AllHandles) {
        LIST_FOR_EACH(node, &handles)
        {
            if (buffer != NULL)
                buffer[count] = LIST_ENTRY(node, struct handle, link);
            count++;
        }
        return count;
    }
    const struct protocol *found = protocol_find(protocol);
    if (found == NULL)
        return 0;
    LIST_FOR_EACH(node, &found->interfaces)
    {
        if (buffer != NULL)
            buffer[count] = LIST_ENTRY(node, struct interface, by_protocol)->handle;
        count++;
    }
    return count;
}

EFI_STATUS locate_handle(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key,
                         size_t *size, EFI_HANDLE *buffer)
{
    if (size == NULL || (*size > 0 && buffer == NULL) || !search_valid(type, protocol, key))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = EFI_SUCCESS;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    size_t needed = collect(type, protocol, key, NULL) * sizeof *buffer;
    if (needed == 0) {
        status = EFI_NOT_FOUND;
    } else {
        if (*size < needed)
            status = EFI_BUFFER_TOO_SMALL;
        else
            (void)collect(type, protocol, key, buffer);
        *size = needed;
    }
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key,
                                size_t *ret_count, EFI_HANDLE **ret_handles)
{
    if (ret_count == NULL || ret_handles == NULL || !search_valid(type, protocol, key))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = EFI_SUCCESS;
    EFI_HANDLE *buffer = NULL;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    size_t count = collect(type, protocol, key, NULL);
    if (count == 0)
        status = EFI_NOT_FOUND;
    else if (!(buffer = pool_alloc(count * sizeof *buffer)))
        status = EFI_OUT_OF_RESOURCES;
    else
        (void)collect(type, protocol, key, buffer);
    efi_restore_tpl(tpl);
    *ret_count = EFI_ERROR(status) ? 0 : count;
    *ret_handles = buffer;
    return status;
}

EFI_STATUS locate_protocol(const EFI_GUID *protocol, void *registration, void **ret_interface)
{
    if (ret_interface == NULL || protocol == NULL)
        return EFI_INVALID_PARAMETER;
    const struct interface *interface = NULL;
    void *address = NULL;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    if (registration != NULL) {
        interface = protocol_notify_next(registration, protocol);
    } else {
        const struct protocol *found = protocol_find(protocol);
        if (found != NULL && !list_empty(&found->interfaces))
            interface = LIST_ENTRY(found->interfaces.next, struct interface, by_protocol);
    }
    if (interface != NULL) {
        address = interface->interface;
        if (registration != NULL)
            protocol_notify_advance(registration);
    }
    efi_restore_tpl(tpl);
    *ret_interface = address;
    return interface != NULL ? EFI_SUCCESS : EFI_NOT_FOUND;
}

/* The device path of the handle that has `interface`. */
static const EFI_DEVICE_PATH_PROTOCOL *path_beside(const struct interface *interface)
{
    const EFI_GUID *guid = GUID_OF(EFI_DEVICE_PATH_PROTOCOL);
    if (!guid_equal(&interface->protocol->guid, guid))
        interface = interface_find(interface->handle, guid);
    return interface != NULL ? interface->interface : NULL;
}

/* The handle with the longest path that `path` begins with, among those that have the protocol. At
 * TPL_NOTIFY. */
static struct handle *find_longest(const struct protocol *protocol,
                                   const EFI_DEVICE_PATH_PROTOCOL *path, size_t *ret_size)
{
    struct handle *best = NULL;
    size_t path_size = device_path_prefix_size(path);
    LIST_FOR_EACH(node, &protocol->interfaces)
    {
        const struct interface *interface = LIST_ENTRY(node, struct interface, by_protocol);
        const EFI_DEVICE_PATH_PROTOCOL *candidate = path_beside(interface);
        if (candidate == NULL)
            continue;
        size_t size = device_path_prefix_size(candidate);
        if (size > path_size || (best != NULL && size <= *ret_size) ||
            memcmp(path, candidate, size) != 0)
            continue;
        best = interface->handle;
        *ret_size = size;
    }
    return best;
}

EFI_STATUS locate_device_path(const EFI_GUID *protocol, EFI_DEVICE_PATH_PROTOCOL **path,
                              EFI_HANDLE *ret_device)
{
    if (protocol == NULL || path == NULL || *path == NULL)
        return EFI_INVALID_PARAMETER;
    struct handle *best = NULL;
    size_t size = 0;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct protocol *found = protocol_find(protocol);
    if (found != NULL && device_path_size(*path) > 0)
        best = find_longest(found, *path, &size);
    efi_restore_tpl(tpl);
    if (best == NULL)
        return EFI_NOT_FOUND;
    if (ret_device == NULL)
        return EFI_INVALID_PARAMETER;
    *ret_device = best;
    *path = (void *)((char *)*path + size);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_locate_handle(EFI_LOCATE_SEARCH_TYPE SearchType, const EFI_GUID *Protocol,
                                    void *SearchKey, size_t *BufferSize, EFI_HANDLE *Buffer)
{
    if (SearchType != ByRegisterNotify && search_valid(SearchType, Protocol, SearchKey))
        locate_call_hook(SearchType == ByProtocol ? Protocol : NULL);
    return locate_handle(SearchType, Protocol, SearchKey, BufferSize, Buffer);
}

EFI_STATUS EFIAPI efi_locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE SearchType,
                                           const EFI_GUID *Protocol, void *SearchKey,
                                           size_t *NoHandles, EFI_HANDLE **Buffer)
{
    if (SearchType != ByRegisterNotify && search_valid(SearchType, Protocol, SearchKey))
        locate_call_hook(SearchType == ByProtocol ? Protocol : NULL);
    return locate_handle_buffer(SearchType, Protocol, SearchKey, NoHandles, Buffer);
}

EFI_STATUS EFIAPI efi_locate_protocol(const EFI_GUID *Protocol, void *Registration,
                                      void **Interface)
{
    if (Protocol != NULL && Registration == NULL)
        locate_call_hook(Protocol);
    return locate_protocol(Protocol, Registration, Interface);
}

EFI_STATUS EFIAPI efi_locate_device_path(const EFI_GUID *Protocol,
                                         EFI_DEVICE_PATH_PROTOCOL **DevicePath, EFI_HANDLE *Device)
{
    if (Protocol != NULL && DevicePath != NULL && *DevicePath != NULL)
        call_path_hook(*DevicePath);
    return locate_device_path(Protocol, DevicePath, Device);
}

void locate_fill(EFI_BOOT_SERVICES *table)
{
    table->LocateHandle = efi_locate_handle;
    table->LocateHandleBuffer = efi_locate_handle_buffer;
    table->LocateProtocol = efi_locate_protocol;
    table->LocateDevicePath = efi_locate_device_path;
}
