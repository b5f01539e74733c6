/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The list of processors from good and from hostile MADTs, their places, and how they are started.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pages.h"
#include "core/pool.h"
#include "host/pool.h"
#include "hw/acpi.h"
#include "models/ap.h"
#include "models/captured_log.h"
#include "models/cpu.h"
#include "models/memory_fixture.h"
#include "platform/application_processors.h"
#include "platform/processor_list.h"
#include "platform/topology.h"

#define MADT      0x10000u
#define LOW_BASE  0x9b000u
#define LOW_END   0x9f000u
#define HIGH_BASE 0x4000000ull

static struct memory_fixture t;
static struct machine machine;
static struct processors processors;
static uint32_t *ids;
static size_t count;

static int set_up(void **state)
{
    captured_log_start();
    memory_fixture_empty(&t);
    fake_cpu_reset();
    fake_aps_reset(0);
    machine = (struct machine){.madt = MADT, .madt_size = sizeof(struct acpi_madt)};
    processors = (struct processors){0};
    ids = NULL;
    return 0;
}

static int tear_down(void **state)
{
    pool_free(ids);
    application_processors_free(&processors);
    memory_fixture_free(&t);
    captured_log_stop();
    return 0;
}

static void add(const void *entry, uint8_t length)
{
    assert_true(machine.madt_size + length < 0x80000);
    memcpy(memory_fixture_at(&t, MADT + machine.madt_size), entry, length);
    machine.madt_size += length;
}

static void add_old(uint8_t id, uint32_t flags)
{
    struct acpi_madt_local_apic entry = {0, sizeof entry, 0, id, flags};
    add(&entry, sizeof entry);
}

static void add_new(uint32_t id, uint32_t flags)
{
    struct acpi_madt_local_x2apic entry = {9, sizeof entry, 0, id, flags, 0};
    add(&entry, sizeof entry);
}

static void list(uint32_t boot)
{
    pool_free(ids);
    ids = NULL;
    assert_int_equal(processor_list(&machine, boot, &ids, &count), EFI_SUCCESS);
    for (size_t i = 1; i < count; i++)
        assert_true(ids[i - 1] < ids[i]);
}

static void both_kinds_in_any_order(void **state)
{
    add_old(4, 1);
    add_new(0x12345, 1);
    add_old(0, 1);
    add_new(300, 1);
    list(0);
    assert_int_equal(count, 4);
    assert_int_equal(ids[0], 0);
    assert_int_equal(ids[1], 4);
    assert_int_equal(ids[2], 300);
    assert_int_equal(ids[3], 0x12345);
    assert_int_equal(captured_log_lines(), 0);
}

static void only_those_that_are_there(void **state)
{
    add_old(0, 1);
    add_old(1, 0);
    add_old(2, 2); /* can be added while the OS runs */
    add_old(3, 3);
    add_new(4, 0);
    add_new(5, 2);
    add_new(6, 1);
    add_old(0xff, 1); /* everybody */
    add_new(0xffffffff, 1);
    list(0);
    assert_int_equal(count, 3);
    assert_int_equal(ids[1], 3);
    assert_int_equal(ids[2], 6);
}

static void the_boot_processor_is_always_there(void **state)
{
    add_old(1, 1);
    list(7);
    assert_int_equal(count, 2);
    assert_int_equal(ids[1], 7);
    machine.madt = 0;
    machine.madt_size = 0;
    list(7);
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], 7);
    assert_int_equal(captured_log_lines(), 0);
}

static void who_is_listed_twice_is_there_once(void **state)
{
    for (unsigned i = 0; i < 3; i++) {
        add_old(0, 1);
        add_old(1, 1);
        add_new(1, 1);
    }
    list(0);
    assert_int_equal(count, 2);
    assert_int_equal(captured_log_lines(), 1);
    assert_true(captured_log_has("7 processors are listed twice"));
}

static void too_many_are_told(void **state)
{
    for (uint32_t i = 0; i < PROCESSORS_MAX + 5; i++)
        add_new(100000 - i, 1);
    list(0);
    assert_int_equal(count, PROCESSORS_MAX);
    assert_int_equal(ids[0], 0);
    assert_true(captured_log_has("6 processors more than the 8192"));
}

