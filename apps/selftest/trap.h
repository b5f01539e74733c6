/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Takes the processor's exceptions over, once boot services are over: one is the end of the run. */
void trap_init(void);
