/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* Output of the shell's own commands. Formats are lib/printf.h's, "\n" becomes CR LF. What cannot
 * be written (a full disk, the user's Q at the end of a page) interrupts the command. */
void print(const char *format, ...) PRINTF(1, 2);
void print_text(const char16_t *text);

/* The number in groups of three digits: "1,457,664". It is in `buffer`. */
#define GROUPED_SIZE 28
const char *grouped(uint64_t value, char buffer[GROUPED_SIZE]);

/* To standard error: "<command>: <text>". */
void complain(const char *format, ...) PRINTF(1, 2);

/* The same with the reason behind it, and returns `status`. */
EFI_STATUS complain_status(EFI_STATUS status, const char *format, ...) PRINTF(2, 3);

/* The command that complaints are about; returns the former one. */
const char *print_set_command(const char *name);
