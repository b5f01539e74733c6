/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "hw/acpi.h"
#include "vmm/machine.h"

/* For struct acpi_fit: more bytes at the table's end. */
void acpi_append(struct acpi_header *table, const void *data, uint32_t size);
