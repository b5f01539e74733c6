/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* Installs a driver binding for each driver of the linker table `pci_drivers` (drivers/driver.h).
 */
EFI_STATUS controller_bindings_install(EFI_HANDLE image) MUST_CHECK;
