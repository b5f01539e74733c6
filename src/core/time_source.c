/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/time_source.h"

#include "arch/cpu.h"
#include "arch/io.h"
#include "core/kvm_clock.h"
#include "core/log.h"
#include "lib/macros.h"

#define KHZ 1000ull
#define MHZ 1000000ull

/* Anything else is nonsense of the VMM's, or of a measurement. */
#define FREQUENCY_LOWEST  (10 * MHZ)
#define FREQUENCY_HIGHEST (100000 * MHZ)
#define FREQUENCY_ASSUMED (1000 * MHZ)

#define LEAF_FEATURES       0x1u
#define FEATURES_ECX_GUEST  (1u << 31)
#define LEAF_TSC            0x15u /* crystal ratio (Intel SDM 2A, CPUID) */
#define LEAF_BASE_FREQUENCY 0x16u

#define LEAF_HYPERVISOR        0x40000000u
#define LEAF_HYPERVISOR_TIMING 0x40000010u /* EAX: TSC in kHz; VMware's convention, and KVM's */
#define LEAF_HYPERV_INTERFACE  0x40000001u
#define LEAF_HYPERV_FEATURES   0x40000003u
#define HYPERV_INTERFACE       0x31237648u /* "Hv#1" */
#define HYPERV_EAX_FREQUENCIES (1u << 11)
#define HYPERV_EDX_FREQUENCIES (1u << 8)
#define HYPERV_MSR_TSC         0x40000022u

#define PM_TIMER_HZ 3579545u
#define PIT_HZ      1193182u

#define PIT_CHANNEL2      0x42
#define PIT_COMMAND       0x43
#define PIT_COMMAND_START 0xb0 /* channel 2, two bytes, mode 0: counts down once */
#define PIT_COMMAND_LATCH 0x80
#define PIT_GATE          0x61
#define PIT_GATE_ON       0x01
#define PIT_GATE_SPEAKER  0x02

static bool is_sane(uint64_t frequency)
{
    return frequency >= FREQUENCY_LOWEST && frequency <= FREQUENCY_HIGHEST;
}

static bool runs_as_guest(void)
{
    return (cpu_cpuid(LEAF_FEATURES, 0).ecx & FEATURES_ECX_GUEST) != 0;
}

static uint64_t from_hypervisor(void)
{
    if (!runs_as_guest())
        return 0;
    struct cpuid highest = cpu_cpuid(LEAF_HYPERVISOR, 0);
    if (highest.eax < LEAF_HYPERVISOR_TIMING || highest.eax > LEAF_HYPERVISOR + 0xffff)
        return 0;
    return cpu_cpuid(LEAF_HYPERVISOR_TIMING, 0).eax * KHZ;
}

static uint64_t from_processor(void)
{
    uint32_t highest = cpu_cpuid(0, 0).eax;
    if (highest < LEAF_TSC)
        return 0;
    struct cpuid tsc = cpu_cpuid(LEAF_TSC, 0);
    if (tsc.eax == 0 || tsc.ebx == 0)
        return 0;
    if (tsc.ecx != 0)
        return (uint64_t)tsc.ecx * tsc.ebx / tsc.eax;
    if (highest < LEAF_BASE_FREQUENCY)
        return 0;
    return (cpu_cpuid(LEAF_BASE_FREQUENCY, 0).eax & 0xffff) * MHZ;
}

static uint64_t from_hyperv(void)
{
    if (!runs_as_guest() || cpu_cpuid(LEAF_HYPERVISOR, 0).eax < LEAF_HYPERV_FEATURES ||
        cpu_cpuid(LEAF_HYPERV_INTERFACE, 0).eax != HYPERV_INTERFACE)
        return 0;
    struct cpuid features = cpu_cpuid(LEAF_HYPERV_FEATURES, 0);
    if ((features.eax & HYPERV_EAX_FREQUENCIES) == 0 ||
        (features.edx & HYPERV_EDX_FREQUENCIES) == 0)
        return 0;
    return cpu_read_msr(HYPERV_MSR_TSC);
}

static uint64_t from_kvm_clock(void)
{
    return runs_as_guest() ? kvm_clock_frequency() : 0;
}

/* A counter that goes up with a known frequency. A read is one exit or a few, so that it is looked
 * at rarely. */
struct counter {
    const char *name;
    uint32_t (*read)(const struct time_sources *sources);
    uint32_t hz;
    uint32_t mask; /* where it wraps around */
};

