/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Turns on x87 and SSE for images, in the state that UEFI 2.10 §2.3.4 wants: FCW 0x37F, MXCSR 0x1F80. The firmware
 * itself uses neither. */
void fpu_init(void);
