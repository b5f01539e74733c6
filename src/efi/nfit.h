/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"

/* RAM disks for the OS: an NVDIMM firmware interface table (ACPI 6.5 §5.2.25) with a range for
 * each, and the root device that OSes look for before they read it (§9.19.3). */

struct nfit_range {
    uint64_t base, size;
    EFI_GUID type; /* a type of RAM disk is one of address ranges, too */
};

#define NFIT_RANGES_MAX 32

/* Installs the table anew with these ranges, at most NFIT_RANGES_MAX; without any it goes away.
 * Failures are logged: the disks are there for boot programs nevertheless. */
void nfit_publish(const struct nfit_range *ranges, size_t count);
