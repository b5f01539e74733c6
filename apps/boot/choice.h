/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* What the user may choose before anything boots, by keys: waits as long as the variable Timeout
 * says, with a line on the console. A hot key (UEFI 2.10 §3.1.6) starts its option, Esc and F2 the
 * shell, Enter ends the waiting. Returns when what was chosen has returned, or nothing was. With a
 * Timeout of 0 no key is read: what was typed ahead is for the loader. */
void boot_choice(struct boot *boot);
