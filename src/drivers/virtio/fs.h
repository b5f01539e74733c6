/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-fs (virtio 1.2 §5.11) over any transport, as a way to a FUSE server; the driver for PCI is
 * in the table pci_drivers. */

/* Takes over the device, and closes it on failure and when stopped. The fuse_device is in the
 * instance's only interface. */
EFI_STATUS virtio_fs_start(struct virtio_device *device, struct device_instance **ret) MUST_CHECK;
void virtio_fs_stop(struct device_instance *instance);
void virtio_fs_quiesce(struct device_instance *instance);
