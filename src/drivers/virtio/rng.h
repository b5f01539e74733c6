/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-rng (virtio 1.2 §5.4) over any transport; the driver for PCI is in the table pci_drivers.
 */

/* Takes over the device, and closes it on failure and when stopped. The random device is in the
 * instance's only interface. */
EFI_STATUS virtio_rng_start(struct virtio_device *device, struct device_instance **ret) MUST_CHECK;
void virtio_rng_stop(struct device_instance *instance);
void virtio_rng_quiesce(struct device_instance *instance);
