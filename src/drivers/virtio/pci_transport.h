/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/virtio/virtio.h"

/* virtio over PCI. */

struct pci_function;

/* Is the function a virtio device of this type (VIRTIO_TYPE_…)? */
bool virtio_pci_match(const struct pci_function *function, uint16_t type);

/* Enables the function and makes a device of it, not yet reset. virtio_close() undoes it.
 * EFI_UNSUPPORTED: no transport that we know. */
EFI_STATUS virtio_pci_open(struct pci_function *function, struct virtio_device **ret) MUST_CHECK;
