/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "hw/acpi.h"
#include "vmm/machine.h"

/* Room that a further host bridge takes. */
#define DSDT_BRIDGE_MAX 4096u

/* The dumped DSDT (512 MiB, 46 address bits, one segment) becomes that of the machine: windows and
 * controllers go where RAM and the width of addresses put them, each further segment gets a host
 * bridge. The checksum is the caller's. */
void dsdt_fit(struct vm *vm, struct acpi_header *dsdt);
