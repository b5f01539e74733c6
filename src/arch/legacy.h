/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Interrupt controllers that may be live at entry and that the firmware does not use. */

/* Masks both 8259s. Only on machines that have them (MADT PCAT_COMPAT): QEMU leaves the timer's
 * request pending on what is an exception vector in protected mode. */
void legacy_mask_8259(void);

/* Masks every pin of the I/O APIC at `address` that is not masked. */
void ioapic_mask_all(uint64_t address);
