/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hw/acpi.h"
#include "lib/macros.h"
#include "lib/reader.h"
#include "platform/memory_map.h"

/* Where the VMM's ACPI tables are. Every address was checked against the memory map, every length
 * and checksum is right. */

struct acpi_table {
    uint64_t address; /* 0: not there */
    uint32_t size;
};

struct acpi_tables {
    uint64_t rsdp; /* 0: there are no tables */
    uint8_t revision;
    char oem_id[6];
    bool root_is_xsdt;
    struct acpi_table root, fadt, madt, mcfg, dsdt, viot;
};

/* Takes the RSDP at `hint` (0: none known), else searches the first KiB of the EBDA and 0xE0000 to
 * 0xFFFFF (ACPI 6.5 §5.2.5.1). What is malformed gets a line in the log and is not taken. */
void acpi_find_tables(uint64_t hint, const struct memory_map *map, struct acpi_tables *ret);

/* The table's bytes. */
struct reader acpi_read(const struct acpi_table *table);
