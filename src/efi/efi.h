/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* The EFI side of the firmware, for main.c. */

/* Brings up the system table, the services and the protocols that need no device. */
EFI_STATUS efi_init(const struct machine *machine, EFI_IMAGE_ENTRY_POINT boot_manager) MUST_CHECK;

/* Runs the boot manager; comes back when nothing could be booted. */
void efi_run_boot_manager(void);
