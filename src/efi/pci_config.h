/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

struct pci_function;
struct pci_host;

/* Is such a run of accesses possible at all? As pci_access_check(). */
EFI_STATUS pci_config_check(const struct pci_host *host, uint32_t width, uint64_t offset,
                            size_t count, const void *buffer) MUST_CHECK;

/* Configuration space for programs. BARs that nobody has set are placed before they are read;
 * memory becomes accessible when its decoding is turned on. Errors are those of
 * pci_access_check(). */
EFI_STATUS pci_config_access(struct pci_function *function, bool write, uint32_t width,
                             uint64_t offset, size_t count, void *buffer) MUST_CHECK;

/* Places the BARs that are not set. False: one that is there has no place. */
bool pci_config_place_bars(struct pci_function *function);

/* Makes the memory of all BARs accessible. */
void pci_config_map_bars(struct pci_function *function);
