/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/virtio/virtio.h"

/* virtio over PCI. */

struct device_instance;
struct pci_function;

/* Is the function a virtio device of this type (VIRTIO_TYPE_…)? */
bool virtio_pci_match(const struct pci_function *function, uint16_t type);

/* The two PCI interfaces. EFI_NOT_FOUND: the function has no such registers; it is as before then.
 */
EFI_STATUS virtio_modern_open(struct pci_function *function, struct virtio_device **ret) MUST_CHECK;
EFI_STATUS virtio_legacy_open(struct pci_function *function, struct virtio_device **ret) MUST_CHECK;

/* Enables the function and makes a device of it, not yet reset. Its transport's close() undoes it.
 * EFI_UNSUPPORTED: no transport that we know. */
EFI_STATUS virtio_pci_open(struct pci_function *function, struct virtio_device **ret) MUST_CHECK;

/* Opens the function and starts the device with `start`, which closes it when it fails. */
EFI_STATUS virtio_pci_start(struct pci_function *function,
                            EFI_STATUS (*start)(struct virtio_device *device,
                                                struct device_instance **ret),
                            struct device_instance **ret) MUST_CHECK;
