/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "platform/machine.h"

/* Where the VMM names an IOMMU devices are let through it with their bus mastering
 * (drivers/dma_gate.h), whoever turns that on: a driver of ours, or a program by PCI I/O. Elsewhere
 * nothing of this does anything. */
void iommu_init(const struct machine *machine);
