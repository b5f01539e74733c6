/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/binding.h"

#include "efi/component_name.h"
#include "efi/handle.h"
#include "efi/open_protocol.h"

EFI_STATUS binding_install(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE image, const char *name)
{
    binding->ImageHandle = image;
    binding->DriverBindingHandle = NULL;
    EFI_STATUS status = efi_install_protocol_interface(&binding->DriverBindingHandle,
                                                       GUID_OF(EFI_DRIVER_BINDING_PROTOCOL),
                                                       EFI_NATIVE_INTERFACE, binding);
    if (EFI_ERROR(status))
        return status;
    return component_name_install(binding->DriverBindingHandle, name);
}

EFI_STATUS binding_open(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                        const EFI_GUID *protocol, void **ret_interface)
{
    return efi_open_protocol(controller, protocol, ret_interface, binding->DriverBindingHandle,
                             controller, EFI_OPEN_PROTOCOL_BY_DRIVER);
}

void binding_close(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                   const EFI_GUID *protocol)
{
    (void)efi_close_protocol(controller, protocol, binding->DriverBindingHandle, controller);
}

EFI_STATUS binding_open_child(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                              const EFI_GUID *protocol, EFI_HANDLE child)
{
    void *interface;
    return efi_open_protocol(controller, protocol, &interface, binding->DriverBindingHandle, child,
                             EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
}

void binding_close_child(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                         const EFI_GUID *protocol, EFI_HANDLE child)
{
    (void)efi_close_protocol(controller, protocol, binding->DriverBindingHandle, child);
}

EFI_STATUS binding_can_open(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                            const EFI_GUID *protocol)
{
    void *interface;
    EFI_STATUS status = binding_open(binding, controller, protocol, &interface);
    if (!EFI_ERROR(status))
        binding_close(binding, controller, protocol);
    return status;
}
