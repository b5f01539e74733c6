/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/virtio/virtio.h"

/* virtio-scsi (virtio 1.2 §5.6) over any transport. Each disk and CD-ROM is an interface; all of
 * them share one request queue. */

EFI_STATUS virtio_scsi_start(struct virtio_device *device, struct device_instance **ret) MUST_CHECK;
void virtio_scsi_stop(struct device_instance *instance);
void virtio_scsi_quiesce(struct device_instance *instance);
