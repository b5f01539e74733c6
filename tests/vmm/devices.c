/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The platform devices of Cloud Hypervisor with their oddities (platforms/cloud-hypervisor.md §2),
 * and the few of Firecracker (firecracker.md). */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/cmos.h"
#include "vmm/kind.h"
#include "vmm/machine.h"

static struct vm *vm;
static FILE *debug_log;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- what is not there ------------------------------------------------- */

/* Probes that firmware may make (issue 6): a few reads each of these, and nothing else. */
static bool is_allowed_probe(enum bus_space space, uint64_t address)
{
    static unsigned reads[0x1000];
    bool probed = space == BUS_PORT &&
                  ((address >= 0x3f8 && address <= 0x3ff) || address == 0x402 || address == 0xe9);
    return probed && ++reads[address] <= 2;
}

static void note_absent(enum bus_space space, uint64_t address, unsigned width, bool write)
{
    vm->exits.absent++;
    if (!write && is_allowed_probe(space, address))
        return;
    fprintf(stderr, "vmm: %s of %u bytes at %s 0x%llx, where nothing is\n",
            write ? "write" : "read", width, space == BUS_PORT ? "port" : "address",
            (unsigned long long)address);
    if (vm->options->strict)
        vm_end(vm, END_FORBIDDEN);
}

static uint64_t read_no_port(void *context, uint64_t offset, unsigned width)
{
    note_absent(BUS_PORT, offset, width, false);
    return vm->options->kind->absent_port;
}

static void write_no_port(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    note_absent(BUS_PORT, offset, width, true);
}

static uint64_t read_no_memory(void *context, uint64_t offset, unsigned width)
{
    note_absent(BUS_MMIO, offset, width, false);
    return UINT64_MAX;
}

static void write_no_memory(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    note_absent(BUS_MMIO, offset, width, true);
}

/* --- serial port --------------------------------------------------------- */

static struct {
    uint8_t ier, lcr, mcr, scratch, divisor_low, divisor_high;
    int input; /* -1: none */
} uart = {.lcr = 3, .mcr = 8, .input = -1};

static bool uart_has_input(void)
{
    if (uart.input >= 0 || vm->options->serial != SERIAL_TTY)
        return uart.input >= 0;
    struct pollfd p = {STDIN_FILENO, POLLIN, 0};
    uint8_t byte;
    if (poll(&p, 1, 0) <= 0 || read(STDIN_FILENO, &byte, 1) != 1)
        return false;
    uart.input = byte == '\n' ? '\r' : byte;
    return true;
}

static uint64_t uart_read(void *context, uint64_t offset, unsigned width)
{
    vm->exits.uart++;
    if (width != 1)
        return 0;
    bool divisor = (uart.lcr & 0x80) != 0;
    int byte = uart.input;
    switch (offset) {
    case 0:
        if (divisor)
            return uart.divisor_low;
        uart.input = -1;
        return byte >= 0 ? (uint8_t)byte : 0;
    case 1:
        return divisor ? uart.divisor_high : uart.ier;
    case 2:
        return 0xc1;
    case 3:
        return uart.lcr;
    case 4:
        return uart.mcr;
    case 5:
        return 0x60 | (uart_has_input() ? 1 : 0);
    case 6:
        return 0xb0;
    default:
        return uart.scratch;
    }
}

static void uart_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    vm->exits.uart++;
    if (width != 1)
        return;
    uint8_t byte = (uint8_t)value;
    bool divisor = (uart.lcr & 0x80) != 0;
    switch (offset) {
    case 0:
        if (divisor) {
            uart.divisor_low = byte;
        } else if ((uart.mcr & 0x10) != 0) {
            uart.input = byte; /* loopback */
        } else if (vm->options->serial == SERIAL_TTY) {
            fputc(byte, stdout);
            fflush(stdout);
        }
        break;
    case 1:
        *(divisor ? &uart.divisor_high : &uart.ier) = byte & (divisor ? 0xff : 0x0f);
        break;
    case 3:
        uart.lcr = byte;
        break;
    case 4:
        uart.mcr = byte;
        break;
    case 7:
        uart.scratch = byte;
        break;
    default:
        break;
    }
}

