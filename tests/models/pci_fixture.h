/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/pci.h"

/* Builds a segment from a dump in tests/fixtures: "PCI bb:dd.f …" begins a function, "  BAR<n>
 * mem32|mem64|io addr=… size=…" gives a BAR, "   <offset>: …" eight registers. Only bus 0. Returns
 * the number of functions; the caller frees the list with pci_fixture_free(). Aborts when the file
 * is not there. */
unsigned pci_fixture_load(struct pci_model *segment, const char *name);
void pci_fixture_free(struct pci_model *segment);
