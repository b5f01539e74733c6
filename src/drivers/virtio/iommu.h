/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* virtio-iommu (virtio 1.2 §5.13): lets single devices through where the IOMMU lets nobody through
 * by itself. What it does with devices that nobody attached stands in its configuration: where they
 * bypass it, it is not touched. Else the first device that is let through starts it, and the last
 * one that goes resets it. The bit for all devices is never set: the host wished it otherwise.
 *
 * Not re-entrant: the caller sees to it. */

struct pci_function;

/* Nobody is let through yet. `find` gives the PCI function at a place, or NULL. */
void virtio_iommu_init(const struct machine *machine,
                       struct pci_function *(*find)(const struct device_place *place));

/* Lets the device at `place` reach all RAM, at the addresses that the processor uses; `name` is for
 * log lines. EFI_SUCCESS also when no IOMMU is in front of it, or one that it bypasses.
 * EFI_DEVICE_ERROR, EFI_TIMEOUT: the IOMMU refuses, or does not work. EFI_UNSUPPORTED: it cannot
 * map memory like that. EFI_OUT_OF_RESOURCES. */
EFI_STATUS virtio_iommu_attach(const struct device_place *place, const char *name) MUST_CHECK;

/* It reaches memory no longer; its bus mastering is off. */
void virtio_iommu_detach(const struct device_place *place);

/* ExitBootServices: nobody is let through any more and IOMMUs are reset; no memory is allocated or
 * freed. Called once, as the last. */
void virtio_iommu_quiesce(void);
