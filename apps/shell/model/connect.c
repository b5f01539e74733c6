/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/connect.h"

#include "efi/protocol/device_path.h"
#include "efi/protocol/device_path_utilities.h"
#include "efi/protocol/loaded_image.h"
#include "lib/device_path.h"
#include "shell/files/device_path.h"
#include "shell/memory.h"
#include "shell/shell.h"
#include "shell/variables.h"

/* A driver that makes a device on each connection shall not keep us for ever. */
#define ROUNDS 16

static EFI_STATUS connect_round(struct arena *arena, EFI_HANDLE first, bool recursive,
                                size_t *ret_count)
{
    EFI_HANDLE drivers[] = {first, NULL};
    struct handles all;
    EFI_STATUS status = handles_with(arena, NULL, &all);
    if (EFI_ERROR(status))
        return status;
    for (size_t at = 0; at < all.count; at++) {
        if (shell_interrupted())
            return EFI_ABORTED;
        /* Images are no controllers; most other handles have nothing to connect, which is no
         * error. */
        if (handle_interface(all.list[at], GUID_OF(EFI_LOADED_IMAGE_PROTOCOL)) == NULL)
            (void)shell.bs->ConnectController(all.list[at], first != NULL ? drivers : NULL, NULL,
                                              recursive);
    }
    *ret_count = all.count;
    return EFI_SUCCESS;
}

EFI_STATUS connect_all(struct arena *arena, EFI_HANDLE first, bool recursive)
{
    size_t before = 0, now = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        EFI_STATUS status = connect_round(arena, first, recursive, &now);
        if (EFI_ERROR(status) || now == before || !recursive)
            return status;
        before = now;
    }
    return EFI_SUCCESS;
}

EFI_STATUS disconnect_all(struct arena *arena)
{
    struct handles all;
    EFI_STATUS status = handles_with(arena, NULL, &all);
    for (size_t at = 0; !EFI_ERROR(status) && at < all.count; at++)
        (void)shell.bs->DisconnectController(all.list[at], NULL, NULL);
    return status;
}

/* One instance of a console variable's path: as near as the firmware comes to it. */
static EFI_STATUS connect_path(EFI_DEVICE_PATH_PROTOCOL *path)
{
    EFI_DEVICE_PATH_PROTOCOL *rest = path;
    EFI_HANDLE handle;
    EFI_STATUS status =
        shell.bs->LocateDevicePath(GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &rest, &handle);
    return EFI_ERROR(status) ? status : shell.bs->ConnectController(handle, NULL, rest, false);
}

static bool connect_variable(const char16_t *name)
{
    EFI_DEVICE_PATH_UTILITIES_PROTOCOL *utilities =
        first_interface(GUID_OF(EFI_DEVICE_PATH_UTILITIES_PROTOCOL));
    struct variable variable;
    bool any = false;
    if (utilities == NULL ||
        EFI_ERROR(variable_read(name, GUID_OF(EFI_GLOBAL_VARIABLE), &variable)))
        return false;
    if (device_path_size_bounded(variable.data, variable.size) == 0) {
        shell_free(variable.data);
        return false;
    }
    EFI_DEVICE_PATH_PROTOCOL *rest = variable.data;
    while (rest != NULL) {
        size_t size;
        EFI_DEVICE_PATH_PROTOCOL *one = utilities->GetNextDevicePathInstance(&rest, &size);
        if (one == NULL)
            break;
        EFI_STATUS status = connect_path(one);
        any = any || !EFI_ERROR(status) || status == EFI_NOT_FOUND;
        shell.bs->FreePool(one);
    }
    shell_free(variable.data);
    return any;
}

EFI_STATUS connect_consoles(void)
{
    bool in = connect_variable(u"ConIn");
    bool out = connect_variable(u"ConOut");
    bool error = connect_variable(u"ErrOut");
    return in || out || error ? EFI_SUCCESS : EFI_NOT_FOUND;
}
