/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/cpu.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/memory.h"

/* 1 GHz, and every look at the clock takes 10 us of it: a deadline of a minute is six million looks
 * away at most. */
#define START_TSC (1ull << 32)
#define TSC_STEP  10000u
#define TSC_KHZ   1000000u

struct fake_cpu fake_cpu = {.tsc = START_TSC, .tsc_step = TSC_STEP};
struct fake_paging fake_paging;

void fake_cpu_reset(void)
{
    fake_cpu = (struct fake_cpu){.tsc = START_TSC, .tsc_step = TSC_STEP};
    fake_paging = (struct fake_paging){0};
}

struct cpuid cpu_cpuid(uint32_t leaf, uint32_t subleaf)
{
    if (fake_cpu.cpuid != NULL)
        return fake_cpu.cpuid(leaf, subleaf);
    switch (leaf) {
    case 0x40000000: /* "KVMKVMKVM" */
        return (struct cpuid){0x40000010, 0x4b4d564b, 0x564b4d56, 0x4d};
    case 0x40000010:
        return (struct cpuid){TSC_KHZ, TSC_KHZ, 0, 0};
    case 1: /* a hypervisor is present */
        return (struct cpuid){0, 0, 1u << 31, 0};
    case 0x80000000:
        return (struct cpuid){0x80000008, 0, 0, 0};
    case 0x80000008:
        return (struct cpuid){0x302e, 0, 0, 0};
    default:
        return (struct cpuid){0, 0, 0, 0};
    }
}

uint64_t cpu_read_msr(uint32_t msr)
{
    return fake_cpu.read_msr != NULL ? fake_cpu.read_msr(msr) : 0;
}

void cpu_write_msr(uint32_t msr, uint64_t value)
{
    if (fake_cpu.write_msr != NULL)
        fake_cpu.write_msr(msr, value);
}

uint64_t cpu_read_tsc(void)
{
    fake_cpu.tsc += fake_cpu.tsc_step;
    if (fake_cpu.looked != NULL)
        fake_cpu.looked();
    return fake_cpu.tsc;
}

void cpu_relax(void)
{
}

bool cpu_interrupts_enabled(void)
{
    return fake_cpu.interrupts_enabled;
}

void cpu_disable_interrupts(void)
{
    fake_cpu.interrupts_enabled = false;
}

void cpu_enable_interrupts(void)
{
    fake_cpu.interrupts_enabled = true;
    if (fake_cpu.enabled != NULL)
        fake_cpu.enabled();
}

void cpu_wait_for_interrupt(void)
{
    fake_cpu.interrupts_enabled = true;
    fake_cpu.waits++;
    if (fake_cpu.wait != NULL)
        fake_cpu.wait();
    else
        fake_cpu.tsc += fake_cpu.tsc_step;
}

void cpu_halt(void)
{
    fprintf(stderr, "the processor was halted\n");
    abort();
}

bool cpu_has_random(void)
{
    return fake_cpu.random != NULL;
}

bool cpu_random(uint64_t *ret)
{
    return fake_cpu.random != NULL && fake_cpu.random(ret);
}

bool cpu_has_seed(void)
{
    return fake_cpu.seed != NULL;
}

bool cpu_seed(uint64_t *ret)
{
    return fake_cpu.seed != NULL && fake_cpu.seed(ret);
}

EFI_STATUS paging_init(void *(*allocate)(void))
{
    return EFI_SUCCESS;
}

void paging_activate(void)
{
}

EFI_STATUS paging_set(uint64_t base, uint64_t size, enum page_access access, enum page_cache cache)
{
    fake_paging.base = base;
    fake_paging.size = size;
    fake_paging.access = access;
    fake_paging.cache = cache;
    fake_paging.calls++;
    return fake_paging.fail_with;
}

EFI_STATUS paging_protect(uint64_t base, uint64_t size, enum page_access access)
{
    fake_paging.base = base;
    fake_paging.size = size;
    fake_paging.access = access;
    fake_paging.calls++;
    if (fake_paging.protect != NULL && !EFI_ERROR(fake_paging.fail_with))
        return fake_paging.protect(base, size, access);
    return fake_paging.fail_with;
}

enum page_access paging_query(uint64_t address)
{
    return fake_paging.query != NULL ? fake_paging.query(address) : fake_paging.access;
}

void paging_allow_execution(void)
{
    fake_paging.execution_allowed = true;
}

unsigned paging_physical_bits(void)
{
    return 46;
}
