/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/pci.h"
#include "models/virtio.h"

/* virtio before 1.0 over PCI: ports in BAR 0, no capabilities. */

#define VIRTIO_LEGACY_MODEL_PORTS 0x40u

struct virtio_legacy_model {
    struct virtio_model *virtio;
    struct pci_model_function pci;
};

/* Makes a transitional function without modern registers of `virtio`, its ports at `base` (0: not
 * set). Its memory is offset_memory. */
void virtio_legacy_model_add(struct virtio_legacy_model *model, struct pci_model *segment,
                             struct virtio_model *virtio, uint16_t device_id, unsigned device,
                             uint16_t base);
