/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* The driver of PCI root bridges: connecting one looks for devices that were plugged in or out, and
 * makes the functions its children. They have their handles without it, too: booting a disk needs
 * no more than the disk. */
EFI_STATUS pci_bus_binding_install(EFI_HANDLE image) MUST_CHECK;
