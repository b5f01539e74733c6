/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "lib/macros.h"

/* Prints the text on every sink and stops the machine. For programming errors, and for hosts with
 * which nothing can be done (no RAM below 4 GiB); never for a bad disk. */
_Noreturn void panic(const char *format, ...) PRINTF(1, 2);
