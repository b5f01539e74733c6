/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* COM1 by port I/O, as the firmware has left it. */
void uart_put(const char *text);
