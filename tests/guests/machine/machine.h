/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "guests/guest.h"

/* A guest of tests/vmm: it tells what it finds, does what its option "do" says, and turns the
 * machine off. */

/* memory.c */
void tell_memory(void);
void tell_tables(void);
void exit_boot_services(void);
uint64_t ram_end(void); /* of the highest RAM, whoever has it */

/* zone.c: counts boots in the last 2 MiB of RAM. The first one ends in a reset, the second in a
 * power cut. */
void count_boots(void);

/* blocks.c: writes the last blocks of the volume that this was loaded from, one at a time. */
void write_blocks(void);

/* processors.c: wakes all other processors up, by INIT and SIPI, and counts them. */
void wake_processors(void);
