/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/handle.h"

#include "core/pool.h"
#include "efi/driver_model.h"
#include "efi/object_set.h"
#include "efi/open_protocol.h"
#include "efi/protocol_notify.h"
#include "efi/tpl.h"

#define BUCKET_COUNT 32

struct list handles = LIST_INIT(handles);

static struct object_set known_handles;
static struct list buckets[BUCKET_COUNT]; /* struct protocol, by hash of the GUID */

static struct list *bucket_of(const EFI_GUID *guid)
{
    struct list *bucket = &buckets[(guid->Data1 ^ guid->Data1 >> 16) % BUCKET_COUNT];
    if (bucket->next == NULL)
        list_init(bucket);
    return bucket;
}

struct protocol *protocol_find(const EFI_GUID *guid)
{
    struct list *bucket = bucket_of(guid);
    LIST_FOR_EACH(node, bucket)
    {
        struct protocol *protocol = LIST_ENTRY(node, struct protocol, link);
        if (guid_equal(&protocol->guid, guid))
            return protocol;
    }
    return NULL;
}

struct protocol *protocol_get(const EFI_GUID *guid)
{
    struct protocol *protocol = protocol_find(guid);
    if (protocol != NULL)
        return protocol;
    protocol = pool_alloc(sizeof *protocol);
    if (protocol == NULL)
        return NULL;
    protocol->guid = *guid;
    list_init(&protocol->interfaces);
    list_init(&protocol->notifications);
    list_append(bucket_of(guid), &protocol->link);
    return protocol;
}

struct handle *handle_find(EFI_HANDLE handle)
{
    return object_set_contains(&known_handles, handle) ? handle : NULL;
}

bool handle_is_valid(EFI_HANDLE handle)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    bool valid = handle_find(handle) != NULL;
    efi_restore_tpl(tpl);
    return valid;
}

struct interface *interface_find(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    struct handle *found = handle_find(handle);
    if (found == NULL)
        return NULL;
    LIST_FOR_EACH(node, &found->interfaces)
    {
        struct interface *interface = LIST_ENTRY(node, struct interface, by_handle);
        if (guid_equal(&interface->protocol->guid, protocol))
            return interface;
    }
    return NULL;
}

void *handle_interface(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct interface *interface = interface_find(handle, protocol);
    void *result = interface != NULL ? interface->interface : NULL;
    efi_restore_tpl(tpl);
    return result;
}

bool handle_supports(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    bool supports = interface_find(handle, protocol) != NULL;
    efi_restore_tpl(tpl);
    return supports;
}

static struct handle *handle_new(void)
{
    if (!object_set_reserve(&known_handles))
        return NULL;
    struct handle *handle = pool_alloc_zeroed(sizeof *handle);
    if (handle == NULL)
        return NULL;
    list_init(&handle->interfaces);
    list_append(&handles, &handle->link);
    object_set_add(&known_handles, handle);
    return handle;
}

static void handle_free(struct handle *handle)
{
    object_set_remove(&known_handles, handle);
    list_remove(&handle->link);
    pool_free(handle);
}

static void free_if_unused(struct handle *handle)
{
    if (list_empty(&handle->interfaces) && handle->holds == 0)
        handle_free(handle);
}

bool handle_hold(EFI_HANDLE handle)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct handle *found = handle_find(handle);
    if (found != NULL)
        found->holds++;
    efi_restore_tpl(tpl);
    return found != NULL;
}

void handle_release(EFI_HANDLE handle)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct handle *found = handle;
    found->holds--;
    free_if_unused(found);
    efi_restore_tpl(tpl);
}

static void interface_free(struct interface *interface)
{
    struct handle *handle = interface->handle;
    protocol_notify_removing(interface);
    list_remove(&interface->by_protocol);
    list_remove(&interface->by_handle);
    pool_free(interface);
    free_if_unused(handle);
}

