/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/system_table.h"
#include "lib/macros.h"

/* Looks for the UART and shows the log on it. Needs no memory and no other part of the firmware, so
 * that a failure to start can be reported; called once, by console_install() if nobody did before.
 */
void console_early(void);

/* Puts ConIn, ConOut and StdErr into the system table, with handles and device paths, and sets the
 * variables ConIn, ConOut and ErrOut where they are missing. */
EFI_STATUS console_install(EFI_SYSTEM_TABLE *table) MUST_CHECK;
