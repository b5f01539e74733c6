/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-pmem (virtio 1.3 §5.19): a file of the host as memory, here as a disk with blocks of 512
 * bytes; the driver for PCI is in the table pci_drivers. */

/* Takes over the device, and closes it on failure and when stopped. The block_device is in the
 * instance's only interface. */
EFI_STATUS virtio_pmem_start(struct virtio_device *device, struct device_instance **ret) MUST_CHECK;
void virtio_pmem_stop(struct device_instance *instance);
void virtio_pmem_quiesce(struct device_instance *instance);
