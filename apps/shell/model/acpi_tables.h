/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/status.h"
#include "hw/acpi.h"
#include "lib/macros.h"

/* The ACPI tables that the firmware publishes (ACPI 6.5 §5.2). */

/* Calls `visit` for the root table, what it lists, and the DSDT that the FADT names, until it
 * returns an error, which is the result. Tables that lie outside of what the memory map describes
 * are passed over with a complaint. EFI_NOT_FOUND: there are no tables. */
EFI_STATUS acpi_each_table(EFI_STATUS (*visit)(const struct acpi_header *table, void *context),
                           void *context) MUST_CHECK;

/* The sum of all bytes, 0 for a right checksum. */
uint8_t acpi_checksum(const void *data, size_t size);

/* Prints the fields of the tables that it knows; false for others. */
bool acpi_explain(const struct acpi_header *table);
