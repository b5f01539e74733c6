/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/boot_services.h"

/* Connecting drivers to controllers (UEFI 2.10 §7.3.12 ConnectController, §7.3.13
 * DisconnectController). */

EFI_STATUS EFIAPI efi_connect_controller(EFI_HANDLE ControllerHandle, EFI_HANDLE *DriverImageHandle,
                                         EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath,
                                         bool Recursive);
EFI_STATUS EFIAPI efi_disconnect_controller(EFI_HANDLE ControllerHandle,
                                            EFI_HANDLE DriverImageHandle, EFI_HANDLE ChildHandle);

/* Is a ConnectController on the stack, perhaps one that a notification function interrupts? */
bool driver_model_is_busy(void);

/* Called with each controller before drivers are looked for, at the caller's TPL; may be NULL. */
void driver_model_set_connect_hook(void (*hook)(EFI_HANDLE controller));

void driver_model_fill(EFI_BOOT_SERVICES *table);
