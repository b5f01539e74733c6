/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "runtime/runtime.h"

/* ExitBootServices (UEFI 2.10 §7.4.6). */
void exit_boot_services_init(struct runtime_interface *runtime);
EFI_STATUS EFIAPI efi_exit_boot_services(EFI_HANDLE ImageHandle, size_t MapKey);