/* At TPL_NOTIFY. */
static EFI_STATUS install(EFI_HANDLE *handle, const EFI_GUID *guid, void *address)
{
    if (*handle != NULL && (handle_find(*handle) == NULL || interface_find(*handle, guid) != NULL))
        return EFI_INVALID_PARAMETER;
    struct protocol *protocol = protocol_get(guid);
    struct interface *interface = pool_alloc_zeroed(sizeof *interface);
    struct handle *owner = protocol == NULL || interface == NULL ? NULL
                           : *handle != NULL                     ? handle_find(*handle)
                                                                 : handle_new();
    if (owner == NULL) {
        pool_free(interface);
        return EFI_OUT_OF_RESOURCES;
    }
    interface->handle = owner;
    interface->protocol = protocol;
    interface->interface = address;
    list_init(&interface->opens);
    list_append(&owner->interfaces, &interface->by_handle);
    list_append(&protocol->interfaces, &interface->by_protocol);
    *handle = owner;
    protocol_notify_signal(protocol);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_install_protocol_interface(EFI_HANDLE *Handle, const EFI_GUID *Protocol,
                                                 EFI_INTERFACE_TYPE InterfaceType, void *Interface)
{
    if (Handle == NULL || Protocol == NULL || InterfaceType != EFI_NATIVE_INTERFACE)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = install(Handle, Protocol, Interface);
    efi_restore_tpl(tpl);
    return status;
}

/* The interface, if it is the one that the caller means. */
static EFI_STATUS check_interface(EFI_HANDLE handle, const EFI_GUID *protocol, const void *address)
{
    if (protocol == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = EFI_SUCCESS;
    const struct interface *interface = interface_find(handle, protocol);
    if (handle_find(handle) == NULL)
        status = EFI_INVALID_PARAMETER;
    else if (interface == NULL || interface->interface != address)
        status = EFI_NOT_FOUND;
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS EFIAPI efi_uninstall_protocol_interface(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                                   void *Interface)
{
    EFI_STATUS status = check_interface(Handle, Protocol, Interface);
    if (!EFI_ERROR(status))
        status = interface_release_users(Handle, Protocol);
    if (EFI_ERROR(status))
        return status;

    /* Drivers ran meanwhile and may have taken the interface away themselves. */
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct interface *interface = interface_find(Handle, Protocol);
    if (interface == NULL || interface->interface != Interface)
        status = EFI_NOT_FOUND;
    else if (!list_empty(&interface->opens))
        status = EFI_ACCESS_DENIED;
    else
        interface_free(interface);
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS EFIAPI efi_reinstall_protocol_interface(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                                   void *OldInterface, void *NewInterface)
{
    EFI_STATUS status = check_interface(Handle, Protocol, OldInterface);
    if (!EFI_ERROR(status))
        status = interface_release_users(Handle, Protocol);
    if (EFI_ERROR(status))
        return status;

    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct interface *interface = interface_find(Handle, Protocol);
    if (interface == NULL || interface->interface != OldInterface) {
        status = EFI_NOT_FOUND;
    } else {
        /* Last in the list, as if it was new: who registered for the protocol sees it again. */
        protocol_notify_removing(interface);
        list_remove(&interface->by_protocol);
        list_append(&interface->protocol->interfaces, &interface->by_protocol);
        interface->interface = NewInterface;
        protocol_notify_signal(interface->protocol);
    }
    efi_restore_tpl(tpl);

    if (!EFI_ERROR(status))
        (void)efi_connect_controller(Handle, NULL, NULL, true);
    return status;
}

static size_t count_interfaces(const struct handle *handle)
{
    size_t count = 0;
    LIST_FOR_EACH(node, &handle->interfaces)
    {
        count++;
    }
    return count;
}

EFI_STATUS EFIAPI efi_protocols_per_handle(EFI_HANDLE Handle, EFI_GUID ***ProtocolBuffer,
                                           size_t *ProtocolBufferCount)
{
    if (ProtocolBuffer == NULL || ProtocolBufferCount == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = EFI_SUCCESS;
    const struct handle *handle = handle_find(Handle);
    if (handle == NULL) {
        status = EFI_INVALID_PARAMETER;
    } else {
        EFI_GUID **guids = pool_alloc(count_interfaces(handle) * sizeof *guids);
        size_t count = 0;
        if (guids == NULL) {
            status = EFI_OUT_OF_RESOURCES;
        } else {
            LIST_FOR_EACH(node, &handle->interfaces)
            {
                guids[count++] = &LIST_ENTRY(node, struct interface, by_handle)->protocol->guid;
            }
            *ProtocolBuffer = guids;
            *ProtocolBufferCount = count;
        }
    }
    efi_restore_tpl(tpl);
    return status;
}

static void protocol_free(struct protocol *protocol)
{
    list_remove(&protocol->link);
    pool_free(protocol);
}

void handles_reset(void)
{
    while (!list_empty(&handles)) {
        struct handle *handle = LIST_ENTRY(handles.next, struct handle, link);
        struct interface *interface =
            LIST_ENTRY(handle->interfaces.next, struct interface, by_handle);
        while (!list_empty(&interface->opens)) {
            struct open *open = LIST_ENTRY(interface->opens.next, struct open, link);
            list_remove(&open->link);
            pool_free(open);
        }
        interface_free(interface);
    }
    protocol_notify_reset();
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        while (buckets[i].next != NULL && !list_empty(&buckets[i]))
            protocol_free(LIST_ENTRY(buckets[i].next, struct protocol, link));
    }
    object_set_clear(&known_handles);
}

void handle_services_fill(EFI_BOOT_SERVICES *table)
{
    table->InstallProtocolInterface = efi_install_protocol_interface;
    table->ReinstallProtocolInterface = efi_reinstall_protocol_interface;
    table->UninstallProtocolInterface = efi_uninstall_protocol_interface;
    table->ProtocolsPerHandle = efi_protocols_per_handle;
}
