/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/boot_manager_policy.h"

#include "core/pool.h"
#include "efi/controller.h"
#include "efi/driver_model.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/open_protocol.h"
#include "efi/protocol/simple_network.h"
#include "efi/protocol/simple_text_out.h"
#include "efi/tpl.h"
#include "lib/device_path.h"

/* Has a driver the handle, from now or from before? */
static bool is_connected(EFI_HANDLE handle)
{
    EFI_GUID **protocols;
    size_t count;
    bool found = false;
    if (EFI_ERROR(efi_protocols_per_handle(handle, &protocols, &count)))
        return false;
    for (size_t i = 0; i < count && !found; i++)
        found = protocol_is_held(handle, protocols[i]);
    pool_free(protocols);
    return found;
}

/* What became of a number of handles. Those that go away meanwhile, and those that no driver wants,
 * are no failures. */
struct outcome {
    size_t count;
    bool connected; /* some have a driver */
    EFI_STATUS error;
};

static struct outcome connect_handles(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol)
{
    struct outcome outcome = {0};
    EFI_HANDLE *found;
    EFI_STATUS status = efi_locate_handle_buffer(type, protocol, NULL, &outcome.count, &found);
    if (EFI_ERROR(status)) {
        outcome.error = status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
        return outcome;
    }
    for (size_t i = 0; i < outcome.count; i++) {
        status = efi_connect_controller(found[i], NULL, NULL, true);
        if (!EFI_ERROR(status))
            outcome.connected = true;
        else if (status != EFI_NOT_FOUND && status != EFI_INVALID_PARAMETER)
            outcome.error = status;
        else if (!outcome.connected)
            outcome.connected = is_connected(found[i]);
    }
    pool_free(found);
    return outcome;
}

/* Goes along the path: each driver that is started leads a node further, or it is not found. */
static EFI_STATUS connect_path(EFI_DEVICE_PATH_PROTOCOL *path, bool recursive)
{
    EFI_DEVICE_PATH_PROTOCOL *before = NULL;
    for (;;) {
        EFI_DEVICE_PATH_PROTOCOL *rest = path;
        EFI_HANDLE handle;
        EFI_STATUS status =
            efi_locate_device_path(GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &rest, &handle);
        if (EFI_ERROR(status) || rest == before)
            return EFI_NOT_FOUND;
        before = rest;
        bool found = device_path_is_end(rest);
        status = efi_connect_controller(handle, NULL, found ? NULL : rest, found && recursive);
        if (status == EFI_SECURITY_VIOLATION)
            return status;
        if (found)
            return is_connected(handle) ? EFI_SUCCESS : EFI_NOT_FOUND;
    }
}

static EFI_STATUS EFIAPI connect_device_path(EFI_BOOT_MANAGER_POLICY_PROTOCOL *This,
                                             EFI_DEVICE_PATH_PROTOCOL *DevicePath, bool Recursive)
{
    if (tpl_current() != TPL_APPLICATION)
        return EFI_UNSUPPORTED;
    if (DevicePath != NULL)
        return connect_path(DevicePath, Recursive);
    struct outcome all = connect_handles(AllHandles, NULL);
    if (EFI_ERROR(all.error))
        return all.error;
    return all.connected ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static bool has_controller(enum device_class class)
{
    LIST_FOR_EACH(node, &controllers)
    {
        if (controller_offers(LIST_ENTRY(node, struct controller, link), class))
            return true;
    }
    return false;
}

/* What offers the protocol is a device that is connected; more drivers may go on from there. The
 * machine's devices of the class have been tried when the protocol was looked for. */
static EFI_STATUS connect_class(const EFI_GUID *protocol, enum device_class class)
{
    struct outcome outcome = connect_handles(ByProtocol, protocol);
    if (outcome.count > 0 && !EFI_ERROR(outcome.error))
        return EFI_SUCCESS;
    return EFI_ERROR(outcome.error) || has_controller(class) ? EFI_DEVICE_ERROR : EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI connect_device_class(EFI_BOOT_MANAGER_POLICY_PROTOCOL *This,
                                              EFI_GUID *Class)
{
    if (tpl_current() != TPL_APPLICATION)
        return EFI_UNSUPPORTED;
    if (Class == NULL)
        return EFI_NOT_FOUND;
    if (guid_equal(Class, GUID_OF(EFI_BOOT_MANAGER_POLICY_CONNECT_ALL)))
        return connect_handles(AllHandles, NULL).connected ? EFI_SUCCESS : EFI_DEVICE_ERROR;
    if (guid_equal(Class, GUID_OF(EFI_BOOT_MANAGER_POLICY_NETWORK)))
        return connect_class(GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL), DEVICE_NETWORK);
    if (guid_equal(Class, GUID_OF(EFI_BOOT_MANAGER_POLICY_CONSOLE)))
        return connect_class(GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL), DEVICE_CONSOLE);
    return EFI_NOT_FOUND;
}

EFI_BOOT_MANAGER_POLICY_PROTOCOL boot_manager_policy_protocol = {
    .Revision = EFI_BOOT_MANAGER_POLICY_PROTOCOL_REVISION,
    .ConnectDevicePath = connect_device_path,
    .ConnectDeviceClass = connect_device_class,
};
