/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/multiple.h"

#include "core/log.h"
#include "efi/device_path.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/tpl.h"

/* Programs pass their arguments by the EFI calling convention. */
typedef __builtin_ms_va_list efi_va_list;

struct pair {
    const EFI_GUID *protocol; /* NULL: the end of the list */
    void *interface;
};

static struct pair next_pair(efi_va_list *args)
{
    struct pair pair = {__builtin_va_arg(*args, const EFI_GUID *), NULL};
    if (pair.protocol != NULL)
        pair.interface = __builtin_va_arg(*args, void *);
    return pair;
}

static bool is_known_path(struct pair pair)
{
    if (pair.interface == NULL || !guid_equal(pair.protocol, GUID_OF(EFI_DEVICE_PATH_PROTOCOL)))
        return false;
    EFI_DEVICE_PATH_PROTOCOL *path = pair.interface;
    EFI_HANDLE device;
    EFI_STATUS status = locate_device_path(GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path, &device);
    return !EFI_ERROR(status) && device_path_is_end(path);
}

static EFI_STATUS install_all(EFI_HANDLE *handle, efi_va_list *args, size_t *ret_done)
{
    for (;;) {
        struct pair pair = next_pair(args);
        if (pair.protocol == NULL)
            return EFI_SUCCESS;
        if (is_known_path(pair))
            return EFI_ALREADY_STARTED;
        EFI_STATUS status = efi_install_protocol_interface(handle, pair.protocol,
                                                           EFI_NATIVE_INTERFACE, pair.interface);
        if (EFI_ERROR(status))
            return status;
        (*ret_done)++;
    }
}

static EFI_STATUS uninstall_some(EFI_HANDLE handle, efi_va_list *args, size_t limit,
                                 size_t *ret_done)
{
    for (; *ret_done < limit; (*ret_done)++) {
        struct pair pair = next_pair(args);
        if (pair.protocol == NULL)
            return EFI_SUCCESS;
        EFI_STATUS status = efi_uninstall_protocol_interface(handle, pair.protocol, pair.interface);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

/* The whole list is installed at TPL_NOTIFY, so that who waits for one of the protocols finds all
 * of them. */
EFI_STATUS EFIAPI efi_install_multiple_protocol_interfaces(EFI_HANDLE *Handle, ...)
{
    if (Handle == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_HANDLE old = *Handle;
    size_t done = 0;
    efi_va_list args;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    __builtin_ms_va_start(args, Handle);
    EFI_STATUS status = install_all(Handle, &args, &done);
    __builtin_ms_va_end(args);

    if (EFI_ERROR(status)) {
        size_t undone = 0;
        __builtin_ms_va_start(args, Handle);
        if (EFI_ERROR(uninstall_some(*Handle, &args, done, &undone)))
            log_error("InstallMultipleProtocolInterfaces: what was installed cannot be taken back");
        __builtin_ms_va_end(args);
        *Handle = old;
    }
    efi_restore_tpl(tpl);
    return status;
}

static void reinstall(EFI_HANDLE handle, efi_va_list *args, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct pair pair = next_pair(args);
        EFI_STATUS status = efi_install_protocol_interface(&handle, pair.protocol,
                                                           EFI_NATIVE_INTERFACE, pair.interface);
        if (EFI_ERROR(status))
            log_error(
                "UninstallMultipleProtocolInterfaces: what was uninstalled cannot be put back");
    }
}

EFI_STATUS EFIAPI efi_uninstall_multiple_protocol_interfaces(EFI_HANDLE Handle, ...)
{
    /* What is put back must find its handle, even if nothing else is on it. */
    if (!handle_hold(Handle))
        return EFI_INVALID_PARAMETER;
    size_t done = 0;
    efi_va_list args;
    __builtin_ms_va_start(args, Handle);
    EFI_STATUS status = uninstall_some(Handle, &args, SIZE_MAX, &done);
    __builtin_ms_va_end(args);
    if (EFI_ERROR(status)) {
        __builtin_ms_va_start(args, Handle);
        reinstall(Handle, &args, done);
        __builtin_ms_va_end(args);
    }
    handle_release(Handle);
    return EFI_ERROR(status) ? EFI_INVALID_PARAMETER : EFI_SUCCESS;
}

void multiple_fill(EFI_BOOT_SERVICES *table)
{
    table->InstallMultipleProtocolInterfaces = efi_install_multiple_protocol_interfaces;
    table->UninstallMultipleProtocolInterfaces = efi_uninstall_multiple_protocol_interfaces;
}
