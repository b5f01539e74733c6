/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* While an image runs whose output or input is redirected, the system table's ConIn, ConOut and
 * StdErr lead to the shell's streams: programs that know nothing of the shell are redirected, too.
 */
void proxy_enter(void);
void proxy_leave(void);
