/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio_pci.h"
#include "vmm/machine.h"

/* Cloud Hypervisor's PCI segments: pci_devices.c, and pmem.c, whose memory is in their windows. */

/* `size` bytes of the segment's 64-bit window, from its top downward. */
uint64_t allocate64(struct vm *vm, unsigned segment, uint64_t size, uint64_t alignment);

/* Puts a device on its segment: in the slot asked for or the next free one, with a 32-bit BAR when
 * `low`. */
void plug_pci(struct vm *vm, struct virtio_model *virtio, const struct place *place, bool low);

void add_pci_devices(struct vm *vm);
void check_pci_devices(struct vm *vm);
void show_pci_devices(struct vm *vm, FILE *to);

void create_pmem(struct vm *vm, unsigned index);
void add_pmem(struct vm *vm, unsigned index);
