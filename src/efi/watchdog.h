/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "efi/runtime_services.h"

/* SetWatchdogTimer (UEFI 2.10 §7.5). When it expires the machine is reset with a line in the log.
 * EFI_INVALID_PARAMETER: it is set with a code of the firmware's, up to 0xFFFF. */
EFI_STATUS EFIAPI efi_set_watchdog_timer(size_t Timeout, uint64_t WatchdogCode, size_t DataSize,
                                         char16_t *WatchdogData);

/* The runtime's ResetSystem. */
void watchdog_set_reset(void(EFIAPI *reset)(EFI_RESET_TYPE type, EFI_STATUS status,
                                            size_t data_size, void *data));

void watchdog_fill(EFI_BOOT_SERVICES *table);
