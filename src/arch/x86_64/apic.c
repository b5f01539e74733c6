/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/apic.h"

#include "arch/cpu.h"
#include "arch/interrupts.h"
#include "arch/io.h"

/* Intel SDM vol. 3 §11. */
#define MSR_APIC_BASE            0x1b
#define MSR_TSC_DEADLINE         0x6e0
#define APIC_BASE_BOOT           (1u << 8)
#define APIC_BASE_X2APIC         (1u << 10)
#define APIC_BASE_ENABLE         (1u << 11)
#define CPUID_1_ECX_TSC_DEADLINE (1u << 24)

enum apic_register {
    APIC_ID = 0x20,
    APIC_TPR = 0x80,
    APIC_EOI = 0xb0,
    APIC_SPURIOUS = 0xf0,
    APIC_ISR = 0x100,
    APIC_IRR = 0x200,
    APIC_ICR_LOW = 0x300,
    APIC_ICR_HIGH = 0x310,
    APIC_LVT_TIMER = 0x320,
    APIC_LVT_LINT0 = 0x350,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_CURRENT = 0x390,
    APIC_TIMER_DIVIDE = 0x3e0,
};

#define ICR_FIXED        (0u << 8)
#define ICR_INIT         (5u << 8)
#define ICR_STARTUP      (6u << 8)
#define ICR_SEND_PENDING (1u << 12)
#define ICR_ASSERT       (1u << 14)
#define XAPIC_BROADCAST  255u
#define SEND_POLLS       100000u

#define LVT_MASKED         (1u << 16)
#define LVT_TSC_DEADLINE   (2u << 17)
#define SPURIOUS_ENABLE    (1u << 8)
#define TIMER_DIVIDE_BY_16 3

/* Long enough for a good ratio, short enough not to be felt: about 0.1 ms. */
#define CALIBRATION_TSC_TICKS (1u << 18)

static bool x2apic;
static bool tsc_deadline;
static uint64_t base;

/* APIC timer ticks per TSC tick, times 2^32; 0: not measured yet. */
static uint64_t timer_ratio;

/* The count that runs; 0: none, or not by counting. */
static struct {
    uint64_t since; /* TSC */
    uint32_t ticks;
} running;

bool apic_mode_is_x2apic(uint64_t msr_value)
{
    return (msr_value & APIC_BASE_X2APIC) != 0;
}

static uint32_t apic_read(enum apic_register reg)
{
    if (x2apic)
        return (uint32_t)cpu_read_msr(0x800 + reg / 16);
    return mmio_read32(base + reg);
}

static void apic_write(enum apic_register reg, uint32_t value)
{
    if (x2apic)
        cpu_write_msr(0x800 + reg / 16, value);
    else
        mmio_write32(base + reg, value);
}

void apic_init(void)
{
    uint64_t msr = cpu_read_msr(MSR_APIC_BASE);
    x2apic = apic_mode_is_x2apic(msr);
    base = msr & 0x000ffffffffff000;
    timer_ratio = 0;
    running.ticks = 0;
    if ((msr & APIC_BASE_ENABLE) == 0)
        cpu_write_msr(MSR_APIC_BASE, msr | APIC_BASE_ENABLE);
    tsc_deadline = (cpu_cpuid(1, 0).ecx & CPUID_1_ECX_TSC_DEADLINE) != 0;

    apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    if (tsc_deadline) {
        apic_write(APIC_LVT_TIMER, LVT_TSC_DEADLINE | VECTOR_TIMER);
    } else {
        apic_write(APIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_16);
        apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
    }
}

uint32_t apic_id(void)
{
    uint32_t id = apic_read(APIC_ID);
    return x2apic ? id : id >> 24;
}

bool apic_is_boot_processor(void)
{
    return (cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_BOOT) != 0;
}

void apic_init_application_processor(void)
{
    apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
}

/* In xAPIC mode one command is under way at a time: the next would overwrite it. */
static void wait_until_sent(void)
{
    for (unsigned i = 0; i < SEND_POLLS && (apic_read(APIC_ICR_LOW) & ICR_SEND_PENDING) != 0; i++)
        cpu_relax();
}

