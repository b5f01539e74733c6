/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Time from the TSC. Its frequency is found when first needed: CPUID leaves 0x40000010 (KVM, VMware
 * convention), 0x15, Hyper-V's MSR, else measured against the ACPI PM timer, else the 8254
 * (time_source.c). */

/* Tells core where the ACPI PM timer is: I/O port, or 0 when the machine has none. */
void time_set_pm_timer(uint16_t port);

/* Tells core whether there is an 8254: false until this was called, since ports of nobody can look
 * like one. */
void time_set_8254(bool present);

/* Ticks of the TSC per second. Never 0. */
uint64_t time_frequency(void);

uint64_t time_now_ticks(void);
uint64_t time_ticks_from_us(uint64_t us);
uint64_t time_us_from_ticks(uint64_t ticks);

/* Spins for at least `us` microseconds. */
void time_stall_us(uint64_t us);

/* A deadline for polling loops:
 *
 *   struct deadline d = deadline_in_ms(5000);
 *   while (!done())
 *       if (deadline_passed(&d))
 *           return EFI_TIMEOUT;
 *
 * The first few thousand calls are free of any clock frequency, so that a wait that ends soon never
 * calibrates the TSC. Relaxes the processor at each call. */
struct deadline {
    uint64_t start;
    uint64_t timeout_us;
    uint32_t polls;
};

struct deadline deadline_in_ms(uint64_t ms);
struct deadline deadline_in_us(uint64_t us);
bool deadline_passed(struct deadline *deadline);
