/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "platform/acpi_tables.h"
#include "platform/machine.h"

/* What single ACPI tables say of the machine. Each leaves alone what its table does not tell. */

void acpi_read_fadt(const struct acpi_table *fadt, struct machine_power *power,
                    uint16_t *pm_timer_port);

#define ACPI_IO_APICS_MAX 8

struct acpi_interrupts {
    bool has_8259;
    uint64_t local_apic;
    uint64_t io_apics[ACPI_IO_APICS_MAX];
    size_t io_apic_count;
    size_t processor_count; /* enabled ones */
};

void acpi_read_madt(const struct acpi_table *madt, struct acpi_interrupts *ret);

/* Walks the MADT's entries, header included in each: `madt` is what acpi_read() gave, with
 * acpi_madt_start() behind it. False at the end, and at an entry that is malformed. */
bool acpi_madt_start(struct reader *madt, struct acpi_madt *ret_header) MUST_CHECK;
bool acpi_madt_next(struct reader *madt, uint8_t *ret_type, struct reader *ret_entry) MUST_CHECK;

/* Fills `segments` (at most `max`), segment 0 first; returns how many. */
size_t acpi_read_mcfg(const struct acpi_table *mcfg, struct pci_segment *segments, size_t max);
