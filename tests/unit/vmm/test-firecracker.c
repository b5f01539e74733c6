/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench as Firecracker's machine: its memory against the fixture, its ports, and the rules of
 * its registers of virtio devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_fixture.h"
#include "hw/virtio.h"
#include "models/memory_fixture.h"
#include "platform/machine.h"
#include "vmm/kind.h"

#define BASE 0xc0001000ull /* of the first device: here the entropy device */

static int set_up(void **state)
{
    bench_set_up(state);
    options.kind = &firecracker;
    return 0;
}

static void memory_is_the_fixtures(void **state)
{
    options.cmdline = "reboot=k panic=1 nomodule 8250.nr_uarts=0 i8042.noaux i8042.nomux "
                      "i8042.dumbkbd swiotlb=noforce";
    write_tables(&vm);
    struct memory_fixture fixture;
    memory_fixture_load(&fixture, "firecracker/memory-512M-one-disk.txt");
    for (uint32_t at = 0; at < 0x100000; at += 4096)
        assert_memory_equal(vm.low + at, memory_fixture_at(&fixture, at), 4096);
    memory_fixture_free(&fixture);
}

static void expect_devices(unsigned count)
{
    const struct machine *machine = bench_discover();
    assert_int_equal(machine->vmm, VMM_FIRECRACKER);
    assert_int_equal(machine->processor_count, 3);
    assert_int_equal(machine->pci_segment_count, 0);
    assert_int_equal(machine->virtio_place_count, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(machine->virtio_places[i].base, BASE + i * 0x1000);
}

/* By both ways, and by each alone. */
static void devices_are_told(void **state)
{
    options.cpu_count = 3;
    options.disk_count = 16;
    options.net_count = 1;
    expect_devices(18);
}

static void devices_are_told_by_acpi(void **state)
{
    options.cpu_count = 3;
    options.disk_count = 11;
    options.only_acpi = true;
    expect_devices(12);
    assert_string_equal((char *)vm.low + 0x20000, " pci=off");
}

static void devices_are_told_by_the_command_line(void **state)
{
    options.cpu_count = 3;
    options.disk_count = 11;
    options.only_command_line = true;
    expect_devices(12);
}

static void ports(void **state)
{
    add_devices(&vm);
    static const uint16_t nothing[] = {0x20, 0x40, 0x70, 0x71, 0x402, 0x600, 0x608, 0xcf8, 0xcfc};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        assert_int_equal(bus_read(&vm.bus, BUS_PORT, nothing[i], 1), 0);
    assert_int_equal(bus_read(&vm.bus, BUS_PORT, 0x3fd, 1), 0x60);
    assert_int_equal(bus_read(&vm.bus, BUS_PORT, 0x2fd, 1), 0x60);
    assert_int_equal(bus_read(&vm.bus, BUS_PORT, 0x64, 1), 0x10);
    bus_write(&vm.bus, BUS_PORT, 0x600, 1, 0x34);
    assert_int_equal(vm.ending, END_RUNNING);
    bus_write(&vm.bus, BUS_PORT, 0x64, 1, 0xfe);
    assert_int_equal(vm.ending, END_RESET);
}

static void set(unsigned offset, uint32_t value, bool allowed)
{
    vm.bus.failed = false;
    bus_write(&vm.bus, BUS_MMIO, BASE + offset, 4, value);
    assert_int_equal(vm.bus.failed, !allowed);
}

static uint64_t status(void)
{
    return bus_read(&vm.bus, BUS_MMIO, BASE + VIRTIO_MMIO_STATUS, 4);
}

static void activate(void)
{
    set(VIRTIO_MMIO_STATUS, 1, true);
    set(VIRTIO_MMIO_STATUS, 3, true);
    set(VIRTIO_MMIO_DRIVER_SELECT, 1, true);
    set(VIRTIO_MMIO_DRIVER_FEATURES, 1, true);
    set(VIRTIO_MMIO_STATUS, 11, true);
    set(VIRTIO_MMIO_QUEUE_SELECT, 0, true);
    set(VIRTIO_MMIO_QUEUE_SIZE, 8, true);
    set(VIRTIO_MMIO_QUEUE_DESC, 0x200000, true);
    set(VIRTIO_MMIO_QUEUE_DRIVER, 0x201000, true);
    set(VIRTIO_MMIO_QUEUE_DEVICE, 0x202000, true);
    set(VIRTIO_MMIO_QUEUE_READY, 1, true);
    set(VIRTIO_MMIO_STATUS, 15, true);
}

static void what_firecracker_would_not_take_is_forbidden(void **state)
{
    add_devices(&vm);
    firecracker.add_virtio_devices(&vm);
    set(VIRTIO_MMIO_STATUS, 3, false); /* two bits at once */
    assert_int_equal(status(), 0);
    set(VIRTIO_MMIO_DRIVER_FEATURES, 1, false);
    set(VIRTIO_MMIO_QUEUE_SIZE, 8, false);
    set(VIRTIO_MMIO_CONFIG, 0, false);
    set(VIRTIO_MMIO_DEVICE_SELECT, 2, false);
    set(VIRTIO_MMIO_GUEST_PAGE_SIZE, 4096, false); /* of version 1 */
    set(VIRTIO_MMIO_QUEUE_SELECT, 1, false);
    vm.bus.failed = false;
    bus_read(&vm.bus, BUS_MMIO, BASE + VIRTIO_MMIO_STATUS, 1);
    assert_true(vm.bus.failed);
    vm.bus.failed = false;
    bus_read(&vm.bus, BUS_MMIO, BASE + VIRTIO_MMIO_QUEUE_DESC, 4);
    assert_true(vm.bus.failed);

    activate();
    set(VIRTIO_MMIO_QUEUE_SIZE, 4, false);
    set(VIRTIO_MMIO_STATUS, 7, false);
    set(VIRTIO_MMIO_STATUS, 0, true);
    assert_int_equal(status(), 0);
    firecracker.check(&vm);
    assert_false(vm.bus.failed);
}

/* As up to release 1.13. */
static void a_device_that_was_in_use_does_not_reset(void **state)
{
    options.no_device_reset = true;
    add_devices(&vm);
    firecracker.add_virtio_devices(&vm);
    activate();
    set(VIRTIO_MMIO_STATUS, 0, true);
    assert_int_equal(status(), 0x8f);
    set(VIRTIO_MMIO_STATUS, 1, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, bench_tear_down)

int test_firecracker(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_is_the_fixtures),
        TEST(devices_are_told),
        TEST(devices_are_told_by_acpi),
        TEST(devices_are_told_by_the_command_line),
        TEST(ports),
        TEST(what_firecracker_would_not_take_is_forbidden),
        TEST(a_device_that_was_in_use_does_not_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
