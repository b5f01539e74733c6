/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The processor's own instructions. The host build has harmless versions in tests/models/cpu.c. */

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

struct cpuid cpu_cpuid(uint32_t leaf, uint32_t subleaf);

uint64_t cpu_read_msr(uint32_t msr);
void cpu_write_msr(uint32_t msr, uint64_t value);

/* Time stamp counter. */
uint64_t cpu_read_tsc(void);

/* Hint in a polling loop. */
void cpu_relax(void);

bool cpu_interrupts_enabled(void);
void cpu_disable_interrupts(void);
void cpu_enable_interrupts(void);

/* STI;HLT as one pair, so that no interrupt is lost between the two. Returns after the next
 * interrupt with interrupts enabled. */
void cpu_wait_for_interrupt(void);

/* Stops this processor for ever, interrupts off. */
_Noreturn void cpu_halt(void);

/* RDRAND: a random number; false when the processor has none to give. */
bool cpu_random(uint64_t *ret);
bool cpu_has_random(void);

/* RDSEED: the same straight from the source of entropy, which runs dry when it is asked too often.
 */
bool cpu_seed(uint64_t *ret);
bool cpu_has_seed(void);
