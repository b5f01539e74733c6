/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/pci.h"
#include "models/virtio.h"

/* virtio 1.x over PCI as Cloud Hypervisor has it: one BAR of 512 KiB, exact access widths, and a
 * write while the status is 0 resets. */

#define VIRTIO_PCI_MODEL_BAR_SIZE 0x80000u
#define VIRTIO_PCI_MODEL_COMMON   0x0000u
#define VIRTIO_PCI_MODEL_ISR      0x2000u
#define VIRTIO_PCI_MODEL_CONFIG   0x4000u
#define VIRTIO_PCI_MODEL_NOTIFY   0x6000u

struct virtio_pci_model {
    struct virtio_model *virtio;
    struct pci_model_function pci;
    unsigned lost_writes; /* written while the status was 0 */
    uint64_t register_reads, register_writes;
};

/* Makes a function of `virtio` (set up before) with capabilities at 0x40 and its BAR 0 at
 * `bar_address` (0: not set). */
void virtio_pci_model_add(struct virtio_pci_model *model, struct pci_model *segment,
                          struct virtio_model *virtio, unsigned device, uint64_t bar_address,
                          bool bar_is_64);
