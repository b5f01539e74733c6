/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The local APIC by memory (xAPIC) and by MSRs (x2APIC): the one that is on at entry is used, and
 * nothing of the other is touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/apic.h"
#include "arch/interrupts.h"
#include "models/bus.h"
#include "models/cpu.h"

#define BASE             0xfee00000ull
#define MSR_APIC_BASE    0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define BSP              0x100ull
#define X2APIC           0x400ull
#define ENABLE           0x800ull
#define TSC_DEADLINE     (1u << 24)

/* One APIC whose registers, 16 bytes apart, are reached one way or the other. */
static struct {
    uint64_t base_msr, deadline;
    uint32_t registers[64];
    uint64_t command; /* the last one that was sent, as x2APIC's 64 bits */
    uint32_t features;
    unsigned by_memory, by_msr, base_writes, ends;
    void (*handler)(void);
} apic;

static struct bus bus;

static uint32_t *reg(uint64_t offset)
{
    assert_int_equal(offset % 16, 0);
    assert_in_range(offset / 16, 0, 63);
    return &apic.registers[offset / 16];
}

static void write_register(uint64_t offset, uint32_t value)
{
    apic.ends += offset == 0xb0;
    if (offset == 0x300)
        apic.command = (uint64_t)(*reg(0x310) >> 24) << 32 | value;
    *reg(offset) = value;
}

static uint64_t read_memory(void *context, uint64_t offset, unsigned width)
{
    assert_int_equal(width, 4);
    apic.by_memory++;
    return *reg(offset);
}

static void write_memory(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    assert_int_equal(width, 4);
    apic.by_memory++;
    write_register(offset, (uint32_t)value);
}

static struct bus_range range = {
    .space = BUS_MMIO, .base = BASE, .size = 0x400, .read = read_memory, .write = write_memory};

static uint64_t read_msr(uint32_t msr)
{
    if (msr == MSR_APIC_BASE)
        return apic.base_msr;
    assert_in_range(msr, 0x800, 0x83f);
    assert_true((apic.base_msr & X2APIC) != 0); /* else #GP */
    apic.by_msr++;
    return *reg((msr - 0x800) * 16ull);
}

static void write_msr(uint32_t msr, uint64_t value)
{
    if (msr == MSR_TSC_DEADLINE) {
        apic.deadline = value;
        return;
    }
    if (msr == MSR_APIC_BASE) {
        assert_int_equal(value & X2APIC, apic.base_msr & X2APIC); /* the mode is never changed */
        apic.base_msr = value;
        apic.base_writes++;
        return;
    }
    assert_in_range(msr, 0x800, 0x83f);
    assert_true((apic.base_msr & X2APIC) != 0);
    apic.by_msr++;
    if (msr == 0x830) {
        apic.command = value;
        return;
    }
    assert_int_equal(value >> 32, 0);
    write_register((msr - 0x800) * 16ull, (uint32_t)value);
}

static struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    return (struct cpuid){.ecx = leaf == 1 ? apic.features : 0};
}

void interrupts_set_timer_handler(void (*handler)(void))
{
    apic.handler = handler;
}

/* What was in IRR is delivered. */
static void interrupts_on(void)
{
    uint32_t *irr = reg(0x200 + VECTOR_TIMER / 32 * 16);
    if ((*irr & 1u << VECTOR_TIMER % 32) == 0)
        return;
    *irr = 0;
    apic.handler();
}

static void start(uint64_t base_msr, uint32_t features)
{
    memset(&apic, 0, sizeof apic);
    apic.base_msr = base_msr;
    apic.features = features;
    memset(apic.registers, 0xa5, sizeof apic.registers);
    fake_cpu_reset();
    fake_cpu.read_msr = read_msr;
    fake_cpu.write_msr = write_msr;
    fake_cpu.cpuid = cpuid;
    fake_cpu.enabled = interrupts_on;
    bus = (struct bus){.strict = true};
    bus_add(&bus, &range);
    bus_use(&bus);
    apic_init();
}

static void expect_ready(void)
{
    assert_int_equal(*reg(0xf0), 0x100 | VECTOR_SPURIOUS);
    assert_int_equal(*reg(0x350) & 0x10000, 0x10000); /* LINT0 */
}

static void the_mode_is_that_of_the_register(void **state)
{
    assert_false(apic_mode_is_x2apic(BASE | ENABLE | BSP));
    assert_true(apic_mode_is_x2apic(BASE | ENABLE | X2APIC));
    assert_false(apic_mode_is_x2apic(0));
}

static void by_memory(void **state)
{
    start(BASE | ENABLE | BSP, 0);
    expect_ready();
    assert_int_equal(apic.by_msr, 0);
    assert_true(apic.by_memory > 0);
    assert_int_equal(apic.base_writes, 0);
    *reg(0x20) = 3u << 24;
    assert_int_equal(apic_id(), 3);
    apic_timer_acknowledge();
    assert_int_equal(apic.ends, 1);
    assert_int_equal(*reg(0xb0), 0);
}

static void by_msr(void **state)
{
    start(BASE | ENABLE | X2APIC | BSP, 0);
    expect_ready();
    assert_int_equal(apic.by_memory, 0);
    assert_int_equal(bus.reads + bus.writes, 0);
    assert_int_equal(apic.base_writes, 0);
    *reg(0x20) = 0x12345;
    assert_int_equal(apic_id(), 0x12345);
}

static void one_that_is_off_is_turned_on(void **state)
{
    start(BASE | BSP, TSC_DEADLINE);
    assert_int_equal(apic.base_msr, BASE | BSP | ENABLE);
    expect_ready();
}

