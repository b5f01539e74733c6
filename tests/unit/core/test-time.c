/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "core/time_source.h"
#include "lib/macros.h"
#include "models/bus.h"
#include "models/captured_log.h"
#include "models/cpu.h"

#define GHZ 1000000000ull

/* CPUID as a table: what is not in it reads 0. */
struct leaf {
    uint32_t leaf;
    struct cpuid value;
};

static struct leaf leaves[16];
static unsigned leaf_count;
static uint64_t msr_tsc;
static struct bus bus;

static struct cpuid look_up(uint32_t leaf, uint32_t subleaf)
{
    for (unsigned i = 0; i < leaf_count; i++) {
        if (leaves[i].leaf == leaf)
            return leaves[i].value;
    }
    return (struct cpuid){0};
}

static uint64_t read_msr(uint32_t msr)
{
    assert_int_equal(msr, 0x40000022);
    return msr_tsc;
}

static void leaf(uint32_t number, uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
    leaves[leaf_count++] = (struct leaf){number, {eax, ebx, ecx, edx}};
}

static int set_up(void **state)
{
    fake_cpu_reset();
    fake_cpu.cpuid = look_up;
    fake_cpu.read_msr = read_msr;
    leaf_count = 0;
    memset(&bus, 0, sizeof bus);
    bus.strict = true;
    bus_use(&bus);
    captured_log_start();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    bus_use(NULL);
    fake_cpu_reset();
    return 0;
}

static uint64_t find(uint16_t port, bool has_8254)
{
    const struct time_sources sources = {port, has_8254};
    return time_find_frequency(&sources);
}

static void the_hypervisor_tells(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x40000010, 0, 0, 0);
    leaf(0x40000010, 2596142, 1000000, 0, 0); /* as dumped on Cloud Hypervisor */
    assert_int_equal(find(0, false), 2596142000);
    assert_int_equal(captured_log_lines(), 0);
}

static void the_hypervisor_is_not_asked_beyond_its_leaves(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x4000000f, 0, 0, 0);
    leaf(0x40000010, 2596142, 0, 0, 0);
    assert_int_equal(find(0, false), GHZ);
    assert_true(captured_log_has("1 GHz is assumed"));

    leaves[0].value.ecx = 0; /* no guest */
    leaves[1].value.eax = 0x40000010;
    assert_int_equal(find(0, false), GHZ);
}

static void the_processor_tells(void **state)
{
    leaf(0, 0x16, 0, 0, 0);
    leaf(0x15, 2, 216, 24000000, 0);
    assert_int_equal(find(0, false), 2592000000);
    leaves[1].value.ecx = 0; /* no crystal: the base frequency */
    leaf(0x16, 2600, 0, 0, 0);
    assert_int_equal(find(0, false), 2600000000);
    leaves[0].value.eax = 0x15;
    assert_int_equal(find(0, false), GHZ);
    leaves[1].value.eax = 0;
    assert_int_equal(find(0, false), GHZ);
}

static void hyperv_tells(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x4000000a, 0, 0, 0);
    leaf(0x40000001, 0x31237648, 0, 0, 0);
    leaf(0x40000003, 1u << 11, 0, 0, 1u << 8);
    msr_tsc = 2100000000;
    assert_int_equal(find(0, false), 2100000000);
    leaves[3].value.edx = 0; /* the MSR is not there: reading it would fault */
    fake_cpu.read_msr = NULL;
    assert_int_equal(find(0, false), GHZ);
}

/* KVM's clock: what is in memory once the MSR is written. */
static struct {
    uint32_t version, mul;
    int8_t shift;
    unsigned writes;
    bool on;
} clock;

static void write_clock(uint32_t msr, uint64_t value)
{
    assert_int_equal(msr, 0x4b564d01);
    clock.writes++;
    clock.on = (value & 1) != 0;
    if (!clock.on)
        return;
    uint8_t *info = (uint8_t *)(uintptr_t)(value & ~1ull);
    assert_true((uintptr_t)info % 4096 <= 4096 - 32);
    memcpy(info, &clock.version, 4);
    memcpy(info + 24, &clock.mul, 4);
    memcpy(info + 28, &clock.shift, 1);
}

