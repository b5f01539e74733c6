/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/boot_manager_policy.h"

#include "core/pool.h"
#include "efi/driver_model.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/open_protocol.h"
#include "efi/protocol/simple_network.h"
#include "efi/protocol/simple_text_out.h"
#include "efi/tpl.h"
#include "lib/device_path.h"

/* Handles that go away meanwhile are refused by ConnectController. */
static EFI_STATUS connect_handles(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol)
{
    EFI_HANDLE *found;
    size_t count;
    EFI_STATUS status = efi_locate_handle_buffer(type, protocol, NULL, &count, &found);
    for (size_t i = 0; !EFI_ERROR(status) && i < count; i++)
        (void)efi_connect_controller(found[i], NULL, NULL, true);
    if (!EFI_ERROR(status))
        pool_free(found);
    return status;
}

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
    if (DevicePath == NULL)
        return connect_handles(AllHandles, NULL);
    return connect_path(DevicePath, Recursive);
}

static EFI_STATUS EFIAPI connect_device_class(EFI_BOOT_MANAGER_POLICY_PROTOCOL *This,
                                              EFI_GUID *Class)
{
    if (tpl_current() != TPL_APPLICATION)
        return EFI_UNSUPPORTED;
    if (Class == NULL)
        return EFI_NOT_FOUND;
    if (guid_equal(Class, GUID_OF(EFI_BOOT_MANAGER_POLICY_CONNECT_ALL)))
        return connect_handles(AllHandles, NULL);
    if (guid_equal(Class, GUID_OF(EFI_BOOT_MANAGER_POLICY_NETWORK)))
        return connect_handles(ByProtocol, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL));
    if (guid_equal(Class, GUID_OF(EFI_BOOT_MANAGER_POLICY_CONSOLE)))
        return connect_handles(ByProtocol, GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL));
    return EFI_NOT_FOUND;
}

EFI_BOOT_MANAGER_POLICY_PROTOCOL boot_manager_policy_protocol = {
    .Revision = EFI_BOOT_MANAGER_POLICY_PROTOCOL_REVISION,
    .ConnectDevicePath = connect_device_path,
    .ConnectDeviceClass = connect_device_class,
};