static void deadlines(void **state)
{
    start(BASE | ENABLE | X2APIC, TSC_DEADLINE);
    assert_int_equal(*reg(0x320), 0x40000 | VECTOR_TIMER);
    apic_timer_arm(12345);
    assert_int_equal(apic.deadline, 12345);
    apic_timer_arm(0);
    assert_int_equal(apic.deadline, 0);
}

/* Without TSC deadlines the timer's clock is measured first; this one stands still. */
static void counts(void **state)
{
    start(BASE | ENABLE, 0);
    apic_timer_arm(fake_cpu.tsc + 1000000);
    assert_int_equal(*reg(0x320), VECTOR_TIMER);
    assert_true(*reg(0x380) > 0);
    apic_timer_arm(1); /* long past: now */
    assert_int_equal(*reg(0x380), 1);
    apic_timer_arm(0);
    assert_int_equal(*reg(0x380), 0);
}

/* The timer's clock: 62.5 MHz beside a TSC of 1 GHz. */
#define TSC_PER_COUNT 16

static uint64_t count_is_over_at(uint64_t deadline)
{
    apic_timer_arm(deadline);
    return fake_cpu.tsc + (uint64_t)*reg(0x380) * TSC_PER_COUNT;
}

/* The first measurement is wrong by whatever happened meanwhile: here the clock stands still, and
 * so seems to be much slower than it is. Each interrupt that comes too early tells more. */
static void early_interrupts_become_rare(void **state)
{
    const uint64_t wait = 80000000;
    unsigned interrupts = 0;
    start(BASE | ENABLE, 0);
    for (int i = 0; i < 20; i++) {
        uint64_t deadline = fake_cpu.tsc + wait;
        interrupts = 0;
        while (fake_cpu.tsc < deadline && interrupts < 10000) {
            fake_cpu.tsc = count_is_over_at(deadline) + 2000; /* until it is delivered */
            *reg(0x390) = 0;
            apic_timer_acknowledge();
            interrupts++;
        }
        assert_in_range(fake_cpu.tsc - deadline, 0, wait / 500);
    }
    assert_int_equal(interrupts, 1);
}

/* One of an earlier count, delivered while the next runs, tells nothing. */
static void a_running_count_is_not_over(void **state)
{
    start(BASE | ENABLE, 0);
    *reg(0x390) = 5;
    uint64_t over = count_is_over_at(fake_cpu.tsc + 80000000) - fake_cpu.tsc;
    apic_timer_acknowledge();
    assert_in_range(count_is_over_at(fake_cpu.tsc + 80000000) - fake_cpu.tsc, over,
                    over + over / 8);
}

static void expect_commands(uint32_t id)
{
    const uint64_t to = (uint64_t)id << 32;
    apic_send_init(id);
    assert_true(apic.command == (to | 0x4500));
    apic_send_startup(id, 0x9e);
    assert_true(apic.command == (to | 0x469e));
    apic_send_wake(id);
    assert_true(apic.command == (to | 0x4000 | VECTOR_WAKE));
}

static void others_are_interrupted(void **state)
{
    start(BASE | ENABLE | BSP, 0);
    *reg(0x300) = 0;
    expect_commands(7);
    assert_true(apic_reaches(254) && !apic_reaches(255) && !apic_reaches(300));
    *reg(0x300) = 0; /* and interrupts are as they were */
    fake_cpu.enabled = NULL;
    fake_cpu.interrupts_enabled = true;
    expect_commands(254);
    assert_true(fake_cpu.interrupts_enabled);

    start(BASE | ENABLE | X2APIC | BSP, 0);
    expect_commands(0x12345);
    assert_int_equal(apic.by_memory, 0);
    assert_true(apic_reaches(255) && apic_reaches(0xfffffffe));
}

static void shutdown_leaves_nothing_pending(void **state)
{
    start(BASE | ENABLE, TSC_DEADLINE);
    memset(apic.registers, 0, sizeof apic.registers);
    apic_timer_arm(12345);
    *reg(0x200 + VECTOR_TIMER / 32 * 16) = 1u << VECTOR_TIMER % 32;
    apic_timer_shutdown();
    assert_int_equal(apic.deadline, 0);
    assert_int_equal(*reg(0x320) & 0x10000, 0x10000);
    assert_int_equal(*reg(0x200 + VECTOR_TIMER / 32 * 16), 0);
    assert_int_equal(apic.ends, 1);
    assert_false(fake_cpu.interrupts_enabled);
}

static void only_a_vector_in_service_is_ended(void **state)
{
    start(BASE | ENABLE, TSC_DEADLINE);
    memset(apic.registers, 0, sizeof apic.registers);
    apic_end_of_unexpected(0x71);
    assert_int_equal(apic.ends, 0);
    *reg(0x100 + 0x71 / 32 * 16) = 1u << 0x71 % 32;
    apic_end_of_unexpected(0x70);
    assert_int_equal(apic.ends, 0);
    apic_end_of_unexpected(0x71);
    assert_int_equal(apic.ends, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mode_is_that_of_the_register),
        cmocka_unit_test(by_memory),
        cmocka_unit_test(by_msr),
        cmocka_unit_test(one_that_is_off_is_turned_on),
        cmocka_unit_test(deadlines),
        cmocka_unit_test(counts),
        cmocka_unit_test(early_interrupts_become_rare),
        cmocka_unit_test(a_running_count_is_not_over),
        cmocka_unit_test(others_are_interrupted),
        cmocka_unit_test(shutdown_leaves_nothing_pending),
        cmocka_unit_test(only_a_vector_in_service_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
