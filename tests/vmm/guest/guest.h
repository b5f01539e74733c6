/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "efi/runtime_services.h"
#include "vmm/guest/text.h"

/* What the bench boots: an EFI application that does what its load options say (main.c), and tells
 * what it finds, one "guest: key=value" a line. */

/* Written to port 0x80, where the VMM sees them. */
#define CODE_HERE      0xa5 /* the first instruction; MARK in tests/vmm/machine.h */
#define CODE_POWER_CUT 0x5a
void tell_vmm(uint8_t code);

void tell(const char *key, uint64_t value);

/* memory.c */
void tell_memory(void);
void tell_tables(void);
uint64_t ram_end(void); /* of the highest RAM, whoever has it */

/* zone.c: counts boots in the last 2 MiB of RAM. The first one ends in a reset, the second in a
 * power cut. */
void count_boots(void);

/* blocks.c: writes the last blocks of the volume that this was loaded from, one at a time. */
void write_blocks(EFI_HANDLE image);

/* processors.c: wakes all other processors up, by INIT and SIPI, and counts them. */
void wake_processors(void);
