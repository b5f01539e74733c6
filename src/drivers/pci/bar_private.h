/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/pci/pci.h"

/* Between the files that place and size base address registers. */

/* Reads BAR `index` when that has not been done. */
void pci_decode_bar(struct pci_function *function, unsigned index);

/* Is BAR `index` the upper half of the 64-bit BAR below it? Both have been decoded. */
bool pci_bar_is_upper_half(const struct pci_function *function, unsigned index);

/* Turns decoding off and returns the command register as it was, for pci_decoding_restore(). */
uint16_t pci_decoding_off(struct pci_function *function);
void pci_decoding_restore(struct pci_function *function, uint16_t command);

/* Size of a decoded BAR, by writing all ones and reading what sticks; its address is put back.
 * Decoding is off. EFI_NOT_FOUND: not implemented. EFI_VOLUME_CORRUPTED: no power of two. */
EFI_STATUS pci_measure_bar(struct pci_function *function, unsigned index,
                           uint64_t *ret_size) MUST_CHECK;

/* May the BAR be above 4 GiB? Behind a bridge only the prefetchable window is there. */
bool pci_bar_is_wide(const struct pci_function *function, const struct pci_bar *bar);

/* Notes that [base, base + size) is in use; with `bridge` as its window, which is free for what is
 * behind it. */
EFI_STATUS pci_take_range(struct pci_host *host, uint64_t base, uint64_t size, bool is_io,
                          const struct pci_function *bridge) MUST_CHECK;

/* First free place for `size` bytes in the windows in front of the function. The last `align` of
 * them (a power of two, at most `size`) are aligned. */
bool pci_find_place(struct pci_function *function, enum pci_window_kind kind, uint64_t size,
                    uint64_t align, uint64_t *ret) MUST_CHECK;

/* A bridge's windows: reads those that were set at entry; the window of one kind, for which space
 * is found now where the bus behind it is numbered by us. Its size is 0 when there is none. */
void pci_read_bridge_windows(struct pci_function *bridge);
const struct pci_window *pci_bridge_window(struct pci_function *bridge, enum pci_window_kind kind);

/* Gives `size` bytes (a power of two) of 32-bit memory space to the function. EFI_OUT_OF_RESOURCES:
 * no window has room. */
EFI_STATUS pci_place_memory(struct pci_function *function, uint32_t size,
                            uint32_t *ret_base) MUST_CHECK;
