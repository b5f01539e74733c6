/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* Tells the page map (core/pages.h) what the machine's memory is, and where the firmware itself
 * lies in it; then replaces the entry code's page tables by W^X ones (DESIGN decisions 4, 10 and
 * 13). */
EFI_STATUS memory_setup(const struct machine *machine) MUST_CHECK;

/* Maps the RAM above 4 GiB, once: when some of it is first allocated, or reported to a loaded
 * image. */
EFI_STATUS memory_map_high(void) MUST_CHECK;