/* --- small ports --------------------------------------------------------- */

static uint64_t i8042_read(void *context, uint64_t offset, unsigned width)
{
    if (width != 1)
        return 0;
    return offset == 0 ? 0x20 : 0; /* 0x61, and 0x64 */
}

static void i8042_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    if (width == 1 && offset == 3 && value == 0xfe)
        vm_end(vm, END_RESET);
}

/* Firecracker's, from 0x60 on: data, and at 0x64 the status. Whether there is a byte to read is
 * never said, the keyboard has not been told anything. */
static uint64_t keyboard_read(void *context, uint64_t offset, unsigned width)
{
    return width == 1 && offset == 4 ? 0x10 : 0;
}

static void keyboard_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    if (width == 1 && offset == 4 && value == 0xfe)
        vm_end(vm, END_RESET);
}

/* Further serial ports, which lead nowhere. */
static uint64_t sink_read(void *context, uint64_t offset, unsigned width)
{
    return width == 1 && offset == 5 ? 0x60 : 0;
}

static void sink_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
}

static void debug_port_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    if ((int)value == vm->options->power_cut_at_code)
        vm_end(vm, END_POWER_CUT);
    if (value != MARK || vm->marked)
        return;
    vm->marked = true;
    vm->exits_at_mark = vm->exits;
}

static uint64_t debug_port_read(void *context, uint64_t offset, unsigned width)
{
    return 0;
}

static uint64_t firmware_debug_read(void *context, uint64_t offset, unsigned width)
{
    vm->exits.debug++;
    return 0xe9;
}

static void firmware_debug_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    vm->exits.debug++;
    if (debug_log == NULL)
        return;
    fputc((int)(value & 0xff), debug_log);
    fflush(debug_log);
}

static uint64_t shutdown_read(void *context, uint64_t offset, unsigned width)
{
    return 0;
}

static void shutdown_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    if (value == 1)
        vm_end(vm, END_RESET);
    if (value == 0x34)
        vm_end(vm, END_POWER_OFF);
}

static uint64_t pm_timer_read(void *context, uint64_t offset, unsigned width)
{
    vm->exits.pm_timer++;
    if (width != 4) {
        bus_forbidden(&vm->bus, "PM timer read of %u bytes", width);
        return 0;
    }
    return (uint32_t)((__uint128_t)now_ns() * 3579545 / 1000000000);
}

static struct cmos cmos;

static void set_clock(void)
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    cmos.time = (EFI_TIME){.Year = (uint16_t)(tm.tm_year + 1900),
                           .Month = (uint8_t)(tm.tm_mon + 1),
                           .Day = (uint8_t)tm.tm_mday,
                           .Hour = (uint8_t)tm.tm_hour,
                           .Minute = (uint8_t)tm.tm_min,
                           .Second = (uint8_t)tm.tm_sec};
}

/* In front of the model: its clock follows the host's, and its trap is sprung. */
static uint64_t cmos_read(void *context, uint64_t offset, unsigned width)
{
    vm->exits.cmos++;
    set_clock();
    return cmos.range.read(cmos.range.context, offset, width);
}

/* Memory from 16 MiB and from 4 GiB on, in units of 64 KiB. */
static void set_memory_size(void)
{
    uint64_t low = (vm->low_size - (16 << 20)) >> 16, high = vm->high_size >> 16;
    for (unsigned i = 0; i < 2; i++)
        cmos.ram[0x34 + i] = (uint8_t)(low >> 8 * i);
    for (unsigned i = 0; i < 3; i++)
        cmos.ram[0x5b + i] = (uint8_t)(high >> 8 * i);
}

static void cmos_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    static uint8_t index;
    vm->exits.cmos++;
    if (offset == 0)
        index = (uint8_t)value;
    if (offset == 1 && index == 0x8f && value == 0)
        vm_end(vm, END_RESET);
    cmos.range.write(cmos.range.context, offset, width, value);
}

/* --- I/O APIC ------------------------------------------------------------ */

static struct {
    uint32_t index;
    uint64_t entries[24];
} io_apic;

