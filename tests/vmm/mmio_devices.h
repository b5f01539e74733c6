/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "vmm/virtio_devices.h"

/* Firecracker's virtio devices over MMIO: a page and an interrupt for each, in the order in which
 * they are made. */

unsigned mmio_device_count(const struct vm *vm);
uint64_t mmio_device_base(unsigned index);
unsigned mmio_device_gsi(unsigned index);

void plug_mmio(struct vm *vm, struct virtio_model *virtio, const struct place *place, bool low);

void add_mmio_devices(struct vm *vm);
void check_mmio_devices(struct vm *vm);
void show_mmio_devices(struct vm *vm, FILE *to);
