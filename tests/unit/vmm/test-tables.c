/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the bench writes into guest memory, against the dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_fixture.h"
#include "hw/acpi.h"
#include "models/memory_fixture.h"
#include "models/windows.h"
#include "platform/machine.h"

static uint8_t sum(uint32_t at, uint32_t size)
{
    uint8_t total = 0;
    for (uint32_t i = 0; i < size; i++)
        total = (uint8_t)(total + vm.low[at + i]);
    return total;
}

/* Intel MultiProcessor Specification 1.4 §4: a pointer, and a header whose length counts 20 bytes
 * per processor. */
static void check_mp_table(uint32_t at, unsigned cpus)
{
    uint16_t length;
    memcpy(&length, vm.low + at + 16 + 4, 2);
    assert_memory_equal(vm.low + at, "_MP_", 4);
    assert_memory_equal(vm.low + at + 16, "PCMP", 4);
    assert_int_equal(sum(at, 16), 0);
    assert_int_equal(sum(at + 16, length), 0);
    assert_int_equal(length, 0xe0 + (cpus - 1) * 20);
}

static void low_memory_is_as_dumped(void **state)
{
    options.cmdline = "console=ttyS0 hello";
    write_tables(&vm);
    struct memory_fixture dump;
    memory_fixture_load(&dump, "cloud-hypervisor/memory-512M-one-disk.txt");
    for (uint32_t at = 0; at < 0x100000; at += 4096)
        assert_memory_equal(vm.low + at, memory_fixture_at(&dump, at), 4096);
    memory_fixture_free(&dump);
}

/* With 6 GiB the memory map and the bridge's 64-bit window are those of the other dump. */
static void six_gib_are_as_dumped(void **state)
{
    vm.high_size = 3ull << 30;
    vm.low_size = LOW_RAM_END; /* only what is looked at is there */
    const struct machine *machine = bench_discover();
    assert_int_equal(machine->vmm, VMM_CLOUD_HYPERVISOR);
    assert_int_equal(machine->memory_count, 5);
    assert_int_equal(machine->memory[2].base + machine->memory[2].size, 0xc0000000);
    assert_int_equal(machine->memory[4].base, 0x100000000);
    assert_int_equal(machine->memory[4].size, 0xc0000000);
    assert_int_equal(window_of(&machine->pci_segments[0], PCI_WINDOW_64)->base, 0x1c0000000);
    assert_int_equal(window_of(&machine->pci_segments[0], PCI_WINDOW_64)->size, 0x3ffe3fef0000);
}

static void narrow_addresses_move_the_window(void **state)
{
    options.physical_bits = 40;
    const struct machine *machine = bench_discover();
    assert_true(machine->power.has_s5); /* the DSDT's checksum is right */
    const struct pci_window *window = window_of(&machine->pci_segments[0], PCI_WINDOW_64);
    assert_int_equal(window->base, 0x100000000);
    assert_int_equal(window->base + window->size, (1ull << 40) - 0x110000);
}

static void oem_strings_are_told(void **state)
{
    options.oem_strings[0] = "cloudhv.boot=net";
    options.oem_strings[1] = "cloudhv.noboot=halt";
    options.oem_string_count = 2;
    bench_discover();
    assert_string_equal(host_option("boot"), "net");
    assert_string_equal(host_option("noboot"), "halt");
    check_mp_table(0xf00b0, 1); /* it has moved */
}

static void four_segments(void **state)
{
    options.segment_count = 4;
    vm.high_size = 1ull << 30;
    const struct machine *machine = bench_discover();
    assert_int_equal(machine->pci_segment_count, 4);
    assert_true(machine->power.has_s5); /* what follows the bridges is still there */
    uint64_t end64 = 0x140000000;
    for (unsigned i = 0; i < 4; i++) {
        const struct pci_segment *segment = &machine->pci_segments[i];
        assert_int_equal(segment->segment, i);
        assert_int_equal(segment->ecam, 0xe8000000 + i * 0x100000);
        assert_int_equal(window_of(segment, PCI_WINDOW_32)->base, 0xc0000000 + i * 0xa000000ull);
        assert_int_equal(window_of(segment, PCI_WINDOW_32)->size, 0xa000000);
        assert_int_equal(window_of(segment, PCI_WINDOW_64)->base, end64);
        assert_int_equal(window_of(segment, PCI_WINDOW_IO)->size != 0, i == 0);
        end64 += window_of(segment, PCI_WINDOW_64)->size;
    }
    assert_int_equal(end64, 0x3fffffef0000);
}

/* APIC ids with gaps, up to 398: type 9 entries, and no MP table, whose ids are bytes. */
static void three_hundred_processors(void **state)
{
    options.cpu_count = 300;
    options.topology.threads = 1;
    options.topology.cores = 3;
    options.topology.dies = 1;
    options.topology.packages = 100;
    assert_int_equal(highest_apic_id(&options), 398);
    assert_int_equal(apic_id(&options, 3), 4);
    const struct machine *machine = bench_discover();
    assert_int_equal(machine->processor_count, 300);
    assert_true(machine->power.has_s5);
    for (uint32_t at = 0xf0000; at < 0x100000; at += 16)
        assert_memory_not_equal(vm.low + at, "_MP_", 4);
}

static void four_processors(void **state)
{
    options.cpu_count = 4;
    assert_int_equal(bench_discover()->processor_count, 4);
    check_mp_table(0xf0090, 4);
}

int test_tables(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(low_memory_is_as_dumped, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(six_gib_are_as_dumped, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(narrow_addresses_move_the_window, bench_set_up,
                                        bench_tear_down),
        cmocka_unit_test_setup_teardown(oem_strings_are_told, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(four_segments, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(three_hundred_processors, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(four_processors, bench_set_up, bench_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
