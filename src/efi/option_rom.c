/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/option_rom.h"

#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/option_rom.h"
#include "drivers/pci/pci.h"
#include "efi/controller.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/image.h"
#include "efi/protocol/driver_override.h"
#include "efi/protocols/decompress.h"
#include "hw/pe.h"
#include "lib/ascii.h"
#include "lib/printf.h"
#include "lib/status_name.h"
#include "platform/machine.h"

#define FILE_LIMIT (64u << 20) /* of one that was compressed */

static EFI_HANDLE loader;

void option_rom_init(EFI_HANDLE image)
{
    loader = image;
}

bool option_rom_enabled(void)
{
    const char *value = host_option("rom");
    return value != NULL && ascii_equal(value, "on");
}

enum device_class option_rom_class(const struct controller *controller)
{
    if (controller->function == NULL)
        return DEVICE_OTHER;
    switch (controller->function->class) {
    case PCI_CLASS_STORAGE:
        return DEVICE_DISK;
    case PCI_CLASS_NETWORK:
        return DEVICE_NETWORK;
    default:
        return DEVICE_OTHER;
    }
}

/* The drivers of one ROM, in its order: ConnectController asks for them before it tries others
 * (UEFI 2.10 §11.3). */
#define DRIVERS_MAX 8

struct rom_drivers {
    EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL protocol;
    EFI_HANDLE images[DRIVERS_MAX];
    size_t count;
};

static EFI_STATUS EFIAPI get_driver(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL *This,
                                    EFI_HANDLE *DriverImageHandle)
{
    const struct rom_drivers *drivers = CONTAINER_OF(This, struct rom_drivers, protocol);
    size_t next = 0;
    if (DriverImageHandle == NULL)
        return EFI_INVALID_PARAMETER;
    if (*DriverImageHandle != NULL) {
        while (next < drivers->count && drivers->images[next] != *DriverImageHandle)
            next++;
        if (next == drivers->count)
            return EFI_INVALID_PARAMETER;
        next++;
    }
    if (next == drivers->count)
        return EFI_NOT_FOUND;
    *DriverImageHandle = drivers->images[next];
    return EFI_SUCCESS;
}

/* Unpacks `source`; the result is the caller's. */
static EFI_STATUS decompress(void *source, size_t size, void **ret, size_t *ret_size)
{
    uint32_t unpacked_size, scratch_size;
    EFI_STATUS status = decompress_protocol.GetInfo(&decompress_protocol, source, (uint32_t)size,
                                                    &unpacked_size, &scratch_size);
    if (EFI_ERROR(status))
        return status;
    if (unpacked_size == 0 || unpacked_size > FILE_LIMIT)
        return EFI_VOLUME_CORRUPTED;
    CLEANUP_POOL void *unpacked = pool_alloc(unpacked_size);
    CLEANUP_POOL void *scratch = pool_alloc(scratch_size);
    if (unpacked == NULL || scratch == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = decompress_protocol.Decompress(&decompress_protocol, source, (uint32_t)size, unpacked,
                                            unpacked_size, scratch, scratch_size);
    if (EFI_ERROR(status))
        return status;
    *ret = TAKE_POINTER(unpacked);
    *ret_size = unpacked_size;
    return EFI_SUCCESS;
}

/* The path of a driver: its controller, and where in the ROM it is. */
static EFI_DEVICE_PATH_PROTOCOL *path_of(const struct controller *controller,
                                         const struct option_rom_image *image)
{
    struct {
        EFI_DEVICE_PATH_PROTOCOL header;
        uint32_t reserved;
        uint64_t start, end;
    } __attribute__((packed))
    node = {.start = image->offset, .end = image->offset + image->size - 1};
    device_path_set_node(&node.header, MEDIA_DEVICE_PATH, MEDIA_RELATIVE_OFFSET_RANGE_DP,
                         sizeof node);
    return device_path_append_node(controller->path, &node.header);
}

static EFI_STATUS load(const struct controller *controller, const struct option_rom_image *image,
                       EFI_HANDLE *ret)
{
    void *file = (char *)controller->io.protocol.RomImage + image->offset;
    size_t size = image->size;
    CLEANUP_POOL void *unpacked = NULL;
    CLEANUP_POOL EFI_DEVICE_PATH_PROTOCOL *path = path_of(controller, image);
    if (path == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (image->compressed) {
        EFI_STATUS status = decompress(file, size, &unpacked, &size);
        if (EFI_ERROR(status))
            return status;
        file = unpacked;
    }
    EFI_HANDLE handle = NULL;
    EFI_STATUS status = efi_load_image(false, loader, path, file, size, &handle);
    if (status == EFI_SECURITY_VIOLATION && handle != NULL)
        (void)efi_unload_image(handle); /* loaded, but not to be started */
    if (!EFI_ERROR(status))
        *ret = handle;
    return status;
}

/* A driver that stays is one of the ROM's drivers; one that does not has been unloaded. */
static void start(const struct controller *controller, const struct option_rom_image *image,
                  struct rom_drivers *drivers)
{
    EFI_HANDLE handle;
    if (image->machine != PE_MACHINE_X64 || (image->subsystem != PE_SUBSYSTEM_EFI_BOOT_DRIVER &&
                                             image->subsystem != PE_SUBSYSTEM_EFI_RUNTIME_DRIVER))
        return;
    EFI_STATUS status = load(controller, image, &handle);
    if (!EFI_ERROR(status))
        status = efi_start_image(handle, NULL, NULL);
    if (EFI_ERROR(status))
        log_warning("%s: driver in its ROM: %s", controller->name, status_name(status));
    else if (drivers->count < DRIVERS_MAX)
        drivers->images[drivers->count++] = handle;
}

static void start_all(struct controller *controller)
{
    struct rom_drivers *drivers = pool_alloc_zeroed(sizeof *drivers);
    if (drivers == NULL)
        return;
    drivers->protocol.GetDriver = get_driver;
    struct reader rom =
        reader_make(controller->io.protocol.RomImage, controller->io.protocol.RomSize);
    struct option_rom_image image;
    size_t position = 0;
    while (option_rom_next(rom, &position, &image))
        start(controller, &image, drivers);
    EFI_STATUS status = EFI_NOT_FOUND;
    if (drivers->count > 0)
        status = efi_install_protocol_interface(&controller->handle,
                                                GUID_OF(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL),
                                                EFI_NATIVE_INTERFACE, &drivers->protocol);
    if (EFI_ERROR(status))
        pool_free(drivers);
    else
        controller->rom_drivers = &drivers->protocol;
}

void option_rom_start(EFI_HANDLE handle)
{
    if (!option_rom_enabled())
        return;
    struct controller *controller = controller_of(handle);
    if (controller == NULL || controller->function == NULL || controller->rom_looked_at)
        return;
    controller->rom_looked_at = true;
    size_t size;
    EFI_STATUS status =
        pci_read_option_rom(controller->function, &controller->io.protocol.RomImage, &size);
    if (EFI_ERROR(status))
        return;
    controller->io.protocol.RomSize = size;
    start_all(controller);
}
