/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench against the dumps: what a guest reads from it is what was read on Cloud Hypervisor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "models/memory_fixture.h"
#include "models/pci_fixture.h"
#include "platform/machine.h"
#include "vmm/machine.h"

#define LOW_SIZE (512u << 20)

static struct machine_options options;
static struct vm vm;

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    abort();
}

void vm_end(struct vm *the_vm, enum ending ending)
{
    the_vm->ending = ending;
}

void *vm_memory(struct vm *the_vm, uint64_t address, uint64_t size)
{
    if (address <= the_vm->low_size && size <= the_vm->low_size - address)
        return the_vm->low + address;
    return NULL;
}

static int set_up(void **state)
{
    memset(&vm, 0, sizeof vm);
    options = (struct machine_options){.physical_bits = 46, .serial = SERIAL_NULL};
    vm.options = &options;
    vm.low_size = LOW_SIZE;
    vm.low = mmap(NULL, LOW_SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(vm.low != MAP_FAILED);
    bus_use(&vm.bus);
    return 0;
}

static int tear_down(void **state)
{
    munmap(vm.low, LOW_SIZE);
    bus_use(NULL);
    return 0;
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
    struct bus_memory low = {.base = 0, .size = LOW_SIZE, .host = vm.low};
    const struct machine *machine;
    vm.high_size = 3ull << 30;
    vm.low_size = LOW_RAM_END; /* only what is looked at is there */
    write_tables(&vm);
    bus_add_memory(&vm.bus, &low);
    assert_int_equal(machine_discover(0x6000, &machine), EFI_SUCCESS);
    assert_int_equal(machine->vmm, VMM_CLOUD_HYPERVISOR);
    assert_int_equal(machine->memory_count, 5);
    assert_int_equal(machine->memory[2].base + machine->memory[2].size, 0xc0000000);
    assert_int_equal(machine->memory[4].base, 0x100000000);
    assert_int_equal(machine->memory[4].size, 0xc0000000);
    assert_int_equal(machine->pci_segments[0].window64.base, 0x1c0000000);
    assert_int_equal(machine->pci_segments[0].window64.size, 0x3ffe3fef0000);
}

static void narrow_addresses_move_the_window(void **state)
{
    struct bus_memory low = {.base = 0, .size = LOW_SIZE, .host = vm.low};
    const struct machine *machine;
    options.physical_bits = 40;
    write_tables(&vm);
    bus_add_memory(&vm.bus, &low);
    assert_int_equal(machine_discover(0x6000, &machine), EFI_SUCCESS);
    assert_true(machine->power.has_s5); /* the DSDT's checksum is right */
    const struct memory_range *window = &machine->pci_segments[0].window64;
    assert_int_equal(window->base, 0x100000000);
    assert_int_equal(window->base + window->size, (1ull << 40) - 0x110000);
}

static void oem_strings_are_told(void **state)
{
    struct bus_memory low = {.base = 0, .size = LOW_SIZE, .host = vm.low};
    const struct machine *machine;
    options.oem_strings[0] = "cloudhv.boot=net";
    options.oem_strings[1] = "cloudhv.noboot=halt";
    options.oem_string_count = 2;
    write_tables(&vm);
    bus_add_memory(&vm.bus, &low);
    assert_int_equal(machine_discover(0x6000, &machine), EFI_SUCCESS);
    assert_string_equal(host_option("boot"), "net");
    assert_string_equal(host_option("noboot"), "halt");
}

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

/* Configuration space, register by register, as the dump has it. */
static void configuration_space_is_as_dumped(void **state)
{
    char path[] = "/tmp/test-bench-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    options.disks[0] = path;
    options.disk_count = 1;
    add_devices(&vm);
    add_pci_devices(&vm);

    struct bus other = {0};
    struct pci_model dump = {0};
    pci_model_init(&dump, &other, ECAM, 1, false);
    unsigned count = pci_fixture_load(&dump, "cloud-hypervisor/pci-512M-one-disk.txt");
    assert_int_equal(count, 3);
    for (unsigned device = 0; device < 32; device++) {
        for (unsigned offset = 0; offset < 256; offset += 4) {
            uint64_t at = ECAM + (device << 15) + offset;
            uint64_t ours = bus_read(&vm.bus, BUS_MMIO, at, 4);
            uint64_t theirs = bus_read(&other, BUS_MMIO, at, 4);
            if (ours != theirs)
                print_error("%02x.0 offset %02x: %08llx, dumped %08llx\n", device, offset,
                            (unsigned long long)ours, (unsigned long long)theirs);
            assert_int_equal(ours, theirs);
        }
    }
    pci_fixture_free(&dump);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(low_memory_is_as_dumped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(six_gib_are_as_dumped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(narrow_addresses_move_the_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(oem_strings_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ports_read_as_dumped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_that_end_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strict_mode_forbids_what_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(configuration_space_is_as_dumped, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
