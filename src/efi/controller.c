/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/controller.h"

#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "efi/controller_mmio.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/iommu.h"
#include "efi/multiple.h"
#include "efi/protocol/driver_override.h"
#include "efi/protocols/pci_root_bridge_io.h"
#include "efi/tpl.h"
#include "lib/memory.h"
#include "lib/printf.h"

struct list controllers = LIST_INIT(controllers);

/* A host bridge: a segment, or a part of one, with its handle. */
struct controller_root {
    struct pci_host host;
    uint32_t uid;
    bool incomplete; /* some functions have no handle */
    EFI_HANDLE handle;
    EFI_DEVICE_PATH_PROTOCOL *path;
    struct pci_root_bridge_io io;
};

static const struct machine *machine;
static struct controller_root *roots;
static size_t root_count;

EFI_STATUS controllers_init(const struct machine *found)
{
    machine = found;
    roots = pool_alloc_zeroed(machine->pci_segment_count * sizeof *roots);
    if (roots == NULL)
        return EFI_OUT_OF_RESOURCES;
    root_count = machine->pci_segment_count;
    for (size_t i = 0; i < root_count; i++) {
        pci_host_init(&roots[i].host, &machine->pci_segments[i]);
        roots[i].uid = machine->pci_segments[i].uid;
    }
    iommu_init(machine);
    return EFI_SUCCESS;
}

static EFI_STATUS make_root(struct controller_root *root)
{
    struct {
        ACPI_HID_DEVICE_PATH acpi;
        EFI_DEVICE_PATH_PROTOCOL end;
    } __attribute__((packed)) path = {.acpi = {.HID = EISA_PNP_ID(0x0a03), .UID = root->uid}};
    device_path_set_node(&path.acpi.Header, ACPI_DEVICE_PATH, ACPI_DP, sizeof path.acpi);
    device_path_set_end(&path.end);
    root->path = device_path_duplicate(&path.acpi.Header);
    if (root->path == NULL)
        return EFI_OUT_OF_RESOURCES;
    pci_root_bridge_io_init(&root->io, &root->host);
    EFI_STATUS status = efi_install_multiple_protocol_interfaces(
        &root->handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), root->path,
        GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), &root->io.protocol, NULL);
    if (EFI_ERROR(status))
        pool_free(root->path);
    return status;
}

/* The bridges in front of a function, then the function. Buses are few levels deep. */
static EFI_DEVICE_PATH_PROTOCOL *path_of(const struct controller_root *root,
                                         const struct pci_function *function)
{
    EFI_DEVICE_PATH_PROTOCOL *prefix = root->path;
    if (function->bridge != NULL) {
        const struct controller *bridge = function->bridge->owner;
        if (bridge == NULL)
            return NULL;
        prefix = bridge->path;
    }
    PCI_DEVICE_PATH node = {.Function = function->function, .Device = function->device};
    device_path_set_node(&node.Header, HARDWARE_DEVICE_PATH, HW_PCI_DP, sizeof node);
    return device_path_append_node(prefix, &node.Header);
}

static EFI_STATUS make_controller(struct controller_root *root, struct pci_function *function)
{
    struct controller *controller = pool_alloc_zeroed(sizeof *controller);
    if (controller == NULL)
        return EFI_OUT_OF_RESOURCES;
    controller->function = function;
    controller->driver = pci_driver_find(function);
    format_text(controller->name, sizeof controller->name, "%s %s",
                controller->driver != NULL ? controller->driver->name : "pci", function->name);
    controller->path = path_of(root, function);
    if (controller->path == NULL) {
        pool_free(controller);
        return EFI_OUT_OF_RESOURCES;
    }
    pci_io_init(&controller->io, function);
    EFI_STATUS status = efi_install_multiple_protocol_interfaces(
        &controller->handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), controller->path,
        GUID_OF(EFI_PCI_IO_PROTOCOL), &controller->io.protocol, NULL);
    if (EFI_ERROR(status)) {
        pool_free(controller->path);
        pool_free(controller);
        return status;
    }
    function->owner = controller;
    list_append(&controllers, &controller->link);
    return EFI_SUCCESS;
}

