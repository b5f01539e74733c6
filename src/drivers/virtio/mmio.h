/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "drivers/virtio/virtio.h"

/* virtio over MMIO (virtio 1.2 §4.2): Firecracker, QEMU microvm. Where the devices are stands in
 * the DSDT (LNRO0005) or on the command line (virtio_mmio.device=size@base:irq); finding them is
 * the caller's. */

struct virtio_mmio_place {
    uint64_t base, size; /* of its registers */
    char name[24];       /* set by virtio_mmio_probe(): "mmio 0xfeb00e00" */
    uint16_t type;       /* VIRTIO_TYPE_… */
    uint8_t version;     /* 1 (legacy) or 2 */
};

/* Maps the registers of `place` (base and size are set) and looks what is there. EFI_NOT_FOUND:
 * nothing, or an empty slot. */
EFI_STATUS virtio_mmio_probe(struct virtio_mmio_place *place) MUST_CHECK;

/* Makes a device of what was probed; `place` stays while it is open. Give it to the driver that
 * virtio_driver_find() has for its type. */
EFI_STATUS virtio_mmio_open(const struct virtio_mmio_place *place,
                            struct virtio_device **ret) MUST_CHECK;
