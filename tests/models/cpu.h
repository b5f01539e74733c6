/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/cpu.h"
#include "arch/paging.h"

/* The processor of the host tests: a clock that moves on at every look, so that deadlines pass
 * without waiting, and registers that tests set. */
struct fake_cpu {
    uint64_t tsc;
    uint64_t tsc_step; /* per cpu_read_tsc() */
    void (*looked)(void); /* called by it; may be NULL */
    bool interrupts_enabled;
    uint64_t waits; /* calls of cpu_wait_for_interrupt() */
    void (*wait)(void);    /* called by them; NULL: time passes by a step */
    void (*enabled)(void); /* interrupts were just turned on: models/apic.c delivers what is pending */
    struct cpuid (*cpuid)(uint32_t leaf, uint32_t subleaf);
    uint64_t (*read_msr)(uint32_t msr);
    void (*write_msr)(uint32_t msr, uint64_t value);
    bool (*random)(uint64_t *ret); /* NULL: no RDRAND */
    bool (*seed)(uint64_t *ret);   /* NULL: no RDSEED */
};

extern struct fake_cpu fake_cpu;

/* Back to the start: CPUID says KVM with a TSC of 1 GHz (leaf 0x40000010), 46 address bits. */
void fake_cpu_reset(void);

/* The last range that was mapped with paging_set(), and how many there were. */
struct fake_paging {
    uint64_t base, size;
    enum page_access access;
    enum page_cache cache;
    unsigned calls;
    EFI_STATUS fail_with; /* paging_set() returns this */
    bool execution_allowed; /* paging_allow_execution() was called */

    /* For tests that keep tables of their own; may be NULL. */
    EFI_STATUS (*protect)(uint64_t base, uint64_t size, enum page_access access);
    enum page_access (*query)(uint64_t address);
};

extern struct fake_paging fake_paging;
