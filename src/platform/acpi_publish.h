/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* Root pointers for the configuration tables (DESIGN decision 14). An RSDP of revision 2 is
 * published as it is. One of revision 0 goes under the ACPI 1.0 GUID, and an RSDP and an XSDT of
 * ours, which list the same tables, under the ACPI 2.0 GUID. The VMM's tables are never changed. */

struct acpi_publication {
    uint64_t acpi10; /* physical address for EFI_ACPI_10_TABLE_GUID, 0: nothing to install */
    uint64_t acpi20; /* for EFI_ACPI_20_TABLE_GUID */
};

/* Bytes of memory (16-byte aligned, EfiACPIReclaimMemory) that acpi_publish() needs; may be 0. */
size_t acpi_publish_size(const struct machine *machine);

/* Builds what is ours in `memory[size]`, which is identity mapped. EFI_NOT_FOUND: the machine has
 * no ACPI tables; EFI_BUFFER_TOO_SMALL. */
EFI_STATUS acpi_publish(const struct machine *machine, void *memory, size_t size,
                        struct acpi_publication *ret) MUST_CHECK;