static void expect_clock(uint32_t mul, int8_t shift, uint64_t expected)
{
    clock.mul = mul;
    clock.shift = shift;
    clock.writes = 0;
    uint64_t found = find(0, false);
    assert_in_range(found, expected - expected / 1000000, expected + expected / 1000000);
    assert_int_equal(clock.writes, 2);
    assert_false(clock.on); /* the OS turns it on again if it wants */
}

static void kvm_leaves(uint32_t features)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
    leaf(0x40000001, features, 0, 0, 0);
    fake_cpu.write_msr = write_clock;
    memset(&clock, 0, sizeof clock);
    clock.version = 2;
}

/* Scales as kvm_get_time_scale() of Linux makes them for 3 GHz, 2.5 GHz, 1 GHz and 600 MHz. */
static void the_clock_of_kvm_tells(void **state)
{
    kvm_leaves(1u << 3);
    expect_clock(0xaaaaaaaa, -1, 3000000000);
    expect_clock(0xcccccccc, -1, 2500000000);
    expect_clock(0x80000000, 1, GHZ);
    expect_clock(0xd5555555, 1, 600000000);
    assert_int_equal(captured_log_lines(), 0);
}

static void a_clock_that_tells_nonsense_is_not_believed(void **state)
{
    kvm_leaves(1u << 3);
    expect_clock(0, 0, GHZ); /* the guess */
    expect_clock(1, -31, GHZ);
    expect_clock(0x80000000, 127, GHZ);
    expect_clock(0x80000000, -128, GHZ);
    clock.version = 3; /* it writes for ever */
    expect_clock(0xaaaaaaaa, -1, GHZ);
    clock.version = 0; /* it has not written */
    expect_clock(0xaaaaaaaa, -1, GHZ);
}

static void where_kvm_has_no_clock_its_msr_is_not_touched(void **state)
{
    kvm_leaves(1); /* the old MSRs only */
    assert_int_equal(find(0, false), GHZ);
    leaves[2].value.eax = 1u << 3;
    leaves[1].value.edx = 0; /* another hypervisor */
    assert_int_equal(find(0, false), GHZ);
    leaves[1].value.edx = 0x4d;
    leaves[0].value.ecx = 0; /* none */
    assert_int_equal(find(0, false), GHZ);
    assert_int_equal(clock.writes, 0);
}

static void nonsense_is_not_believed(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x40000010, 0, 0, 0);
    leaf(0x40000010, 0, 0, 0, 0);
    leaf(0, 0x15, 0, 0, 0);
    leaf(0x15, 1, 0xffffffff, 0xffffffff, 0);
    assert_int_equal(find(0, false), GHZ);
    leaves[2].value.eax = 0xffffffff; /* 4.3 THz */
    assert_int_equal(find(0, false), GHZ);
}

/* A PM timer that runs with `tsc_hz` as the TSC's frequency. */
static uint64_t tsc_hz;
static uint32_t timer_start, timer_mask;
static unsigned stalls;       /* the next so many reads take long */
static uint64_t stall_length; /* TSC ticks */

static uint64_t read_timer(void *context, uint64_t offset, unsigned width)
{
    assert_int_equal(width, 4);
    assert_int_equal(offset, 0);
    if (stalls > 0) {
        stalls--;
        fake_cpu.tsc += stall_length;
    }
    fake_cpu.tsc += 2000; /* an exit */
    uint64_t ticks = (uint64_t)((__uint128_t)fake_cpu.tsc * 3579545 / tsc_hz);
    return (timer_start + ticks) & timer_mask;
}

static void expect_about(uint64_t frequency, uint64_t expected)
{
    assert_in_range(frequency, expected - expected / 50, expected + expected / 50);
}

