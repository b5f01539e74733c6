/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"

/* Several interfaces at once, all or none (UEFI 2.10 §7.3): pairs of const EFI_GUID * and
 * interface, ended by NULL. */

/* EFI_ALREADY_STARTED when a device path is installed that the database has already. */
EFI_STATUS EFIAPI efi_install_multiple_protocol_interfaces(EFI_HANDLE *Handle, ...);

/* EFI_INVALID_PARAMETER, and everything is as before, when one of them cannot be uninstalled. */
EFI_STATUS EFIAPI efi_uninstall_multiple_protocol_interfaces(EFI_HANDLE Handle, ...);

void multiple_fill(EFI_BOOT_SERVICES *table);
