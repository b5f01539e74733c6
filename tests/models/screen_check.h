/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Runs console operations as `data` says, on two terminals of sizes that it says, and compares what
 * they show with a plain model of UEFI's screen (UEFI 2.10 §12.4). Aborts where they differ. */
void screen_check_run(const uint8_t *data, size_t size);
