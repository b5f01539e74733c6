/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "hw/virtio.h"
#include "lib/macros.h"

/* A virtio device, whatever transport it sits on (virtio 1.2 §2, §3.1, §4). */

struct virtio_device;
struct virtqueue;
struct virtio_queue_memory {
    uint64_t descriptors, driver, device; /* addresses for the device */
};

/* What a transport can do. `legacy`: the interface before virtio 1.0 (§1.3.1), without VERSION_1
 * and FEATURES_OK, where the device fixes a queue's size and layout. Each function is called with
 * the device reset or later. */
struct virtio_transport {
    bool legacy;
    uint8_t (*get_status)(struct virtio_device *device);
    void (*set_status)(struct virtio_device *device, uint8_t status);
    uint64_t (*get_features)(struct virtio_device *device);
    void (*set_features)(struct virtio_device *device, uint64_t features);

    /* Largest size of queue `index`, 0: there is no such queue. Selects the queue for
     * enable_queue(). */
    uint32_t (*queue_size)(struct virtio_device *device, uint16_t index);

    /* Tells the device where the queue is and enables it; `max` is what queue_size() said.
     * `*ret_doorbell` is what notify() takes. */
    EFI_STATUS(*enable_queue)
    (struct virtio_device *device, uint16_t index, uint16_t size, uint32_t max,
     const struct virtio_queue_memory *memory, uint64_t *ret_doorbell);
    void (*notify)(struct virtio_device *device, uint16_t index, uint64_t doorbell);

    /* Reads 1, 2 or 4 aligned bytes of device configuration; all ones beyond its end. */
    uint32_t (*read_config)(struct virtio_device *device, unsigned offset, unsigned width);
    /* Writes one byte of it; of legacy devices only, where nothing else is ever set there. */
    void (*write_config_byte)(struct virtio_device *device, unsigned offset, uint8_t value);
    uint8_t (*config_generation)(struct virtio_device *device);

    /* Gives back what opening took, bus mastering too, and frees the device. It has been reset. */
    void (*close)(struct virtio_device *device);

    /* ExitBootServices: takes bus mastering away and frees nothing. */
    void (*quiesce)(struct virtio_device *device);
};

struct virtio_device {
    const struct virtio_transport *transport;
    const char *name;  /* for log lines: "0000:00:03.0" */
    uint64_t features; /* acknowledged */
    bool has_tables;   /* INDIRECT_DESC is offered, and wanted by the driver */
    bool uses_tables;  /* it is acknowledged then */
    bool broken;       /* it broke the rules: nobody talks to it any more */
};

/* Resets the device, unless it is, and waits until it says so. EFI_TIMEOUT: status never became 0.
 */
EFI_STATUS virtio_reset(struct virtio_device *device) MUST_CHECK;

/* From reset to FEATURES_OK: acknowledges VERSION_1, ACCESS_PLATFORM if offered, and of `wanted`
 * what is offered; nothing else, since Cloud Hypervisor never forgets a bit. INDIRECT_DESC waits
 * for virtio_use_tables(). EFI_UNSUPPORTED: a device without VERSION_1, or one that refuses the
 * set. */
EFI_STATUS virtio_negotiate(struct virtio_device *device, uint64_t wanted) MUST_CHECK;

/* The same for drivers that want one feature only beside others: `choose` says what is wanted of
 * what is offered. */
EFI_STATUS virtio_negotiate_by(struct virtio_device *device,
                               uint64_t (*choose)(uint64_t offered)) MUST_CHECK;

/* Negotiates once more, now with INDIRECT_DESC, which stays so for this device: how small a queue
 * is can be known only after the first time (§3.1.1). EFI_DEVICE_ERROR: other features are gone. */
EFI_STATUS virtio_use_tables(struct virtio_device *device) MUST_CHECK;

/* All queues are enabled: the device may run. */
void virtio_driver_ok(struct virtio_device *device);

/* Marks the device broken, with one log line the first time, and returns EFI_DEVICE_ERROR. */
EFI_STATUS virtio_broken(struct virtio_device *device, const char *reason);

static inline bool virtio_has(const struct virtio_device *device, uint64_t feature)
{
    return (device->features & feature) != 0;
}

/* A register of the device configuration: 1, 2 or 4 bytes wide, aligned. */
struct virtio_config_field {
    uint8_t offset, width;
};

/* Reads a consistent set of registers (§2.5.1: again while the generation changes, a few times).
 * EFI_DEVICE_ERROR: it never stands still. */
EFI_STATUS virtio_read_config(struct virtio_device *device,
                              const struct virtio_config_field *fields, unsigned count,
                              uint32_t *ret_values) MUST_CHECK;
