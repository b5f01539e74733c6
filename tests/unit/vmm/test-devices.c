/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench's platform devices, against the dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench_fixture.h"

/* The first column of the dump's section PORTS. */
static void ports_read_as_dumped(void **state)
{
    static const struct {
        uint16_t port;
        uint8_t value;
    } ports[] = {
        {0x20, 0xff},  {0x21, 0xff},   {0x40, 0xff},  {0x60, 0xff},  {0x61, 0x20},  {0x64, 0x00},
        {0x80, 0x00},  {0x92, 0xff},   {0x402, 0xe9}, {0x3f8, 0x00}, {0x3f9, 0x00}, {0x3fa, 0xc1},
        {0x3fb, 0x03}, {0x3fc, 0x08},  {0x3fd, 0x60}, {0x3fe, 0xb0}, {0x3ff, 0x00}, {0x2f8, 0xff},
        {0x510, 0xff}, {0x511, 0xff},  {0x600, 0x00}, {0x604, 0xff}, {0x605, 0xff}, {0xb004, 0xff},
        {0x505, 0xff}, {0x5658, 0xff},
    };
    add_devices(&vm);
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        assert_int_equal(bus_read(&vm.bus, BUS_PORT, ports[i].port, 1), ports[i].value);
    assert_int_equal(vm.ending, END_RUNNING);

    /* The PM timer runs, and only whole reads work. */
    uint64_t first = bus_read(&vm.bus, BUS_PORT, 0x608, 4);
    while (bus_read(&vm.bus, BUS_PORT, 0x608, 4) == first)
        continue;
    assert_int_equal(bus_read(&vm.bus, BUS_PORT, 0x608, 1), 0);
    assert_true(vm.bus.failed);
    assert_int_equal(bus_read(&vm.bus, BUS_MMIO, 0xfec00000, 4), 0);
    bus_write(&vm.bus, BUS_MMIO, 0xfec00000, 4, 1);
    assert_int_equal(bus_read(&vm.bus, BUS_MMIO, 0xfec00010, 4), 0x00170011);
    assert_int_equal(bus_read(&vm.bus, BUS_MMIO, 0xfed00000, 4), 0xffffffff); /* no HPET */
}

static void writes_that_end_it(void **state)
{
    static const struct {
        uint16_t port;
        uint8_t value;
        enum ending ending;
    } writes[] = {{0x600, 0x01, END_RESET},
                  {0x600, 0x34, END_POWER_OFF},
                  {0x64, 0xfe, END_RESET},
                  {0xcf9, 0x06, END_RUNNING}};
    add_devices(&vm);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        vm.ending = END_RUNNING;
        bus_write(&vm.bus, BUS_PORT, writes[i].port, 1, writes[i].value);
        assert_int_equal(vm.ending, writes[i].ending);
    }
    /* The trap: a shutdown code cleared with the NMI mask set. */
    bus_write(&vm.bus, BUS_PORT, 0x70, 1, 0x0f);
    bus_write(&vm.bus, BUS_PORT, 0x71, 1, 0);
    assert_int_equal(vm.ending, END_RUNNING);
    bus_write(&vm.bus, BUS_PORT, 0x70, 1, 0x8f);
    bus_write(&vm.bus, BUS_PORT, 0x71, 1, 0);
    assert_int_equal(vm.ending, END_RESET);
}

static void strict_mode_forbids_what_is_not_there(void **state)
{
    options.strict = true;
    options.serial = SERIAL_OFF;
    add_devices(&vm);
    bus_read(&vm.bus, BUS_PORT, 0x3fd, 1);
    bus_read(&vm.bus, BUS_PORT, 0x3fd, 1);
    assert_int_equal(vm.ending, END_RUNNING); /* two probes are allowed */
    bus_read(&vm.bus, BUS_PORT, 0x3fd, 1);
    assert_int_equal(vm.ending, END_FORBIDDEN);
    vm.ending = END_RUNNING;
    bus_write(&vm.bus, BUS_PORT, 0x3f8, 1, 'x');
    assert_int_equal(vm.ending, END_FORBIDDEN);
    vm.ending = END_RUNNING;
    bus_read(&vm.bus, BUS_PORT, 0x20, 1);
    assert_int_equal(vm.ending, END_FORBIDDEN);
}

static uint8_t cmos_at(uint8_t index)
{
    bus_write(&vm.bus, BUS_PORT, 0x70, 1, index);
    return (uint8_t)bus_read(&vm.bus, BUS_PORT, 0x71, 1);
}

/* Beside the clock, which goes on. */
static void cmos_reads_as_dumped(void **state)
{
    vm.low_size = LOW_RAM_END;
    vm.high_size = 3ull << 30;
    add_devices(&vm);
    for (unsigned index = 10; index < 0x80; index++) {
        uint8_t expected = index == 0x0a   ? 0x20
                           : index == 0x0d ? 0x80
                           : index == 0x32 ? 0x20
                           : index == 0x35 ? 0xbf
                           : index == 0x5c ? 0xc0
                                           : 0;
        assert_int_equal(cmos_at((uint8_t)index), expected);
    }
    assert_in_range(cmos_at(6), 1, 7);
}

int test_devices(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ports_read_as_dumped, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(writes_that_end_it, bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(strict_mode_forbids_what_is_not_there, bench_set_up,
                                        bench_tear_down),
        cmocka_unit_test_setup_teardown(cmos_reads_as_dumped, bench_set_up, bench_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
