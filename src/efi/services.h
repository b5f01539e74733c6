/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/system_table.h"
#include "lib/macros.h"
#include "runtime/runtime.h"

/* The system table and the boot services table (UEFI 2.10 §4.3, §4.4). */

/* Fills the boot services table and puts it into the runtime's system table. */
void services_init(struct runtime_interface *runtime);

/* Renews the CRC of the system table after a change of it. */
void system_table_changed(void);

EFI_SYSTEM_TABLE *system_table(void);
