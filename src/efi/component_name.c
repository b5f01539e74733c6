/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/component_name.h"

#include "core/pool.h"
#include "efi/disk.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/protocol/component_name2.h"
#include "lib/ascii.h"
#include "lib/ucs2.h"

static char supported_languages[] = "en";

struct component_name {
    EFI_COMPONENT_NAME2_PROTOCOL protocol;
    char16_t name[32];
    const char *ascii; /* the same */
};

static struct disk *disk_of(EFI_HANDLE handle)
{
    EFI_BLOCK_IO_PROTOCOL *block_io = handle_interface(handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    return block_io != NULL ? disk_from_block_io(block_io) : NULL;
}

static bool is_supported(const char *language)
{
    return ascii_equal(language, supported_languages);
}

static EFI_STATUS EFIAPI get_driver_name(EFI_COMPONENT_NAME2_PROTOCOL *This, const char *Language,
                                         char16_t **DriverName)
{
    if (Language == NULL || DriverName == NULL)
        return EFI_INVALID_PARAMETER;
    if (!is_supported(Language))
        return EFI_UNSUPPORTED;
    *DriverName = CONTAINER_OF(This, struct component_name, protocol)->name;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_controller_name(EFI_COMPONENT_NAME2_PROTOCOL *This,
                                             EFI_HANDLE ControllerHandle, EFI_HANDLE ChildHandle,
                                             const char *Language, char16_t **ControllerName)
{
    if (!handle_is_valid(ControllerHandle) ||
        (ChildHandle != NULL && !handle_is_valid(ChildHandle)) || Language == NULL ||
        ControllerName == NULL)
        return EFI_INVALID_PARAMETER;
    /* Disks have names, which begin with that of their driver. */
    const char *driver = CONTAINER_OF(This, struct component_name, protocol)->ascii;
    struct disk *disk = disk_of(ChildHandle != NULL ? ChildHandle : ControllerHandle);
    if (!is_supported(Language) || disk == NULL || disk->logical_partition ||
        !ascii_starts_with(disk->device->name, driver))
        return EFI_UNSUPPORTED;
    *ControllerName = disk_name(disk);
    return EFI_SUCCESS;
}

EFI_STATUS component_name_install(EFI_HANDLE handle, const char *name)
{
    struct component_name *component = pool_alloc_zeroed(sizeof *component);
    if (component == NULL)
        return EFI_OUT_OF_RESOURCES;
    component->protocol =
        (EFI_COMPONENT_NAME2_PROTOCOL){get_driver_name, get_controller_name, supported_languages};
    component->ascii = name;
    ucs2_from_ascii(component->name, ARRAY_SIZE(component->name), name);
    EFI_STATUS status = efi_install_protocol_interface(
        &handle, GUID_OF(EFI_COMPONENT_NAME2_PROTOCOL), EFI_NATIVE_INTERFACE, &component->protocol);
    if (EFI_ERROR(status))
        pool_free(component);
    return status;
}
