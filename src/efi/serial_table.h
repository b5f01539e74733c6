/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "platform/machine.h"

/* Tells the OS of the UART at COM1 by an ACPI table SPCR (Serial Port Console Redirection Table,
 * revision 2) beside the VMM's tables, unless the VMM has one, or the host says
 * cloudhv.console=no-spcr. The console is there without it: failures are logged. */
void serial_table_publish(const struct machine *machine);
