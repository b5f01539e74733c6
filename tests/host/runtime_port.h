/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <setjmp.h>
#include <stdbool.h>

/* What src/runtime/port.h does on the host: ports and registers are the current bus'
 * (tests/models/bus.h). */

/* ResetSystem ends in machine_triple_fault(), which jumps here. */
extern jmp_buf runtime_triple_fault;

/* Calls of machine_wait() so far. */
extern unsigned runtime_waits;

/* Called by machine_wait() when set; it may jump away as a VMM that resets the machine does. */
extern void (*runtime_wait_hook)(void);

/* The interrupt flag as interrupts_save() and interrupts_restore() left it. */
extern bool runtime_interrupts_on;
