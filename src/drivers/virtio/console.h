/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-console (virtio 1.2 §5.3) over any transport; the driver for PCI is in the table
 * pci_drivers. */

/* Takes over the device, and closes it on failure and when stopped. The character device is in the
 * instance's only interface. */
EFI_STATUS virtio_console_start(struct virtio_device *device,
                                struct device_instance **ret) MUST_CHECK;
void virtio_console_stop(struct device_instance *instance);
void virtio_console_quiesce(struct device_instance *instance);
