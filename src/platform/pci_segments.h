/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "platform/acpi_tables.h"
#include "platform/aml.h"
#include "platform/machine.h"
#include "platform/memory_map.h"

/* The machine's PCI segments, from MCFG and the DSDT's host bridges; segment 0 by CF8/CFC when no
 * table tells, unless `acpi_knows_all`: then what no table tells of is not there. Further root
 * buses of a segment are entries of their own, behind all segments. Fills `segments` (at most
 * `max`, which is at least 1), segment 0 first, and returns how many there are. Their windows are
 * those of `aml`, which are changed: one over RAM is none. */
size_t pci_segments_find(const struct acpi_table *mcfg, struct aml_findings *aml,
                         const struct memory_map *map, bool acpi_knows_all,
                         struct pci_segment *segments, size_t max);
