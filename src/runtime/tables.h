/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "runtime/runtime.h"

/* The tables that the OS keeps. Their pointers are set by relocations, so that SetVirtualAddressMap
 * finds them. */
extern EFI_SYSTEM_TABLE runtime_system_table;
extern EFI_RUNTIME_SERVICES runtime_services;
extern EFI_CONFIGURATION_TABLE runtime_configuration_tables[RUNTIME_CONFIGURATION_TABLES];

/* Renews the checksums of both tables. */
void tables_update_checksums(void);

/* Takes the boot-time parts out of the system table (UEFI 2.10 §7.4.6). */
void tables_exit_boot_services(void);