static void a_malformed_entry_ends_the_list(void **state)
{
    add_old(0, 1);
    add_old(1, 1);
    *memory_fixture_at(&t, MADT + sizeof(struct acpi_madt) + 9) = 1;
    add_old(2, 1);
    list(0);
    assert_int_equal(count, 1);
    assert_true(captured_log_has("malformed entry at offset 52"));
    machine.madt_size = sizeof(struct acpi_madt) - 1;
    list(0);
    assert_int_equal(count, 1);
}

static void an_entry_that_is_too_short_is_nobody(void **state)
{
    const uint8_t entry[] = {9, 8, 0, 0, 1, 0, 0, 0};
    add(entry, sizeof entry);
    list(0);
    assert_int_equal(count, 1);
}

static void memory_may_be_out(void **state)
{
    for (uint8_t i = 0; i < 20; i++)
        add_old(i, 1);
    for (size_t left = 0; left < 3; left++) {
        host_fail_allocation_after(left);
        assert_int_equal(processor_list(&machine, 0, &ids, &count), EFI_OUT_OF_RESOURCES);
        host_fail_allocation_after(SIZE_MAX);
    }
}

/* CPUID of the topology tests. */
static struct {
    uint32_t max;
    struct cpuid leaf_b[8], leaf_1f[8], leaf_1, leaf_4, leaf_80000008;
} cpu;

static struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid none = {0};
    switch (leaf) {
    case 0:
        return (struct cpuid){.eax = cpu.max};
    case 1:
        return cpu.leaf_1;
    case 4:
        return cpu.leaf_4;
    case 0xb:
        return subleaf < 8 ? cpu.leaf_b[subleaf] : none;
    case 0x1f:
        return subleaf < 8 ? cpu.leaf_1f[subleaf] : none;
    case 0x80000000:
        return (struct cpuid){.eax = 0x80000008};
    case 0x80000008:
        return cpu.leaf_80000008;
    default:
        return none;
    }
}

static struct topology topology_of(uint32_t max)
{
    cpu.max = max;
    fake_cpu.cpuid = cpuid;
    return topology_read();
}

static void expect_place(const struct topology *found, uint32_t id, uint32_t package, uint32_t die,
                         uint32_t core, uint32_t thread)
{
    assert_int_equal(topology_number(found, TOPOLOGY_PACKAGE, id), package);
    assert_int_equal(topology_number(found, TOPOLOGY_DIE, id), die);
    assert_int_equal(topology_number(found, TOPOLOGY_CORE, id), core);
    assert_int_equal(topology_number(found, TOPOLOGY_THREAD, id), thread);
}

static void places_by_the_new_leaf(void **state)
{
    memset(&cpu, 0, sizeof cpu);
    cpu.leaf_1f[0] = (struct cpuid){.eax = 1, .ecx = 0x100};
    cpu.leaf_1f[1] = (struct cpuid){.eax = 4, .ecx = 0x201};
    cpu.leaf_1f[2] = (struct cpuid){.eax = 5, .ecx = 0x502};
    struct topology found = topology_of(0x1f);
    expect_place(&found, 0x35, 1, 1, 2, 1); /* 1 | 1 | 010 | 1 */
    assert_int_equal(topology_number(&found, TOPOLOGY_MODULE, 0xffffffff), 0);
    assert_int_equal(topology_number(&found, TOPOLOGY_TILE, 0xffffffff), 0);
    assert_int_equal(topology_core_in_package(&found, 0x35), 0xa);
    expect_place(&found, 0xffffffff, 0x7ffffff, 1, 7, 1);
}

