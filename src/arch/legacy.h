/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Interrupt controllers and a timer that may be live at entry and that the firmware does not use.
 */

/* Masks both 8259s. Only on machines that have them (MADT PCAT_COMPAT): QEMU leaves the timer's
 * request pending on what is an exception vector in protected mode. */
void legacy_mask_8259(void);

/* Ends the ticking of the 8254's channel 0, which a BIOS leaves on: 36 edges a second that a VMM
 * wakes for, though nobody listens. Only on machines that have one. An OS sets the mode it wants.
 */
void legacy_stop_8254_tick(void);

/* Masks every pin of the I/O APIC at `address` that is not masked. */
void ioapic_mask_all(uint64_t address);
