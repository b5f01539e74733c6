/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/system_table.h"
#include "lib/macros.h"
#include "platform/machine.h"
#include "runtime/runtime.h"

/* The configuration tables of the system table (UEFI 2.10 §4.6). */

void configuration_tables_init(struct runtime_interface *runtime);

EFI_STATUS EFIAPI efi_install_configuration_table(const EFI_GUID *Guid, void *Table);

/* What is installed under the GUID, or NULL. */
void *configuration_table_find(const EFI_GUID *guid);

/* The tables that are there from the beginning: the VMM's ACPI and SMBIOS tables, runtime
 * properties, debug images. */
EFI_STATUS configuration_tables_publish(const struct machine *machine) MUST_CHECK;

/* Installs the memory attributes table (§4.6.4) of the runtime memory that there is now. */
EFI_STATUS memory_attributes_publish(void) MUST_CHECK;

/* Makes the table large enough for the runtime memory that there is now; when the memory map is
 * asked for, since later it may not change. */
void memory_attributes_reserve(void);

/* The same table once more, since runtime drivers came and went: at ExitBootServices. Allocates
 * nothing. */
void memory_attributes_update(void);

/* Lets runtime code and constants be written, after that: SetVirtualAddressMap relocates them, and
 * a loader may call it with our page tables still in use. Allocates nothing. */
void memory_attributes_allow_relocation(void);
