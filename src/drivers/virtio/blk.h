/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-blk (virtio 1.2 §5.2) over any transport; the driver for PCI is in the table pci_drivers.
 */

/* Takes over the device (and closes it on failure and in virtio_blk_stop()): reset, negotiation,
 * one queue. The disk is in the instance's only interface. */
EFI_STATUS virtio_blk_start(struct virtio_device *device, struct device_instance **ret) MUST_CHECK;
void virtio_blk_stop(struct device_instance *instance);
void virtio_blk_quiesce(struct device_instance *instance);