static struct bus_range *add_timer(uint64_t hz, uint32_t start, uint32_t mask)
{
    static struct bus_range range;
    range = (struct bus_range){.space = BUS_PORT, .base = 0x608, .size = 4, .read = read_timer};
    tsc_hz = hz;
    timer_start = start;
    timer_mask = mask;
    stalls = 0;
    bus.ranges = NULL;
    bus_add(&bus, &range);
    fake_cpu.tsc_step = 100;
    return &range;
}

static void the_pm_timer_is_measured_with_few_reads(void **state)
{
    const uint64_t frequencies[] = {100000000, GHZ, 2596142000, 6000000000};
    for (size_t i = 0; i < ARRAY_SIZE(frequencies); i++) {
        struct bus_range *range = add_timer(frequencies[i], 0, 0xffffffff);
        uint64_t start = fake_cpu.tsc;
        expect_about(find(0x608, false), frequencies[i]);
        assert_in_range(range->reads, 2, 8);
        assert_true(fake_cpu.tsc - start < frequencies[i] / 50); /* 20 ms */
    }
}

static void the_pm_timer_may_wrap(void **state)
{
    const uint32_t masks[] = {0xffffff, 0xffffffff};
    for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
        struct bus_range *range = add_timer(2 * GHZ, 0, masks[i]);
        /* About to wrap at the first read. */
        uint64_t now = (uint64_t)((__uint128_t)fake_cpu.tsc * 3579545 / tsc_hz);
        timer_start = (uint32_t)-now - 500;
        expect_about(find(0x608, false), 2 * GHZ);
        assert_in_range(range->reads, 2, 8);
    }
}

/* The VMM was not scheduled while the timer was read. */
static void a_disturbed_measurement_is_repeated(void **state)
{
    add_timer(2 * GHZ, 0, 0xffffffff);
    stalls = 1;
    stall_length = 20000000; /* 10 ms */
    expect_about(find(0x608, false), 2 * GHZ);
}

static uint64_t read_constant(void *context, uint64_t offset, unsigned width)
{
    return *(uint64_t *)context;
}

static void a_dead_pm_timer_is_given_up(void **state)
{
    uint64_t values[] = {0, UINT64_MAX, 0x1234};
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct bus_range range = {.space = BUS_PORT,
                                  .base = 0x608,
                                  .size = 4,
                                  .read = read_constant,
                                  .context = &values[i]};
        bus.ranges = NULL;
        bus_add(&bus, &range);
        fake_cpu.tsc_step = 100000;
        assert_int_equal(find(0x608, false), GHZ);
        assert_true(captured_log_has("ACPI PM timer cannot be used"));
        assert_in_range(range.reads, 1, 20);
    }
}

/* The 8254's channel 2 in mode 0. */
static struct {
    bool running, latched, high;
    uint64_t start;
    uint16_t latch;
    unsigned loaded;
} pit;

static uint64_t read_pit(void *context, uint64_t offset, unsigned width)
{
    assert_int_equal(width, 1);
    if (offset == 0x21)
        return 0x20;
    assert_int_equal(offset, 2);
    pit.high = !pit.high;
    return pit.high ? pit.latch & 0xff : pit.latch >> 8;
}

static void write_pit(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    assert_int_equal(width, 1);
    if (offset == 0x21)
        assert_int_equal(value & 3, 1); /* gate on, speaker off */
    if (offset == 2)
        assert_int_equal(value, 0xff);
    if (offset == 2 && ++pit.loaded == 2) {
        pit.start = fake_cpu.tsc;
        pit.running = true;
    }
    if (offset == 3 && value == 0x80) {
        fake_cpu.tsc += 2000;
        pit.latch = (uint16_t)(0xffff - (__uint128_t)(fake_cpu.tsc - pit.start) * 1193182 / tsc_hz);
        pit.high = false;
    }
}

