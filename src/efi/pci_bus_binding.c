/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/pci_bus_binding.h"

#include "core/log.h"
#include "drivers/pci/pci.h"
#include "efi/binding.h"
#include "efi/controller.h"
#include "efi/handle.h"
#include "efi/protocol/pci_root_bridge_io.h"

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                                   EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    if (controller_root_of(ControllerHandle) == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status =
        binding_can_open(This, ControllerHandle, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
    /* Connecting again means looking again. */
    return status == EFI_ALREADY_STARTED ? EFI_SUCCESS : status;
}

/* Is it recorded already that `child` was made by this driver? */
static bool has_child(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE root, EFI_HANDLE child)
{
    const struct interface *interface =
        interface_find(root, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
    LIST_FOR_EACH(node, &interface->opens)
    {
        const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry =
            &LIST_ENTRY(node, struct open, link)->entry;
        if (entry->AgentHandle == binding->DriverBindingHandle && entry->ControllerHandle == child)
            return true;
    }
    return false;
}

/* EFI_ALREADY_STARTED: there were no new children. */
static EFI_STATUS adopt(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE handle,
                        const struct controller_root *root)
{
    EFI_STATUS result = EFI_ALREADY_STARTED;
    LIST_FOR_EACH(node, &controllers)
    {
        const struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (!controller_is_below(controller, root) ||
            has_child(binding, handle, controller->handle))
            continue;
        EFI_STATUS status = binding_open_child(
            binding, handle, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), controller->handle);
        if (EFI_ERROR(status))
            return status;
        result = EFI_SUCCESS;
    }
    return result;
}

/* The record goes first, as long as the child's handle is there. */
static EFI_STATUS remove_child(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE root,
                               struct controller *controller)
{
    EFI_HANDLE child = controller->handle;
    binding_close_child(binding, root, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), child);
    EFI_STATUS status = controller_remove(controller);
    if (!EFI_ERROR(status))
        return status;
    EFI_STATUS again =
        binding_open_child(binding, root, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), child);
    return EFI_ERROR(again) ? again : status;
}

/* One whose handle somebody holds on to stays until the next look. True: one went. */
static bool remove_gone(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE handle,
                        const struct controller_root *root)
{
    bool removed = false;
    LIST_FOR_EACH_SAFE(node, &controllers)
    {
        struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (!controller_is_below(controller, root) || !controller->function->gone)
            continue;
        if (EFI_ERROR(remove_child(binding, handle, controller)))
            log_warning("%s is gone, and somebody still uses it", controller->name);
        else
            removed = true;
    }
    return removed;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                               EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    struct controller_root *root = controller_root_of(ControllerHandle);
    void *interface;
    if (root == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS opened =
        binding_open(This, ControllerHandle, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), &interface);
    if (EFI_ERROR(opened) && opened != EFI_ALREADY_STARTED)
        return opened;
    EFI_STATUS status = controllers_rescan(root);
    /* Others may be in the places of those that are gone, with their paths. */
    if (remove_gone(This, ControllerHandle, root))
        status = controllers_rescan(root);
    if (EFI_ERROR(status)) {
        if (!EFI_ERROR(opened))
            binding_close(This, ControllerHandle, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
        return status;
    }
    status = adopt(This, ControllerHandle, root);
    return status == EFI_ALREADY_STARTED ? opened : status;
}

/* The children's handles go; they come back when the root bridge is connected, or devices are
 * looked for. */
static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                              size_t NumberOfChildren, EFI_HANDLE *ChildHandleBuffer)
{
    if (controller_root_of(ControllerHandle) == NULL)
        return EFI_DEVICE_ERROR;
    for (size_t i = 0; i < NumberOfChildren; i++) {
        struct controller *controller = controller_of(ChildHandleBuffer[i]);
        if (controller == NULL || EFI_ERROR(remove_child(This, ControllerHandle, controller)))
            return EFI_DEVICE_ERROR;
    }
    if (NumberOfChildren == 0)
        binding_close(This, ControllerHandle, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
    return EFI_SUCCESS;
}

EFI_STATUS pci_bus_binding_install(EFI_HANDLE image)
{
    static EFI_DRIVER_BINDING_PROTOCOL binding = {
        .Supported = supported,
        .Start = start,
        .Stop = stop,
        .Version = BINDING_VERSION_CONTROLLER,
    };
    return binding_install(&binding, image, "PCI bus");
}
