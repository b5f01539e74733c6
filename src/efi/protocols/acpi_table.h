/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/acpi_table.h"

/* EFI_ACPI_TABLE_PROTOCOL (UEFI 2.10 §20.2): tables that drivers add appear beside the VMM's. The
 * VMM's own are never replaced: a second table of a kind of which there can be only one gets
 * EFI_ACCESS_DENIED. To be installed when acpi_root_init() has succeeded. */
extern EFI_ACPI_TABLE_PROTOCOL acpi_table_protocol;
