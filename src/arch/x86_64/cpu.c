/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/cpu.h"

#include "lib/macros.h"

#define RFLAGS_IF          (1u << 9)
#define CPUID_1_ECX_RDRAND (1u << 30)
#define CPUID_7_EBX_RDSEED (1u << 18)

struct cpuid cpu_cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

uint64_t cpu_read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

void cpu_write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

uint64_t cpu_read_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void cpu_relax(void)
{
    __asm__ volatile("pause");
}

bool cpu_interrupts_enabled(void)
{
    uint64_t flags;
    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    return (flags & RFLAGS_IF) != 0;
}

void cpu_disable_interrupts(void)
{
    __asm__ volatile("cli" : : : "memory");
}

void cpu_enable_interrupts(void)
{
    __asm__ volatile("sti" : : : "memory");
}

void cpu_wait_for_interrupt(void)
{
    __asm__ volatile("sti; hlt" : : : "memory");
}

void cpu_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* CPUID leaves the guest: each is asked once. */
bool cpu_has_random(void)
{
    static enum { UNKNOWN, NO, YES } known;
    if (known == UNKNOWN)
        known = (cpu_cpuid(1, 0).ecx & CPUID_1_ECX_RDRAND) != 0 ? YES : NO;
    return known == YES;
}

bool cpu_has_seed(void)
{
    static enum { UNKNOWN, NO, YES } known;
    if (known == UNKNOWN)
        known =
            cpu_cpuid(0, 0).eax >= 7 && (cpu_cpuid(7, 0).ebx & CPUID_7_EBX_RDSEED) != 0 ? YES : NO;
    return known == YES;
}

bool cpu_seed(uint64_t *ret)
{
    uint64_t value;
    bool valid;
    if (!cpu_has_seed())
        return false;
    __asm__ volatile("rdseed %0" : "=r"(value), "=@ccc"(valid));
    if (valid)
        *ret = value;
    return valid;
}

bool cpu_random(uint64_t *ret)
{
    if (!cpu_has_random())
        return false;
    /* Intel SDM vol. 1 §7.3.17.1: ten tries are enough unless the generator is broken. */
    for (int i = 0; i < 10; i++) {
        uint64_t value;
        bool valid;
        __asm__ volatile("rdrand %0" : "=r"(value), "=@ccc"(valid));
        if (valid) {
            *ret = value;
            return true;
        }
    }
    return false;
}