static uint32_t read_pm_timer(const struct time_sources *sources)
{
    return io_read32(sources->pm_timer_port);
}

/* The 24-bit wrap, which a timer of 32 bits has as well. */
static const struct counter pm_timer = {"ACPI PM timer", read_pm_timer, PM_TIMER_HZ, 0xffffff};

static uint32_t read_pit(const struct time_sources *sources)
{
    io_write8(PIT_COMMAND, PIT_COMMAND_LATCH);
    uint32_t low = io_read8(PIT_CHANNEL2);
    uint32_t high = io_read8(PIT_CHANNEL2);
    return ~(low | high << 8) & 0xffff;
}

static const struct counter pit = {"8254", read_pit, PIT_HZ, 0xffff};

static void start_pit(void)
{
    uint8_t gate = io_read8(PIT_GATE);
    io_write8(PIT_GATE, (uint8_t)((gate & ~PIT_GATE_SPEAKER) | PIT_GATE_ON));
    io_write8(PIT_COMMAND, PIT_COMMAND_START);
    io_write8(PIT_CHANNEL2, 0xff);
    io_write8(PIT_CHANNEL2, 0xff);
}

struct sample {
    uint64_t before, after; /* TSC around the read */
    uint32_t count;
};

static struct sample take_sample(const struct counter *counter, const struct time_sources *sources)
{
    struct sample sample;
    sample.before = cpu_read_tsc();
    sample.count = counter->read(sources);
    sample.after = cpu_read_tsc();
    return sample;
}

static void spin(uint64_t ticks)
{
    uint64_t start = cpu_read_tsc();
    while (cpu_read_tsc() - start < ticks)
        cpu_relax();
}

/* Spins longer and longer until `wanted` counts have gone by; false when the counter stands still
 * or does not get there. At most 2^32 TSC ticks. */
#define FIRST_SPIN (1u << 20)
#define SPINS_MAX  12u
#define SPINS_DEAD 6u

static bool measure_once(const struct counter *counter, const struct time_sources *sources,
                         uint32_t wanted, uint64_t *ret_frequency, uint64_t *ret_error)
{
    struct sample first = take_sample(counter, sources);
    for (unsigned i = 0; i < SPINS_MAX; i++) {
        spin((uint64_t)FIRST_SPIN << i);
        struct sample last = take_sample(counter, sources);
        uint32_t counted = (last.count - first.count) & counter->mask;
        if (counted == 0 && i >= SPINS_DEAD)
            return false;
        if (counted < wanted)
            continue;
        uint64_t ticks = last.after - first.after;
        uint64_t doubt = (first.after - first.before) + (last.after - last.before);
        if (ticks > UINT64_MAX / counter->hz)
            return false;
        *ret_frequency = ticks * counter->hz / counted;
        *ret_error = doubt * 1024 / ticks;
        return true;
    }
    return false;
}

/* About 2 ms; longer windows only when the reads themselves took a good part of it, because exits
 * are slow here or the VMM was not scheduled. */
static uint64_t measure(const struct counter *counter, const struct time_sources *sources)
{
    uint64_t best = 0, best_error = UINT64_MAX;
    for (uint32_t wanted = counter->hz / 512; wanted <= counter->hz / 64; wanted *= 2) {
        uint64_t frequency, error;
        if (!measure_once(counter, sources, wanted, &frequency, &error))
            break;
        if (error < best_error && is_sane(frequency)) {
            best = frequency;
            best_error = error;
        }
        if (best_error < 16)
            break;
    }
    if (best == 0)
        log_warning("the %s cannot be used to measure time", counter->name);
    return best;
}

uint64_t time_find_frequency(const struct time_sources *sources)
{
    uint64_t (*const told[])(void) = {from_hypervisor, from_processor, from_hyperv, from_kvm_clock};
    for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
        uint64_t frequency = told[i]();
        if (is_sane(frequency))
            return frequency;
    }
    uint64_t frequency = 0;
    if (sources->pm_timer_port != 0)
        frequency = measure(&pm_timer, sources);
    /* Without an 8254 port 0x61 may look as if it had counted already (Cloud Hypervisor). */
    if (frequency == 0 && sources->has_8254) {
        start_pit();
        frequency = measure(&pit, sources);
    }
    if (frequency != 0)
        return frequency;
    log_warning("nothing tells how fast the TSC runs: 1 GHz is assumed");
    return FREQUENCY_ASSUMED;
}
