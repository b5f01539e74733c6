/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-net (virtio 1.2 §5.1) over any transport; the driver for PCI is in the table pci_drivers.
 */

/* Takes over the device (and closes it on failure and in virtio_net_stop()), reads what it is, and
 * leaves it reset until the interface is opened. The net_device is in the instance's only
 * interface. */
EFI_STATUS virtio_net_start(struct virtio_device *device, struct device_instance **ret) MUST_CHECK;
void virtio_net_stop(struct device_instance *instance);
void virtio_net_quiesce(struct device_instance *instance);