static EFI_STATUS make_controllers(struct controller_root *root)
{
    if (root->handle == NULL) {
        EFI_STATUS status = make_root(root);
        if (EFI_ERROR(status))
            return status;
    }
    EFI_STATUS result = EFI_SUCCESS;
    root->incomplete = false;
    LIST_FOR_EACH(node, &root->host.functions)
    {
        struct pci_function *function = LIST_ENTRY(node, struct pci_function, link);
        if (function->owner != NULL || function->gone)
            continue;
        EFI_STATUS status = make_controller(root, function);
        if (!EFI_ERROR(status))
            continue;
        /* Its path may still be that of one that is gone and held by somebody: no reason to miss
         * the others. */
        root->incomplete = true;
        if (status != EFI_ALREADY_STARTED)
            result = status;
    }
    return result;
}

static EFI_STATUS scan(bool all_segments)
{
    EFI_STATUS status = controllers_find_mmio(machine);
    size_t count =
        all_segments ? root_count : MIN(root_count, 1u); /* a machine without PCI has 0 */
    for (size_t i = 0; i < count && !EFI_ERROR(status); i++) {
        if (roots[i].host.scanned && !roots[i].incomplete)
            continue;
        EFI_STATUS scanned = pci_scan_segment(&roots[i].host);
        status = make_controllers(&roots[i]);
        if (!EFI_ERROR(status))
            status = scanned;
    }
    return status;
}

/* Notification functions may look for devices, too: they come when the scan is through. */
EFI_STATUS controllers_scan(bool all_segments)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = scan(all_segments);
    efi_restore_tpl(tpl);
    return status;
}

struct controller_root *controller_root_of(EFI_HANDLE handle)
{
    for (size_t i = 0; handle != NULL && i < root_count; i++) {
        if (roots[i].handle == handle)
            return &roots[i];
    }
    return NULL;
}

bool controller_is_below(const struct controller *controller, const struct controller_root *root)
{
    return controller->function != NULL && controller->function->host == &root->host;
}

/* What drivers made of it is gone by then, and the handle, too. Drivers of its ROM stay in memory:
 * they may drive other devices. */
EFI_STATUS controller_remove(struct controller *controller)
{
    if (controller->rom_drivers != NULL &&
        EFI_ERROR(efi_uninstall_protocol_interface(
            controller->handle, GUID_OF(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL),
            controller->rom_drivers)))
        return EFI_ACCESS_DENIED;
    pool_free(controller->rom_drivers);
    controller->rom_drivers = NULL;
    EFI_STATUS status = efi_uninstall_multiple_protocol_interfaces(
        controller->handle, GUID_OF(EFI_PCI_IO_PROTOCOL), &controller->io.protocol,
        GUID_OF(EFI_DEVICE_PATH_PROTOCOL), controller->path, NULL);
    if (EFI_ERROR(status))
        return EFI_ACCESS_DENIED;
    struct controller_root *root =
        CONTAINER_OF(controller->function->host, struct controller_root, host);
    root->incomplete |= !controller->function->gone;
    controller->function->owner = NULL;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    list_remove(&controller->link);
    efi_restore_tpl(tpl);
    pool_free(controller->io.protocol.RomImage);
    pool_free(controller->path);
    pool_free(controller);
    return EFI_SUCCESS;
}

EFI_STATUS controllers_rescan(struct controller_root *root)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS scanned = pci_rescan_segment(&root->host);
    EFI_STATUS status = make_controllers(root);
    efi_restore_tpl(tpl);
    return EFI_ERROR(status) ? status : scanned;
}

const char *controllers_name(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    LIST_FOR_EACH(node, &controllers)
    {
        const struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (device_path_begins_with(path, controller->path))
            return controller->name;
    }
    return NULL;
}
