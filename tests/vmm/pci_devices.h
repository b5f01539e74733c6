/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio_pci.h"
#include "vmm/machine.h"

/* What the kinds of devices use of pci_devices.c. */

/* `size` bytes of the segment's 64-bit window, from its top downward. */
uint64_t allocate64(struct vm *vm, unsigned segment, uint64_t size, uint64_t alignment);

/* Puts a device, whose model is set up, on its segment: in the slot asked for or the next free one,
 * with a 32-bit BAR when `low`. */
void add_pci_device(struct vm *vm, struct virtio_pci_model *pci, struct virtio_model *virtio,
                    const struct place *place, bool low);

/* disks.c, net.c, pmem.c, characters.c (console and entropy) */
void add_disk(struct vm *vm, unsigned index);
void add_net(struct vm *vm, unsigned index);
void create_pmem(struct vm *vm, unsigned index);
void add_pmem(struct vm *vm, unsigned index);
void add_console(struct vm *vm);
void add_rng(struct vm *vm);
