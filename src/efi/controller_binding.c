/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The drivers of src/drivers as EFI drivers: what a started device offers becomes protocols on its
 * controller's handle, or on a child handle when the controller has several units. */
#include "efi/controller_binding.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/random.h"
#include "efi/binding.h"
#include "efi/controller.h"
#include "efi/device_path.h"
#include "efi/disk.h"
#include "efi/handle.h"
#include "efi/protocols/console.h"
#include "efi/protocols/rng.h"
#include "efi/protocols/simple_file_system.h"
#include "efi/protocols/simple_network.h"
#include "efi/tpl.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "storage/fuse/fuse.h"

/* One driver, on PCI and over MMIO. */
struct controller_binding {
    struct list link;
    EFI_DRIVER_BINDING_PROTOCOL protocol;
    const char *name;
};

static struct list bindings = LIST_INIT(bindings);

/* src/efi's side of a struct device_interface. */
struct unit {
    EFI_HANDLE handle;              /* the controller's own, or a child */
    EFI_DEVICE_PATH_PROTOCOL *path; /* of a child, else NULL */
    struct disk *disk;
    struct network *network;
    struct volume *volume;
    struct console_device *console;
    struct entropy_source random; /* its context is the device; NULL: the unit is none */
};

/* Has a child of a started controller been taken away? */
static bool lacks_child(const struct controller *controller)
{
    if (controller->instance == NULL)
        return false;
    LIST_FOR_EACH(node, &controller->instance->interfaces)
    {
        const struct device_interface *interface = LIST_ENTRY(node, struct device_interface, link);
        if (interface->unit.kind != UNIT_CONTROLLER && interface->owner == NULL)
            return true;
    }
    return false;
}

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                                   EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    struct controller_binding *binding = CONTAINER_OF(This, struct controller_binding, protocol);
    struct controller *controller = controller_of(ControllerHandle);
    const char *name = controller != NULL ? controller_driver_name(controller) : NULL;
    if (name == NULL || !ascii_equal(name, binding->name))
        return EFI_UNSUPPORTED;
    EFI_STATUS status = binding_can_open(This, ControllerHandle, controller_protocol(controller));
    return status == EFI_ALREADY_STARTED && lacks_child(controller) ? EFI_SUCCESS : status;
}

/* Messaging nodes (UEFI 2.10 §10.3.4). */
#define MSG_SCSI_DP           0x02
#define MSG_MAC_ADDR_DP       0x0b
#define MSG_SATA_DP           0x12
#define MSG_NVME_NAMESPACE_DP 0x17

static EFI_DEVICE_PATH_PROTOCOL *unit_path(const struct controller *controller,
                                           const struct device_unit *unit)
{
    struct {
        EFI_DEVICE_PATH_PROTOCOL header;
        union {
            struct {
                uint16_t target, lun;
            } scsi;
            struct {
                uint16_t port, port_multiplier, lun;
            } sata;
            struct {
                uint32_t namespace_id;
                uint64_t eui64;
            } __attribute__((packed)) nvme;
            struct {
                EFI_MAC_ADDRESS address;
                uint8_t if_type; /* 1: Ethernet (RFC 3232) */
            } network;
        };
    } __attribute__((packed)) node = {0};
    size_t size = sizeof node.header;
    uint8_t subtype = 0;
    switch (unit->kind) {
    case UNIT_SCSI:
        node.scsi.target = unit->scsi.target;
        node.scsi.lun = unit->scsi.lun;
        subtype = MSG_SCSI_DP;
        size += sizeof node.scsi;
        break;
    case UNIT_SATA:
        node.sata.port = unit->sata.port;
        node.sata.port_multiplier = unit->sata.port_multiplier;
        node.sata.lun = unit->sata.lun;
        subtype = MSG_SATA_DP;
        size += sizeof node.sata;
        break;
    case UNIT_NVME:
        node.nvme.namespace_id = unit->nvme.namespace_id;
        node.nvme.eui64 = unit->nvme.eui64;
        subtype = MSG_NVME_NAMESPACE_DP;
        size += sizeof node.nvme;
        break;
    case UNIT_NETWORK:
        memcpy(node.network.address.Addr, unit->network.address, sizeof unit->network.address);
        node.network.if_type = 1;
        subtype = MSG_MAC_ADDR_DP;
        size += sizeof node.network;
        break;
    case UNIT_CONTROLLER:
        return NULL;
    }
    device_path_set_node(&node.header, MESSAGING_DEVICE_PATH, subtype, size);
    return device_path_append_node(controller->path, &node.header);
}

