/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/dma_gate.h"

static const struct dma_gate *current;

void dma_gate_set(const struct dma_gate *gate)
{
    current = gate;
}

EFI_STATUS dma_gate_open(const struct device_place *place, const char *name)
{
    return current != NULL ? current->open(place, name) : EFI_SUCCESS;
}

void dma_gate_close(const struct device_place *place)
{
    if (current != NULL)
        current->close(place);
}
