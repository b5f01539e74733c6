/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "platform/aml.h"
#include "platform/machine.h"

/* Virtio devices over MMIO announce themselves nowhere: the host names them by words
 * `virtio_mmio.device=<size>@<base>:<irq>[:<id>]` of the command line (as Linux reads them;
 * Firecracker) and by devices LNRO0005 of the DSDT (QEMU's microvm, newer Firecracker). Fills
 * `places` with each one once, and returns how many there are. */
size_t virtio_places_find(const char *command_line, const struct aml_findings *aml,
                          struct virtio_place *places, size_t max);
