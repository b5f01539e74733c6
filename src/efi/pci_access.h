/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/pci_root_bridge_io.h"
#include "lib/macros.h"

/* What PCI I/O and PCI Root Bridge I/O share: runs of accesses of a width, and waiting (UEFI 2.10
 * §14.2, §14.4). Widths are the numbers of EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH. */

struct pci_function;

enum pci_space {
    PCI_SPACE_MEMORY,
    PCI_SPACE_IO,
    PCI_SPACE_CONFIGURATION,
};

/* Where a run begins: an address that the processor uses, or a register of `function`. */
struct pci_place {
    enum pci_space space;
    uint64_t address;
    const struct pci_function *function; /* PCI_SPACE_CONFIGURATION only */
};

/* Checks a run against the space [0, limit) that it is in; `offset` is where it begins.
 * EFI_INVALID_PARAMETER: no such width (ports and configuration space have no 64-bit ones), or no
 * buffer. EFI_UNSUPPORTED: not aligned, or not all inside. */
EFI_STATUS pci_access_check(enum pci_space space, uint32_t width, uint64_t offset, size_t count,
                            const void *buffer, uint64_t limit) MUST_CHECK;

/* Bytes of the space, and of the buffer, that a run of accesses reaches; it has been checked. */
uint64_t pci_access_span(uint32_t width, size_t count);
size_t pci_access_buffer_size(uint32_t width, size_t count);

/* Does a run that has been checked. */
void pci_access_run(const struct pci_place *place, bool write, uint32_t width, size_t count,
                    void *buffer);

/* Copies within memory space; overlapping ranges keep their contents. Both have been checked. */
void pci_access_copy(uint64_t to, uint64_t from, uint32_t width, size_t count);

/* Is it one of the four plain widths, which polling and copying take? */
bool pci_access_is_plain(uint32_t width);

/* Reads until the value under `mask` is `value`, for `delay` units of 100 ns at most. EFI_TIMEOUT
 * with the last value in `*ret`; a delay of 0 reads once and succeeds. */
EFI_STATUS pci_access_poll(const struct pci_place *place, uint32_t width, uint64_t mask,
                           uint64_t value, uint64_t delay, uint64_t *ret) MUST_CHECK;
