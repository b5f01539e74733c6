/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/kvm_clock.h"

#include "arch/cpu.h"

#define LEAF_SIGNATURE 0x40000000u /* "KVMKVMKVM\0\0\0" */
#define LEAF_FEATURES  0x40000001u
#define SIGNATURE_EBX  0x4b4d564bu
#define SIGNATURE_ECX  0x564b4d56u
#define SIGNATURE_EDX  0x0000004du
#define FEATURE_CLOCK  (1u << 3) /* KVM_FEATURE_CLOCKSOURCE2: the MSR below */

#define MSR_SYSTEM_TIME 0x4b564d01u
#define ENABLE          1u

#define NS_PER_SECOND 1000000000ull
#define READ_TRIES    1000u
#define SHIFT_MAX     31

/* What KVM writes. Nanoseconds are (ticks << tsc_shift, or >> -tsc_shift) * tsc_to_system_mul
 * >> 32. The version is odd while it writes. It must not lie across two pages. */
struct time_info {
    uint32_t version, pad;
    uint64_t tsc_timestamp, system_time;
    uint32_t tsc_to_system_mul;
    int8_t tsc_shift;
    uint8_t flags, pad2[2];
} __attribute__((aligned(32)));

_Static_assert(sizeof(struct time_info) == 32, "layout");

static volatile struct time_info time_info;

static bool has_clock(void)
{
    struct cpuid signature = cpu_cpuid(LEAF_SIGNATURE, 0);
    return signature.ebx == SIGNATURE_EBX && signature.ecx == SIGNATURE_ECX &&
           signature.edx == SIGNATURE_EDX && (cpu_cpuid(LEAF_FEATURES, 0).eax & FEATURE_CLOCK) != 0;
}

/* False when KVM has not written, or never stops. */
static bool read_scale(uint32_t *ret_mul, int *ret_shift)
{
    for (unsigned i = 0; i < READ_TRIES; i++) {
        uint32_t version = time_info.version;
        uint32_t mul = time_info.tsc_to_system_mul;
        int shift = time_info.tsc_shift;
        if (version != 0 && version % 2 == 0 && time_info.version == version) {
            *ret_mul = mul;
            *ret_shift = shift;
            return true;
        }
        cpu_relax();
    }
    return false;
}

/* The scale the other way round; 0 for one that no processor has. */
static uint64_t frequency_of(uint32_t mul, int shift)
{
    if (mul == 0 || shift < -SHIFT_MAX || shift > SHIFT_MAX)
        return 0;
    uint64_t frequency = (NS_PER_SECOND << 32) / mul;
    if (shift >= 0)
        return frequency >> shift;
    return frequency <= UINT64_MAX >> -shift ? frequency << -shift : 0;
}

uint64_t kvm_clock_frequency(void)
{
    if (!has_clock())
        return 0;
    uint32_t mul;
    int shift;
    time_info.version = 0;
    cpu_write_msr(MSR_SYSTEM_TIME, (uint64_t)(uintptr_t)&time_info | ENABLE);
    bool told = read_scale(&mul, &shift);
    cpu_write_msr(MSR_SYSTEM_TIME, 0);
    return told ? frequency_of(mul, shift) : 0;
}