static void send(uint32_t id, uint32_t command)
{
    if (x2apic) {
        cpu_write_msr(0x800 + APIC_ICR_LOW / 16, (uint64_t)id << 32 | command);
        return;
    }
    /* A notification function may send something, too: not between the two halves. */
    bool interrupts = cpu_interrupts_enabled();
    cpu_disable_interrupts();
    apic_write(APIC_ICR_HIGH, id << 24);
    apic_write(APIC_ICR_LOW, command);
    wait_until_sent();
    if (interrupts)
        cpu_enable_interrupts();
}

void apic_send_init(uint32_t id)
{
    send(id, ICR_INIT | ICR_ASSERT);
}

void apic_send_startup(uint32_t id, uint8_t page)
{
    send(id, ICR_STARTUP | ICR_ASSERT | page);
}

void apic_send_wake(uint32_t id)
{
    send(id, ICR_FIXED | ICR_ASSERT | VECTOR_WAKE);
}

bool apic_reaches(uint32_t id)
{
    return x2apic || id < XAPIC_BROADCAST;
}

/* The ratio of the two clocks needs no frequency of either. Interrupts may be on: the timer is
 * masked meanwhile. The TSC is looked at first and last, so that a VM that stands still in between
 * makes the ratio too low, which improve_timer_ratio() mends, and never too high. */
static void measure_timer_ratio(void)
{
    apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
    uint64_t start = cpu_read_tsc();
    uint32_t first = apic_read(APIC_TIMER_CURRENT);
    do
        cpu_relax();
    while (cpu_read_tsc() - start < CALIBRATION_TSC_TICKS);
    uint32_t ticks = first - apic_read(APIC_TIMER_CURRENT);
    uint64_t elapsed = cpu_read_tsc() - start;
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER);

    timer_ratio = ((uint64_t)ticks << 32) / elapsed;
    if (timer_ratio == 0)
        timer_ratio = 1;
}

static uint32_t timer_count_until(uint64_t deadline)
{
    uint64_t now = cpu_read_tsc();
    uint64_t wait = deadline > now ? deadline - now : 0;
    unsigned __int128 count = ((unsigned __int128)wait * timer_ratio >> 32) + 1;
    count += count / 1024; /* a little late costs less than another interrupt */
    return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

void apic_timer_arm(uint64_t deadline)
{
    if (tsc_deadline) {
        cpu_write_msr(MSR_TSC_DEADLINE, deadline);
        return;
    }
    if (deadline == 0) {
        apic_write(APIC_TIMER_INITIAL, 0);
        return;
    }
    if (timer_ratio == 0)
        measure_timer_ratio();
    running.since = cpu_read_tsc();
    running.ticks = timer_count_until(deadline);
    apic_write(APIC_TIMER_INITIAL, running.ticks);
}

static void end_of_interrupt(void)
{
    apic_write(APIC_EOI, 0);
}

/* The measurement was short, and the VM may have stood still in the middle of it: with a ratio that
 * is too low every wait takes several interrupts. A count that is over has lasted no longer than
 * until now, so that the ratio seen from here is not too high. */
static void improve_timer_ratio(void)
{
    if (running.ticks == 0)
        return;
    uint64_t ratio = ((uint64_t)running.ticks << 32) / (cpu_read_tsc() - running.since + 1);
    if (ratio > timer_ratio && apic_read(APIC_TIMER_CURRENT) == 0)
        timer_ratio = ratio;
}

void apic_timer_acknowledge(void)
{
    improve_timer_ratio();
    end_of_interrupt();
}

/* A bit of the 256-bit registers IRR and ISR. */
static bool vector_bit(enum apic_register first, uint8_t vector)
{
    return (apic_read(first + vector / 32 * 16) >> (vector % 32) & 1) != 0;
}

void apic_end_of_unexpected(uint8_t vector)
{
    if (vector_bit(APIC_ISR, vector))
        end_of_interrupt();
}

void apic_timer_shutdown(void)
{
    apic_timer_arm(0);
    apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);

    /* A timer interrupt that was already accepted is taken here, so that the OS finds nothing
     * pending. One loop is enough: nothing can set the bit again. */
    bool pending = (apic_read(APIC_IRR + VECTOR_TIMER / 32 * 16) >> (VECTOR_TIMER % 32) & 1) != 0;
    if (pending) {
        interrupts_set_timer_handler(apic_timer_acknowledge);
        cpu_enable_interrupts();
        cpu_relax();
        cpu_disable_interrupts();
    }
}