static uint64_t io_apic_read(void *context, uint64_t offset, unsigned width)
{
    vm->exits.io_apic++;
    if (offset == 0)
        return io_apic.index;
    if (offset != 0x10)
        return 0;
    if (io_apic.index == 1)
        return 0x00170011;
    if (io_apic.index < 0x10 || io_apic.index >= 0x40)
        return 0;
    return (uint32_t)(io_apic.entries[(io_apic.index - 0x10) / 2] >> (io_apic.index % 2 * 32));
}

static void io_apic_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    vm->exits.io_apic++;
    if (offset == 0)
        io_apic.index = (uint32_t)value & 0xff;
    if (offset != 0x10 || io_apic.index < 0x10 || io_apic.index >= 0x40)
        return;
    uint64_t *entry = &io_apic.entries[(io_apic.index - 0x10) / 2];
    unsigned shift = io_apic.index % 2 * 32;
    *entry = (*entry & ~(0xffffffffull << shift)) | (value & 0xffffffff) << shift;
}

/* --- all of them --------------------------------------------------------- */

static struct bus_range nowhere[] = {
    {.space = BUS_PORT, .base = 0, .size = 0x10000, .read = read_no_port, .write = write_no_port},
    {.space = BUS_MMIO,
     .base = 0,
     .size = UINT64_MAX,
     .read = read_no_memory,
     .write = write_no_memory},
};

/* The bench's own: who writes there and is not heard does no harm. */
static struct bus_range bench_ranges[] = {
    {.space = BUS_PORT,
     .base = 0x80,
     .size = 1,
     .read = debug_port_read,
     .write = debug_port_write},
};

static struct bus_range cloud_hypervisor_ranges[] = {
    {.space = BUS_PORT, .base = 0x61, .size = 4, .read = i8042_read, .write = i8042_write},
    {.space = BUS_PORT,
     .base = 0x402,
     .size = 1,
     .read = firmware_debug_read,
     .write = firmware_debug_write},
    {.space = BUS_PORT, .base = 0x600, .size = 4, .read = shutdown_read, .write = shutdown_write},
    {.space = BUS_PORT, .base = 0x608, .size = 4, .read = pm_timer_read},
    {.space = BUS_MMIO,
     .base = 0xfec00000,
     .size = 0x20,
     .read = io_apic_read,
     .write = io_apic_write},
    {.space = BUS_PORT, .base = 0x70, .size = 2, .read = cmos_read, .write = cmos_write},
};

static struct bus_range firecracker_ranges[] = {
    {.space = BUS_PORT, .base = 0x60, .size = 5, .read = keyboard_read, .write = keyboard_write},
    {.space = BUS_PORT, .base = 0x2f8, .size = 8, .read = sink_read, .write = sink_write},
    {.space = BUS_PORT, .base = 0x3e8, .size = 8, .read = sink_read, .write = sink_write},
    {.space = BUS_PORT, .base = 0x2e8, .size = 8, .read = sink_read, .write = sink_write},
};

static struct bus_range uart_range = {
    .space = BUS_PORT, .base = 0x3f8, .size = 8, .read = uart_read, .write = uart_write};
static void add_ranges(struct bus_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bus_add(&vm->bus, &ranges[i]);
}

#define ADD(ranges) add_ranges(ranges, sizeof(ranges) / sizeof(ranges)[0])

void add_cloud_hypervisor_devices(struct vm *the_vm)
{
    cmos_init(&cmos, &vm->bus);
    cmos_make_cloud_hypervisor(&cmos);
    set_memory_size();
    ADD(cloud_hypervisor_ranges);
    for (unsigned i = 0; i < 24; i++)
        io_apic.entries[i] = 1 << 16;
}

void add_firecracker_devices(struct vm *the_vm)
{
    ADD(firecracker_ranges);
}

void add_devices(struct vm *the_vm)
{
    vm = the_vm;
    ADD(nowhere);
    ADD(bench_ranges);
    if (vm->options->serial != SERIAL_OFF)
        bus_add(&vm->bus, &uart_range);
    vm->options->kind->add_platform_devices(vm);
    if (vm->options->debug_log != NULL) {
        debug_log = fopen(vm->options->debug_log, "w");
        if (debug_log == NULL)
            die("%s: cannot be written", vm->options->debug_log);
    }
}
