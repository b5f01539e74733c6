/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* Where an IOMMU is between devices and memory a device reaches memory only after it was let
 * through. Transports ask here before bus mastering goes on, and tell when it is off again; on a
 * machine without an IOMMU nobody listens. */
struct dma_gate {
    /* An error: the device cannot reach memory; one log line says so. Once or more is the same. */
    EFI_STATUS (*open)(const struct device_place *place, const char *name);
    void (*close)(const struct device_place *place); /* also for one that never was let through */
};

/* NULL: there is none. */
void dma_gate_set(const struct dma_gate *gate);

/* `name` is the device's, for log lines. */
EFI_STATUS dma_gate_open(const struct device_place *place, const char *name) MUST_CHECK;
void dma_gate_close(const struct device_place *place);
