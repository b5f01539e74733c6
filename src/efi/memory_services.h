/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"

/* Memory services (UEFI 2.10 §7.2). */

void memory_services_fill(EFI_BOOT_SERVICES *table);

/* Hooks the page map: page protections follow allocations, and the MemoryMapChange group is
 * signalled. */
void memory_services_init(void);

EFI_STATUS EFIAPI efi_allocate_pages(EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType,
                                     size_t Pages, EFI_PHYSICAL_ADDRESS *Memory);
EFI_STATUS EFIAPI efi_free_pages(EFI_PHYSICAL_ADDRESS Memory, size_t Pages);
EFI_STATUS EFIAPI efi_get_memory_map(size_t *MemoryMapSize, EFI_MEMORY_DESCRIPTOR *MemoryMap,
                                     size_t *MapKey, size_t *DescriptorSize,
                                     uint32_t *DescriptorVersion);
EFI_STATUS EFIAPI efi_allocate_pool(EFI_MEMORY_TYPE PoolType, size_t Size, void **Buffer);
EFI_STATUS EFIAPI efi_free_pool(void *Buffer);
