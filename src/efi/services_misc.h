/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"

/* Miscellaneous services (UEFI 2.10 §7.5). */

EFI_STATUS EFIAPI efi_stall(size_t Microseconds);
EFI_STATUS EFIAPI efi_calculate_crc32(void *Data, size_t DataSize, uint32_t *Crc32);
void EFIAPI efi_copy_mem(void *Destination, void *Source, size_t Length);
void EFIAPI efi_set_mem(void *Buffer, size_t Size, uint8_t Value);
EFI_STATUS EFIAPI efi_get_next_monotonic_count(uint64_t *Count);

/* Who counts: the runtime (struct runtime_interface), because its GetNextHighMonotonicCount moves
 * the same counter. NULL: nobody; then the service returns EFI_DEVICE_ERROR. */
void monotonic_count_set_source(EFI_STATUS (*next)(uint64_t *ret));

void services_misc_fill(EFI_BOOT_SERVICES *table);
