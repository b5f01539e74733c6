/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The local APIC of the processor that calls, and its one-shot timer. xAPIC or x2APIC registers are
 * used, whichever mode is on at entry (IA32_APIC_BASE bit 10) on the boot processor, whose mode is
 * never changed; application processors are put into the same one. */

/* Enables the local APIC, masks LINT0 (and LINT1 stays NMI), the timer is stopped. `base` is the
 * xAPIC's physical address as IA32_APIC_BASE gives it. */
void apic_init(void);

/* True when IA32_APIC_BASE `msr_value` says that registers are reached through MSRs. */
bool apic_mode_is_x2apic(uint64_t msr_value);

uint32_t apic_id(void);

/* Is this the processor that came out of reset first? May be asked before apic_init(). */
bool apic_is_boot_processor(void);

/* The same for an application processor that has just come up: everything stays masked. */
void apic_init_application_processor(void);

/* Interrupts to another processor, by its APIC id (Intel SDM vol. 3 §11.6): INIT, after which it
 * runs nothing until a start-up interrupt; start-up at the page number `page` below 1 MiB; and
 * VECTOR_WAKE. They return when the interrupt has left; one that nobody takes is lost. */
void apic_send_init(uint32_t id);
void apic_send_startup(uint32_t id, uint8_t page);
void apic_send_wake(uint32_t id);

/* Can interrupts be sent to `id` in the mode that is on? (xAPIC: below 255.) */
bool apic_reaches(uint32_t id);

/* Interrupts once at TSC time `deadline` (or a little later); 0 stops the timer. */
void apic_timer_arm(uint64_t deadline);

/* Ends the timer's interrupt: to be called once by its handler, before it arms the timer again. */
void apic_timer_acknowledge(void);

/* For a vector that nobody asked for: ends it when the local APIC has it in service (a device
 * interrupt that the VMM left on), so that it cannot block the timer; a spurious one or one of the
 * 8259 needs no end. */
void apic_end_of_unexpected(uint8_t vector);

/* Stops the timer and takes what is still pending, as ExitBootServices needs it. Interrupts are
 * off. */
void apic_timer_shutdown(void);
