/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench's PCI segments, against the dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench_fixture.h"
#include "models/pci_fixture.h"
#include "vmm/pci_devices.h"

static char path[] = "/tmp/test-bench-XXXXXX";

static int set_up(void **state)
{
    strcpy(path, "/tmp/test-bench-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 64 << 20), 0);
    close(fd);
    return bench_set_up(state);
}

static int tear_down(void **state)
{
    remove(path);
    return bench_tear_down(state);
}

static uint64_t config(unsigned segment, unsigned device, unsigned offset)
{
    return bus_read(&vm.bus, BUS_MMIO, ECAM + (segment << 20) + (device << 15) + offset, 4);
}

/* Register by register. */
static void expect_dump(const char *name, unsigned functions, unsigned devices)
{
    struct bus other = {0};
    struct pci_model dump = {0};
    pci_model_init(&dump, &other, ECAM, 1, false);
    assert_int_equal(pci_fixture_load(&dump, name), functions);
    for (unsigned device = 0; device < devices; device++) {
        for (unsigned offset = 0; offset < 256; offset += 4) {
            uint64_t theirs = bus_read(&other, BUS_MMIO, ECAM + (device << 15) + offset, 4);
            uint64_t ours = config(0, device, offset);
            if (ours != theirs)
                print_error("%02x.0 offset %02x\n", device, offset);
            assert_int_equal(ours, theirs);
        }
    }
    pci_fixture_free(&dump);
}

static void one_disk_is_as_dumped(void **state)
{
    options.disks[0].path = path;
    options.disk_count = 1;
    add_devices(&vm);
    add_pci_devices(&vm);
    expect_dump("cloud-hypervisor/pci-512M-one-disk.txt", 3, 32);
}

/* Disk, network, entropy and pmem; the dump's vsock, balloon and watchdog are behind them. */
static void more_devices_are_as_dumped(void **state)
{
    options.disks[0].path = path;
    options.disk_count = 1;
    options.nets[0].fd = -1;
    options.net_count = 1;
    options.pmems[0].file = path;
    options.pmem_count = 1;
    add_devices(&vm);
    add_pci_devices(&vm);
    assert_int_equal(vm.windows[0].address, 0x3ffffbe00000);
    expect_dump("cloud-hypervisor/pci-6G-all-devices.txt", 8, 5);
}

/* What is not there may be looked for once, by its vendor id. */
static void absent_functions(void **state)
{
    options.disks[0].path = path;
    options.disk_count = 1;
    add_devices(&vm);
    add_pci_devices(&vm);
    assert_int_equal(config(0, 5, 0), 0xffffffff);
    assert_false(vm.bus.failed);
    assert_int_equal(config(0, 5, 0), 0xffffffff);
    assert_true(vm.bus.failed);
    vm.bus.failed = false;
    config(0, 6, 8);
    assert_true(vm.bus.failed);
    vm.bus.failed = false;
    assert_int_equal(config(0, 1, 1 << 12), 0x10421af4); /* an alias */
    assert_true(vm.bus.failed);
    vm.bus.failed = false;
    bus_write(&vm.bus, BUS_PORT, 0xcf8, 4, 0x80000900); /* function 1 by ports: nothing */
    assert_int_equal(bus_read(&vm.bus, BUS_PORT, 0xcfc, 4), 0xffffffff);
    options.strict = true;
    config(1, 0, 0); /* there is one segment */
    assert_int_equal(vm.ending, END_FORBIDDEN);
}

/* Slot 0 of another segment is free; disks have 64-bit BARs there. A slot can be asked for. */
static void places(void **state)
{
    options.segment_count = 4;
    options.disks[0] = (struct disk_options){.path = path, .place = {3, 0}};
    options.disks[1] = (struct disk_options){.path = path, .place = {0, 9}};
    options.disks[2] = (struct disk_options){.path = path};
    options.disk_count = 3;
    add_devices(&vm);
    add_pci_devices(&vm);
    assert_int_equal(config(3, 0, 0), 0x10421af4);
    assert_int_equal(config(3, 0, 0x10), 0xff800004);
    assert_int_equal(config(3, 0, 0x14), 0x3fff);
    assert_int_equal(config(0, 9, 0x10), 0xc9f80000);
    assert_int_equal(config(0, 1, 0x10), 0xc9f00000);
    assert_int_equal(config(0, 2, 0), 0x10441af4);
    check_pci_devices(&vm);
    assert_false(vm.bus.failed);
}

/* The file is memory below the top of the 64-bit window, and BARs are below that, as in the dump
 * of all devices. */
static void pmem_is_memory(void **state)
{
    options.pmems[0].file = path;
    options.pmem_count = 1;
    add_devices(&vm);
    add_pci_devices(&vm);
    assert_int_equal(vm.window_count, 1);
    assert_int_equal(vm.windows[0].address, 0x3ffffbe00000);
    uint8_t *memory = vm_memory(&vm, 0x3ffffbe00000, 64 << 20);
    assert_non_null(memory);
    assert_null(vm_memory(&vm, 0x3ffffbe00000, (64 << 20) + 1));
    memory[5] = 0x77;
    FILE *file = fopen(path, "rb");
    assert_int_equal(fseek(file, 5, SEEK_SET), 0);
    assert_int_equal(fgetc(file), 0x77);
    fclose(file);
    assert_int_equal(config(0, 1, 0), 0x10441af4);
    assert_int_equal(config(0, 1, 0x10), 0xfb800004);
    assert_int_equal(config(0, 2, 0), 0x105b1af4);
    assert_int_equal(config(0, 2, 0x10), 0xfb000004);
}

int test_pci(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_disk_is_as_dumped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_devices_are_as_dumped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(absent_functions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pmem_is_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
