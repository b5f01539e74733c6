/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "bench_fixture.h"
#include "platform/machine.h"
#include "vmm/kind.h"

struct machine_options options;
struct vm vm;

static struct bus_memory low;

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

int bench_set_up(void **state)
{
    memset(&vm, 0, sizeof vm);
    options = (struct machine_options){.kind = &cloud_hypervisor,
                                       .memory = LOW_SIZE,
                                       .physical_bits = 46,
                                       .cpu_count = 1,
                                       .segment_count = 1,
                                       .block_size = 512,
                                       .power_cut_at_code = -1,
                                       .console = CONSOLE_OFF};
    vm.options = &options;
    vm.low_size = LOW_SIZE;
    vm.low = mmap(NULL, LOW_SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(vm.low != MAP_FAILED);
    low = (struct bus_memory){.base = 0, .size = LOW_SIZE, .host = vm.low};
    bus_use(&vm.bus);
    return 0;
}

int bench_tear_down(void **state)
{
    munmap(vm.low, LOW_SIZE);
    bus_use(NULL);
    return 0;
}

const struct machine *bench_discover(void)
{
    const struct machine *machine;
    write_tables(&vm);
    bus_add_memory(&vm.bus, &low);
    assert_int_equal(machine_discover(0x6000, &machine), EFI_SUCCESS);
    return machine;
}
