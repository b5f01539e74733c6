/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdio.h>

#include "models/virtio.h"
#include "vmm/machine.h"

/* virtio devices of the bench, whatever carries them. */

/* disks.c, net.c, characters.c (console and entropy); plugged by the machine's kind. */
void add_disk(struct vm *vm, unsigned index);
void add_net(struct vm *vm, unsigned index);
void add_console(struct vm *vm);
void add_rng(struct vm *vm);

/* virtio_devices.c: what models do with guest memory; what is the same for all transports of the
 * check after the run, and of what is shown then. */
struct guest_memory guest_memory_of(struct vm *vm);
void check_virtio(struct bus *bus, const char *name, const struct virtio_model *virtio);
void show_virtio(FILE *to, const struct virtio_model *virtio);