static void places_by_older_leaves(void **state)
{
    memset(&cpu, 0, sizeof cpu);
    cpu.leaf_b[0] = (struct cpuid){.eax = 0, .ecx = 0x100};
    cpu.leaf_b[1] = (struct cpuid){.eax = 3, .ecx = 0x201};
    struct topology found = topology_of(0x1f);
    expect_place(&found, 0x1f, 3, 0, 7, 0);

    memset(&cpu, 0, sizeof cpu);
    cpu.leaf_1 = (struct cpuid){.ebx = 8u << 16, .edx = 1u << 28};
    cpu.leaf_4 = (struct cpuid){.eax = 3u << 26};
    found = topology_of(4);
    expect_place(&found, 0xf, 1, 0, 3, 1);

    memset(&cpu, 0, sizeof cpu);
    cpu.leaf_1 = (struct cpuid){.ebx = 6u << 16, .edx = 1u << 28};
    cpu.leaf_80000008 = (struct cpuid){.ecx = 5};
    found = topology_of(1);
    expect_place(&found, 0xd, 1, 0, 5, 0);

    memset(&cpu, 0, sizeof cpu);
    found = topology_of(1);
    expect_place(&found, 0xd, 0xd, 0, 0, 0);
}

static void nonsense_of_cpuid_is_bounded(void **state)
{
    memset(&cpu, 0xff, sizeof cpu);
    struct topology found = topology_of(0xffffffff);
    expect_place(&found, 0xffffffff, 0xffffff, 0, 0xff, 0);
    memset(&cpu, 0, sizeof cpu);
    for (unsigned i = 0; i < 8; i++)
        cpu.leaf_b[i] = (struct cpuid){.eax = 31 - i, .ecx = 0x100};
    found = topology_of(0xb);
    expect_place(&found, 0x80000001, 1, 0, 0, 1);
}

static void machine_of(size_t others)
{
    fake_aps_reset(others);
    add_old(0, 1);
    for (size_t i = 0; i < others; i++)
        add_old((uint8_t)(i + 1), 1);
}

/* Memory below 1 MiB, and `stacks` times what a processor needs above; what the last test had left
 * is gone. */
static void set_memory(bool low, unsigned stacks)
{
    assert_int_equal(pages_add(0, 1ull << 32, EfiReservedMemoryType, 0), EFI_SUCCESS);
    if (low)
        assert_int_equal(pages_add(LOW_BASE, LOW_END - LOW_BASE, EfiConventionalMemory, 0),
                         EFI_SUCCESS);
    assert_int_equal(
        pages_add(HIGH_BASE, (uint64_t)stacks * AP_MEMORY_SIZE, EfiConventionalMemory, 0),
        EFI_SUCCESS);
}

static size_t usable(void)
{
    size_t result = 0;
    for (size_t i = 0; i < processors.count; i++)
        result += ap_state(&processors.list[i]) == AP_IDLE;
    return result;
}

static void init(void)
{
    assert_int_equal(application_processors_init(&machine, &processors), EFI_SUCCESS);
}

static unsigned guards;

static EFI_STATUS count_guards(uint64_t base, uint64_t size, enum page_access access)
{
    assert_int_equal(size, EFI_PAGE_SIZE);
    if (access == PAGE_NONE)
        guards++;
    else if (base >= HIGH_BASE)
        guards--;
    return EFI_SUCCESS;
}

static void all_are_started(void **state)
{
    machine_of(3);
    set_memory(true, 3);
    fake_paging.protect = count_guards;
    guards = 0;
    init();
    assert_int_equal(processors.count, 4);
    assert_int_equal(processors.boot, 0);
    assert_int_equal(usable(), 3);
    assert_int_equal(guards, 3);
    assert_int_equal(fake_aps.prepared_page, LOW_END - EFI_PAGE_SIZE);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fake_aps.list[i].inits, 1);
        assert_int_equal(fake_aps.list[i].startups, 2);
        assert_int_equal(fake_aps.list[i].page, fake_aps.prepared_page / EFI_PAGE_SIZE);
        assert_int_equal(processors.list[i + 1].stack % EFI_PAGE_SIZE, 0);
        assert_int_equal(pages_type(processors.list[i + 1].stack), EfiBootServicesData);
    }
    assert_int_equal(fake_aps.strangers, 0);
    assert_int_equal(captured_log_lines(), 0);

    application_processors_release(&processors);
    assert_int_equal(guards, 0);
    for (size_t i = 0; i < 3; i++)
        assert_true(fake_aps.list[i].inits == 2 && fake_aps.list[i].waits_for_startup);
}

