/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* The root of the ACPI tables, when drivers add tables: an RSDP and an XSDT of ours beside those
 * that were published first. The tables themselves, and the first root, stay as they are, bit for
 * bit (DESIGN decision 14). */

/* Takes the RSDP (revision 2 or later, with an XSDT) that is published at first under
 * EFI_ACPI_20_TABLE_GUID. EFI_NOT_FOUND: there is none, or it is unusable. */
EFI_STATUS acpi_root_init(uint64_t rsdp) MUST_CHECK;

/* The same with what is published, when it was not done before. */
EFI_STATUS acpi_root_find(void) MUST_CHECK;

/* Address of the table number `index` of the first root, 0 after the last. Never 0 for one that is
 * there. */
uint64_t acpi_root_first_table(size_t index);

/* Makes the OS see these tables after those of the first root; publishes the new RSDP. On failure
 * all is as before. */
EFI_STATUS acpi_root_set_added(const uint64_t *tables, size_t count) MUST_CHECK;
