/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/controller_mmio.h"

#include "core/pool.h"
#include "efi/controller.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/multiple.h"
#include "lib/printf.h"

/* VenHw(837DCA9E-…,<base>): there is no node for such a device in the specification; edk2 gives
 * them this one. */
#define VIRTIO_MMIO_TRANSPORT_GUID                                                                 \
    {                                                                                              \
        0x837dca9e, 0xe874, 0x4d82,                                                                \
        {                                                                                          \
            0xb2, 0x9a, 0x23, 0xfe, 0x0e, 0x23, 0xd1, 0xe2                                         \
        }                                                                                          \
    }

static EFI_DEVICE_PATH_PROTOCOL *path_of(uint64_t base)
{
    struct {
        VENDOR_DEVICE_PATH vendor;
        uint64_t base;
    } __attribute__((packed)) node = {.vendor.Guid = VIRTIO_MMIO_TRANSPORT_GUID, .base = base};
    device_path_set_node(&node.vendor.Header, HARDWARE_DEVICE_PATH, HW_VENDOR_DP, sizeof node);
    return device_path_append_node(NULL, &node.vendor.Header);
}

static EFI_STATUS make_controller(const struct virtio_mmio_place *place)
{
    struct controller *controller = pool_alloc_zeroed(sizeof *controller);
    if (controller == NULL)
        return EFI_OUT_OF_RESOURCES;
    controller->place = *place;
    controller->virtio_driver = virtio_driver_find(place->type);
    const char *driver = controller_driver_name(controller);
    format_text(controller->name, sizeof controller->name, "%s %s",
                driver != NULL ? driver : "virtio", place->name);
    controller->path = path_of(place->base);
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    if (controller->path != NULL)
        status = efi_install_multiple_protocol_interfaces(
            &controller->handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), controller->path,
            GUID_OF(CLOUDHV_VIRTIO_MMIO), controller, NULL);
    if (EFI_ERROR(status)) {
        pool_free(controller->path);
        pool_free(controller);
        return status;
    }
    list_append(&controllers, &controller->link);
    return EFI_SUCCESS;
}

/* A place where nothing is gets no handle; who has named it was told so by the probe when it cannot
 * be. */
EFI_STATUS controllers_find_mmio(const struct machine *machine)
{
    static bool done;
    EFI_STATUS status = EFI_SUCCESS;
    for (size_t i = 0; !done && i < machine->virtio_place_count && !EFI_ERROR(status); i++) {
        struct virtio_mmio_place place = {.base = machine->virtio_places[i].base,
                                          .size = machine->virtio_places[i].size};
        if (!EFI_ERROR(virtio_mmio_probe(&place)))
            status = make_controller(&place);
    }
    done = true;
    return status;
}
