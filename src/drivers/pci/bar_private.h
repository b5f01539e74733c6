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

/* Gives `size` bytes (a power of two) of 32-bit memory space to the function. EFI_OUT_OF_RESOURCES:
 * no window has room. */
EFI_STATUS pci_place_memory(struct pci_function *function, uint32_t size,
                            uint32_t *ret_base) MUST_CHECK;
