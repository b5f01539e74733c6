/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* What the guests print with: they run on any UEFI firmware, and have nothing but boot services. */

#include "efi/system_table.h"

/* Set by efi_main() before anything is printed. */
extern EFI_SYSTEM_TABLE *st;

void print(const char *text);

/* In hexadecimal, with `digits` digits at least. */
void print_number(uint64_t value, unsigned digits);
