/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "efi/protocol/device_path.h"
#include "efi/protocols/pci_io.h"
#include "efi/types.h"
#include "lib/list.h"
#include "platform/machine.h"

/* PCI functions as controllers of the driver model: one handle each, with a device path and PCI
 * I/O. Segment 0 is scanned when somebody first asks; the others when somebody asks for everything.
 */

struct controller {
    struct list link; /* all controllers, in the order of discovery */
    EFI_HANDLE handle;
    EFI_DEVICE_PATH_PROTOCOL *path;
    struct pci_io io;
    struct pci_function *function;
    const struct pci_driver *driver;  /* NULL: none of ours */
    struct device_instance *instance; /* while it is started */
    char name[48];                    /* "virtio-blk 0000:00:03.0" */
};

extern struct list controllers;

EFI_STATUS controllers_init(const struct machine *machine) MUST_CHECK;

/* Makes the handles of the functions that were found since the last call. EFI_OUT_OF_RESOURCES:
 * some are missing. */
EFI_STATUS controllers_scan(bool all_segments) MUST_CHECK;

/* Looks for functions that came or went (hot plug): what `connect -r` needs. */
EFI_STATUS controllers_rescan(void) MUST_CHECK;

/* The controller with this handle, or NULL. */
struct controller *controller_of(EFI_HANDLE handle);

/* The protocol by which drivers hold a controller. */
const EFI_GUID *controller_protocol(const struct controller *controller);

/* Is it of this class, and ours to drive? */
bool controller_offers(const struct controller *controller, enum device_class class);

/* The name of the controller that `path` begins with, or NULL. */
const char *controllers_name(const EFI_DEVICE_PATH_PROTOCOL *path);

/* ExitBootServices: every started device is reset and its bus mastering off. */
void controllers_quiesce(void);