static void one_that_never_answers_is_left_out(void **state)
{
    machine_of(3);
    set_memory(true, 3);
    fake_aps.list[1].looks_to_answer = UINT_MAX;
    fake_aps.list[2].looks_to_answer = 5000;
    uint64_t start = fake_cpu.tsc;
    init();
    assert_int_equal(usable(), 2);
    assert_int_equal(processors.list[2].state, AP_ABSENT);
    assert_true(fake_aps.list[1].waits_for_startup);
    assert_true(captured_log_has("1 of 4 do not answer, the first one is APIC id 2"));
    assert_true(fake_cpu.tsc - start < 5000000000ull); /* 1 GHz */
}

static void those_that_are_not_there_cost_nothing_but_time(void **state)
{
    machine_of(3);
    fake_aps.count = 0;
    set_memory(true, 3);
    init();
    assert_int_equal(usable(), 0);
    assert_true(captured_log_has("3 of 4 do not answer"));
}

static void large_ids_need_an_x2apic(void **state)
{
    machine_of(1);
    fake_aps.list[0].id = 300;
    add_new(300, 1);
    set_memory(true, 3);
    init();
    assert_int_equal(processors.count, 3); /* 1 is not there */
    assert_int_equal(usable(), 0);
    assert_true(captured_log_has("1 have ids that need an x2APIC"));

    application_processors_free(&processors);
    set_memory(true, 3);
    fake_aps.x2apic = true;
    init();
    assert_int_equal(usable(), 1);
    assert_int_equal(processors.list[2].state, AP_IDLE);
}

static void little_memory_makes_few_processors(void **state)
{
    machine_of(7);
    set_memory(true, 4);
    init();
    assert_int_equal(processors.count, 8);
    assert_int_equal(usable(), 3);
    assert_true(captured_log_has("no memory for stacks of 4 of them"));
}

static void without_low_memory_none_is_started(void **state)
{
    machine_of(3);
    set_memory(false, 3);
    init();
    assert_int_equal(processors.count, 4);
    assert_int_equal(usable(), 0);
    assert_true(captured_log_has("no page below 1 MiB"));
    assert_int_equal(fake_aps.list[0].inits, 0);
}

static void stopped_ones_are_started_again(void **state)
{
    machine_of(2);
    set_memory(true, 2);
    init();
    fake_aps.list[0].looks_to_finish = UINT_MAX;
    ap_call(&processors.list[1], NULL, NULL);
    assert_false(application_processor_stop(&processors.list[2])); /* it is idle */
    assert_true(application_processor_stop(&processors.list[1]));
    assert_true(fake_aps.list[0].waits_for_startup);
    assert_int_equal(usable(), 1);
    application_processors_start(&processors);
    assert_int_equal(usable(), 2);
    assert_int_equal(fake_aps.list[1].inits, 1);
}

static void everybody_finds_himself(void **state)
{
    machine_of(2);
    set_memory(true, 2);
    fake_aps.self = 1;
    init();
    assert_int_equal(processors.boot, 1);
    for (uint32_t id = 0; id < 3; id++) {
        fake_aps.self = id;
        assert_int_equal(application_processors_self(&processors), id);
    }
    fake_aps.self = 3;
    assert_true(application_processors_self(&processors) == SIZE_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_kinds_in_any_order),
        TEST(only_those_that_are_there),
        TEST(the_boot_processor_is_always_there),
        TEST(who_is_listed_twice_is_there_once),
        TEST(too_many_are_told),
        TEST(a_malformed_entry_ends_the_list),
        TEST(an_entry_that_is_too_short_is_nobody),
        TEST(memory_may_be_out),
        TEST(places_by_the_new_leaf),
        TEST(places_by_older_leaves),
        TEST(nonsense_of_cpuid_is_bounded),
        TEST(all_are_started),
        TEST(one_that_never_answers_is_left_out),
        TEST(those_that_are_not_there_cost_nothing_but_time),
        TEST(large_ids_need_an_x2apic),
        TEST(little_memory_makes_few_processors),
        TEST(without_low_memory_none_is_started),
        TEST(stopped_ones_are_started_again),
        TEST(everybody_finds_himself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
