/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/mmio.h"
#include "efi/protocol/device_path.h"
#include "efi/protocols/pci_io.h"
#include "efi/types.h"
#include "lib/list.h"
#include "platform/machine.h"

/* PCI functions, and virtio devices over MMIO, as controllers of the driver model: one handle each,
 * with a device path and the protocol by which drivers hold it. The first PCI segment and the MMIO
 * devices are looked for when somebody first asks; the other segments when somebody asks for
 * everything. */

/* The private protocol of a virtio device over MMIO; the interface is its struct controller. PCI
 * functions have PCI I/O. */
#define CLOUDHV_VIRTIO_MMIO_GUID                                                                   \
    {                                                                                              \
        0x0ccd1e5b, 0x1f5b, 0x4c3e,                                                                \
        {                                                                                          \
            0x9a, 0x52, 0x7f, 0x11, 0xc6, 0x8d, 0x90, 0x3d                                         \
        }                                                                                          \
    }

struct controller {
    struct list link; /* all controllers, in the order of discovery */
    EFI_HANDLE handle;
    EFI_DEVICE_PATH_PROTOCOL *path;
    struct device_instance *instance; /* while it is started */
    char name[48];                    /* "virtio-blk 0000:00:03.0" */

    struct pci_function *function; /* NULL: a virtio device over MMIO */
    struct pci_io io;
    const struct pci_driver *driver; /* NULL: none of ours */
    bool rom_looked_at;
    void *rom_drivers; /* its EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL, or NULL */

    struct virtio_mmio_place place;
    const struct virtio_driver *virtio_driver; /* NULL: none of ours */
};

extern struct list controllers;

EFI_STATUS controllers_init(const struct machine *machine) MUST_CHECK;

/* Makes the handles of the functions that were found since the last call. EFI_OUT_OF_RESOURCES:
 * some are missing. */
EFI_STATUS controllers_scan(bool all_segments) MUST_CHECK;

struct controller_root;

/* The root bridge with this handle, or NULL. */
struct controller_root *controller_root_of(EFI_HANDLE handle);

/* Looks for functions of a root bridge that came or went (hot plug), and makes handles of the new
 * ones; those of functions that are `gone` stay. */
EFI_STATUS controllers_rescan(struct controller_root *root) MUST_CHECK;

/* Takes the controller's handle away; its drivers are stopped. EFI_ACCESS_DENIED: somebody holds on
 * to it. */
EFI_STATUS controller_remove(struct controller *controller) MUST_CHECK;

/* Does the controller belong to the root bridge? */
bool controller_is_below(const struct controller *controller, const struct controller_root *root);

/* The controller with this handle, or NULL. */
struct controller *controller_of(EFI_HANDLE handle);

/* The protocol by which drivers hold a controller. */
const EFI_GUID *controller_protocol(const struct controller *controller);

/* The driver of ours that it has. */
bool controller_has_driver(const struct controller *controller);
const char *controller_driver_name(const struct controller *controller); /* NULL: none */

/* Is it of this class, and ours to drive? */
bool controller_offers(const struct controller *controller, enum device_class class);

/* Starts the device with its driver (`instance` is set then), and stops it. */
EFI_STATUS controller_start(struct controller *controller) MUST_CHECK;
void controller_stop(struct controller *controller);

/* The name of the controller that `path` begins with, or NULL. */
const char *controllers_name(const EFI_DEVICE_PATH_PROTOCOL *path);

/* ExitBootServices: every started device is reset and its bus mastering off. */
void controllers_quiesce(void);