/* The driver is not re-entrant. */
static EFI_STATUS read_random(void *context, uint8_t *data, size_t size)
{
    struct random_device *device = context;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = device->operations->read(device, data, size);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS add_random(struct device_interface *interface)
{
    struct unit *unit = pool_alloc_zeroed(sizeof *unit);
    if (unit == NULL)
        return EFI_OUT_OF_RESOURCES;
    unit->random = (struct entropy_source){.read = read_random, .context = interface->random};
    rng_add_source(&unit->random);
    EFI_STATUS status = rng_publish();
    if (EFI_ERROR(status)) {
        rng_remove_source(&unit->random);
        pool_free(unit);
        return status;
    }
    interface->owner = unit;
    return EFI_SUCCESS;
}

/* Somebody may hold the protocol of the last source: then it stays, and has nothing to give. */
static void remove_random(struct unit *unit)
{
    rng_remove_source(&unit->random);
    if (EFI_ERROR(rng_publish()))
        log_warning("no source of random numbers is left for those who use it");
}

static EFI_STATUS install_file_system(struct device_interface *interface, struct unit *unit)
{
    struct file_system *file_system;
    EFI_STATUS status = fuse_mount(interface->file_system, &file_system);
    if (EFI_ERROR(status))
        return status;
    status = volume_install(unit->handle, file_system, &unit->volume);
    if (EFI_ERROR(status))
        file_system->operations->unmount(file_system);
    return status;
}

/* What the unit offers becomes protocols on unit->handle. */
static EFI_STATUS install_unit(struct controller *controller, struct device_interface *interface,
                               struct unit *unit)
{
    switch (interface->class) {
    case DEVICE_CONSOLE:
        return console_attach(interface->console, controller->path, &unit->console);
    case DEVICE_NETWORK:
        return network_install(&unit->handle, interface->network, unit->path, &unit->network);
    case DEVICE_FILE_SYSTEM:
        return install_file_system(interface, unit);
    default:
        return disk_install(&unit->handle, interface->disk, false, unit->path, &unit->disk);
    }
}

/* EFI_ACCESS_DENIED, and all is as before, when somebody holds on to a protocol of it. */
static EFI_STATUS uninstall_unit(struct unit *unit)
{
    if (unit->console != NULL)
        console_detach(unit->console);
    else if (unit->random.context != NULL)
        remove_random(unit);
    else if (unit->network != NULL)
        return network_uninstall(unit->handle, unit->network, unit->path);
    else if (unit->volume != NULL)
        return volume_uninstall(unit->handle, unit->volume);
    else
        return disk_uninstall(unit->handle, unit->disk, unit->path);
    return EFI_SUCCESS;
}

static bool is_offered(enum device_class class)
{
    return class == DEVICE_DISK || class == DEVICE_FILE_SYSTEM || class == DEVICE_CONSOLE ||
           class == DEVICE_NETWORK;
}

static EFI_STATUS add_unit(struct controller_binding *binding, struct controller *controller,
                           struct device_interface *interface)
{
    if (interface->class == DEVICE_RANDOM)
        return add_random(interface);
    if (!is_offered(interface->class))
        return EFI_SUCCESS; /* taken by whoever uses that class */
    struct unit *unit = pool_alloc_zeroed(sizeof *unit);
    if (unit == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    bool child = interface->unit.kind != UNIT_CONTROLLER;
    if (child) {
        unit->path = unit_path(controller, &interface->unit);
        if (unit->path == NULL)
            goto fail;
    } else {
        unit->handle = controller->handle;
    }
    status = install_unit(controller, interface, unit);
    if (EFI_ERROR(status))
        goto fail;
    if (child) {
        status = binding_open_child(&binding->protocol, controller->handle,
                                    controller_protocol(controller), unit->handle);
        if (EFI_ERROR(status)) {
            (void)uninstall_unit(unit);
            goto fail;
        }
    }
    interface->owner = unit;
    return EFI_SUCCESS;

fail:
    pool_free(unit->path);
    pool_free(unit);
    return status;
}

/* The record of a child goes first, as long as its handle is there. */
static EFI_STATUS remove_unit(struct controller_binding *binding, struct controller *controller,
                              struct unit *unit)
{
    EFI_HANDLE child = unit->path != NULL ? unit->handle : NULL;
    if (child != NULL)
        binding_close_child(&binding->protocol, controller->handle, controller_protocol(controller),
                            child);
    EFI_STATUS status = uninstall_unit(unit);
    if (EFI_ERROR(status) && child != NULL) {
        EFI_STATUS again = binding_open_child(&binding->protocol, controller->handle,
                                              controller_protocol(controller), child);
        return EFI_ERROR(again) ? again : status;
    }
    return status;
}

static bool contains(const EFI_HANDLE *children, size_t count, EFI_HANDLE handle)
{
    for (size_t i = 0; i < count; i++) {
        if (children[i] == handle)
            return true;
    }
    return false;
}

/* Takes units away again: those with these handles, or all with `count` 0. The first one that
 * somebody holds on to ends it. */
static EFI_STATUS remove_units(struct controller_binding *binding, struct controller *controller,
                               const EFI_HANDLE *children, size_t count)
{
    LIST_FOR_EACH(node, &controller->instance->interfaces)
    {
        struct device_interface *interface = LIST_ENTRY(node, struct device_interface, link);
        struct unit *unit = interface->owner;
        if (unit == NULL || (count > 0 && !contains(children, count, unit->handle)))
            continue;
        EFI_STATUS status = remove_unit(binding, controller, unit);
        if (EFI_ERROR(status))
            return status;
        interface->owner = NULL;
        pool_free(unit->path);
        pool_free(unit);
    }
    return EFI_SUCCESS;
}

/* Adds the units that are not there. */
static EFI_STATUS add_units(struct controller_binding *binding, struct controller *controller)
{
    EFI_STATUS status = EFI_SUCCESS;
    LIST_FOR_EACH(node, &controller->instance->interfaces)
    {
        struct device_interface *interface = LIST_ENTRY(node, struct device_interface, link);
        if (!EFI_ERROR(status) && interface->owner == NULL)
            status = add_unit(binding, controller, interface);
    }
    return status;
}

/* A controller that is started already gets back the children that it lacks. */
static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                               EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    struct controller_binding *binding = CONTAINER_OF(This, struct controller_binding, protocol);
    struct controller *controller = controller_of(ControllerHandle);
    void *interface;
    if (controller == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status =
        binding_open(This, ControllerHandle, controller_protocol(controller), &interface);
    if (status == EFI_ALREADY_STARTED && lacks_child(controller))
        return add_units(binding, controller);
    if (EFI_ERROR(status))
        return status;
    status = controller_start(controller);
    if (EFI_ERROR(status))
        goto close;
    status = add_units(binding, controller);
    if (EFI_ERROR(status))
        goto stop;
    return EFI_SUCCESS;

stop:
    (void)remove_units(binding, controller, NULL, 0);
    controller_stop(controller);
close:
    binding_close(This, ControllerHandle, controller_protocol(controller));
    return status;
}

/* Called for the children first and for the controller at last (UEFI 2.10 §11.1). */
static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                              size_t NumberOfChildren, EFI_HANDLE *ChildHandleBuffer)
{
    struct controller_binding *binding = CONTAINER_OF(This, struct controller_binding, protocol);
    struct controller *controller = controller_of(ControllerHandle);
    if (controller == NULL || controller->instance == NULL)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = remove_units(binding, controller, ChildHandleBuffer, NumberOfChildren);
    if (EFI_ERROR(status))
        return EFI_DEVICE_ERROR;
    if (NumberOfChildren > 0)
        return EFI_SUCCESS;
    controller_stop(controller);
    binding_close(This, ControllerHandle, controller_protocol(controller));
    return EFI_SUCCESS;
}

/* The same name in both tables is the same driver. */
static EFI_STATUS install(EFI_HANDLE image, const char *name)
{
    LIST_FOR_EACH(node, &bindings)
    {
        if (ascii_equal(LIST_ENTRY(node, struct controller_binding, link)->name, name))
            return EFI_SUCCESS;
    }
    struct controller_binding *binding = pool_alloc_zeroed(sizeof *binding);
    if (binding == NULL)
        return EFI_OUT_OF_RESOURCES;
    binding->name = name;
    binding->protocol = (EFI_DRIVER_BINDING_PROTOCOL){.Supported = supported,
                                                      .Start = start,
                                                      .Stop = stop,
                                                      .Version = BINDING_VERSION_CONTROLLER};
    list_append(&bindings, &binding->link);
    return binding_install(&binding->protocol, image, name);
}

EFI_STATUS controller_bindings_install(EFI_HANDLE image)
{
    EFI_STATUS status = EFI_SUCCESS;
    TABLE_FOR_EACH(const struct pci_driver, driver, pci_drivers)
    {
        if (!EFI_ERROR(status))
            status = install(image, driver->name);
    }
    TABLE_FOR_EACH(const struct virtio_driver, driver, virtio_drivers)
    {
        if (!EFI_ERROR(status))
            status = install(image, driver->name);
    }
    return status;
}
