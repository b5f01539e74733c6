/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/lazy_connect.h"

#include "core/log.h"
#include "efi/controller.h"
#include "efi/device_path.h"
#include "efi/driver_model.h"
#include "efi/guid.h"
#include "efi/image.h"
#include "efi/late_protocols.h"
#include "efi/locate.h"
#include "efi/option_rom.h"
#include "efi/protocol/block_io.h"
#include "efi/protocol/disk_io.h"
#include "efi/protocol/load_file.h"
#include "efi/protocol/pci_io.h"
#include "efi/protocol/pci_root_bridge_io.h"
#include "efi/protocol/simple_file_system.h"
#include "efi/protocol/simple_network.h"
#include "efi/protocols/rng.h"
#include "efi/tpl.h"

static const struct {
    EFI_GUID protocol;
    enum device_class class;
} offers[] = {
    {EFI_BLOCK_IO_PROTOCOL_GUID, DEVICE_DISK},
    {EFI_BLOCK_IO2_PROTOCOL_GUID, DEVICE_DISK},
    {EFI_DISK_IO_PROTOCOL_GUID, DEVICE_DISK},
    {EFI_DISK_IO2_PROTOCOL_GUID, DEVICE_DISK},
    {EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID, DEVICE_DISK},
    {EFI_LOAD_FILE_PROTOCOL_GUID, DEVICE_NETWORK},
    {EFI_SIMPLE_NETWORK_PROTOCOL_GUID, DEVICE_NETWORK},
};

/* Classes whose controllers have been connected already, as bits. */
static unsigned connected_classes;

/* The firmware's own programs name the controllers that they want; only loaded images are waited
 * upon. */
static bool asked_by_loaded_image(void)
{
    const struct image *image = image_current();
    return image != NULL && image->base != 0;
}

/* Drivers are started at TPL_CALLBACK at most, and not by a notification function that comes in the
 * middle of somebody else's start. */
static bool may_connect(void)
{
    EFI_TPL tpl = tpl_current();
    return tpl == TPL_APPLICATION || (tpl <= TPL_CALLBACK && !driver_model_is_busy());
}

static void connect(struct controller *controller)
{
    bool drivable = controller_has_driver(controller) || option_rom_enabled();
    if (drivable && controller->instance == NULL)
        (void)efi_connect_controller(controller->handle, NULL, NULL, true);
}

static void scan_all(void)
{
    if (EFI_ERROR(controllers_scan(true)))
        log_warning("pci: some devices were left out: out of memory");
}

/* A device without a driver of ours may have one in its ROM. */
static bool is_of_class(const struct controller *controller, enum device_class class)
{
    return controller_offers(controller, class) ||
           (option_rom_enabled() && option_rom_class(controller) == class);
}

static void connect_class(enum device_class class)
{
    if ((connected_classes & 1u << class) != 0)
        return;
    connected_classes |= 1u << class;
    scan_all();
    LIST_FOR_EACH(node, &controllers)
    {
        struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (is_of_class(controller, class))
            connect(controller);
    }
}

static void locate_hook(const EFI_GUID *protocol)
{
    if (!asked_by_loaded_image())
        return;
    late_protocols_offer(protocol);
    if (protocol != NULL && (guid_equal(protocol, GUID_OF(EFI_PCI_IO_PROTOCOL)) ||
                             guid_equal(protocol, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL))))
        scan_all();
    if (!may_connect())
        return;
    if (protocol == NULL) {
        for (enum device_class class = DEVICE_DISK; class <= DEVICE_OTHER; class ++)
            connect_class(class);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(offers); i++)
        if (guid_equal(protocol, &offers[i].protocol))
            connect_class(offers[i].class);
    /* A device adds little to what the processor gives. */
    if (guid_equal(protocol, GUID_OF(EFI_RNG_PROTOCOL)) && !rng_available())
        connect_class(DEVICE_RANDOM);
}

/* A path names its controller by the nodes that it begins with. False: none that is known. */
static bool connect_named(EFI_DEVICE_PATH_PROTOCOL *path)
{
    bool found = false;
    LIST_FOR_EACH(node, &controllers)
    {
        struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (device_path_begins_with(path, controller->path)) {
            connect(controller);
            found = true;
        }
    }
    return found;
}

/* The boot manager looks for paths of Boot#### variables and counts as somebody who asks, too.
 * Segments that were not scanned yet are when the path leads there. */
static void locate_path_hook(EFI_DEVICE_PATH_PROTOCOL *path)
{
    if (!may_connect() || connect_named(path))
        return;
    scan_all();
    (void)connect_named(path);
}

void lazy_connect_init(void)
{
    static const struct locate_hooks hooks = {locate_hook, locate_path_hook};
    locate_set_hooks(&hooks);
    driver_model_set_connect_hook(option_rom_start);
}