static void the_8254_is_measured_where_there_is_one(void **state)
{
    const uint64_t frequencies[] = {GHZ, 2596142000, 4000000000};
    struct bus_range range = {
        .space = BUS_PORT, .base = 0x40, .size = 0x22, .read = read_pit, .write = write_pit};
    bus_add(&bus, &range);
    fake_cpu.tsc_step = 100;
    for (size_t i = 0; i < ARRAY_SIZE(frequencies); i++) {
        memset(&pit, 0, sizeof pit);
        tsc_hz = frequencies[i];
        range.reads = range.writes = 0;
        expect_about(find(0, true), frequencies[i]);
        assert_in_range(range.reads + range.writes, 1, 40);
    }
    /* Without one its ports are not touched: strict mode. */
    bus.ranges = NULL;
    assert_int_equal(find(0, false), GHZ);
}

/* Cloud Hypervisor's port 0x61, and no 8254: never believed even if asked. */
static void a_false_8254_is_given_up(void **state)
{
    uint64_t ones = UINT64_MAX;
    struct bus_range range = {
        .space = BUS_PORT, .base = 0x40, .size = 0x22, .read = read_constant, .context = &ones};
    bus_add(&bus, &range);
    fake_cpu.tsc_step = 100000;
    assert_int_equal(find(0, true), GHZ);
    assert_true(captured_log_has("8254 cannot be used"));
}

/* core/time.h */

static void conversions_do_not_overflow(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x40000010, 0, 0, 0);
    leaf(0x40000010, 2500000, 0, 0, 0);
    time_set_pm_timer(0);
    assert_int_equal(time_frequency(), 2500000000);
    assert_int_equal(time_ticks_from_us(0), 0);
    assert_int_equal(time_ticks_from_us(3), 7500);
    assert_int_equal(time_ticks_from_us(UINT64_MAX), UINT64_MAX);
    assert_int_equal(time_ticks_from_us(1000000000000000), 2500000000000000000);
    assert_int_equal(time_us_from_ticks(7500), 3);
    assert_int_equal(time_us_from_ticks(UINT64_MAX), 7378697629483820);
}

static void a_stall_takes_its_time(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x40000010, 0, 0, 0);
    leaf(0x40000010, 1000000, 0, 0, 0);
    time_set_pm_timer(0);
    fake_cpu.tsc_step = 100;
    uint64_t start = fake_cpu.tsc;
    time_stall_us(50);
    assert_in_range(fake_cpu.tsc - start, 50000, 51000);
}

static void deadlines_pass_once_time_is_up(void **state)
{
    leaf(1, 0, 0, 1u << 31, 0);
    leaf(0x40000000, 0x40000010, 0, 0, 0);
    leaf(0x40000010, 1000000, 0, 0, 0);
    time_set_pm_timer(0);
    fake_cpu.tsc_step = 1000;
    struct deadline deadline = deadline_in_ms(10);
    uint64_t start = fake_cpu.tsc;
    unsigned polls = 0;
    while (!deadline_passed(&deadline))
        assert_in_range(++polls, 1, 100000);
    assert_in_range(fake_cpu.tsc - start, 10000000, 10010000);

    /* The end of the world is not tomorrow. */
    deadline = deadline_in_ms(UINT64_MAX);
    for (unsigned i = 0; i < 5000; i++)
        assert_false(deadline_passed(&deadline));
}

static void a_short_wait_calibrates_nothing(void **state)
{
    fake_cpu.cpuid = NULL;
    time_set_pm_timer(0x608); /* strict: nobody is there */
    struct deadline deadline = deadline_in_ms(0);
    for (unsigned i = 0; i < 1000; i++)
        assert_false(deadline_passed(&deadline));
    time_set_pm_timer(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_hypervisor_tells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_hypervisor_is_not_asked_beyond_its_leaves, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_processor_tells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hyperv_tells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_clock_of_kvm_tells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_tells_nonsense_is_not_believed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(where_kvm_has_no_clock_its_msr_is_not_touched, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nonsense_is_not_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_pm_timer_is_measured_with_few_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_pm_timer_may_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disturbed_measurement_is_repeated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dead_pm_timer_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_8254_is_measured_where_there_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_false_8254_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conversions_do_not_overflow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stall_takes_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deadlines_pass_once_time_is_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_wait_calibrates_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
