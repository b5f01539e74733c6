/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/pci_root_bridge_io.h"
#include "lib/macros.h"

/* Memory that devices reach, for PCI I/O and PCI Root Bridge I/O (UEFI 2.10 §14.2, §14.4). Memory
 * is coherent and devices see the processor's addresses; a device that cannot address more than 4
 * GiB gets a copy of what lies above. */

/* `high`: the device can reach all memory. What is above 4 GiB goes through a copy otherwise, but
 * for a common buffer: EFI_UNSUPPORTED. */
EFI_STATUS pci_dma_map(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION operation, bool high, void *host,
                       size_t *size, EFI_PHYSICAL_ADDRESS *ret_address,
                       void **ret_mapping) MUST_CHECK;

/* EFI_INVALID_PARAMETER: no mapping that is in force. */
EFI_STATUS pci_dma_unmap(void *mapping) MUST_CHECK;

/* `attributes`: of EFI_PCI_ATTRIBUTE_…; with DUAL_ADDRESS_CYCLE the memory may be above 4 GiB. */
EFI_STATUS pci_dma_allocate(EFI_MEMORY_TYPE type, size_t pages, void **ret_host,
                            uint64_t attributes) MUST_CHECK;
EFI_STATUS pci_dma_free(size_t pages, void *host) MUST_CHECK;
