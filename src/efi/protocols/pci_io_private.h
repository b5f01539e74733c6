/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocols/pci_io.h"

/* PCI I/O is in two files: accesses and memory (pci_io.c), configuration and attributes
 * (pci_io_config.c). */

EFI_STATUS EFIAPI pci_io_config_read(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                     uint32_t Offset, size_t Count, void *Buffer);
EFI_STATUS EFIAPI pci_io_config_write(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                      uint32_t Offset, size_t Count, void *Buffer);
EFI_STATUS EFIAPI pci_io_attributes(EFI_PCI_IO_PROTOCOL *This,
                                    EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION Operation,
                                    uint64_t Attributes, uint64_t *Result);
EFI_STATUS EFIAPI pci_io_get_bar_attributes(EFI_PCI_IO_PROTOCOL *This, uint8_t BarIndex,
                                            uint64_t *Supports, void **Resources);
EFI_STATUS EFIAPI pci_io_set_bar_attributes(EFI_PCI_IO_PROTOCOL *This, uint64_t Attributes,
                                            uint8_t BarIndex, uint64_t *Offset, uint64_t *Length);
