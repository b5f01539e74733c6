/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/runtime/start.h"

#include <stdio.h>

#include "models/bus.h"
#include "runtime/state.h"

/* Every write and wait in the order in which they come, as text; port 0x402's as what it prints. */
static char trace[512];
static unsigned waits_until_reset; /* the machine acts during this wait; 0: never */
static jmp_buf machine_gone;
static struct bus bus;

static void note(const char *text)
{
    strncat(trace, text, sizeof trace - strlen(trace) - 1);
}

static void port_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    char text[32];
    if (offset == 0x402)
        snprintf(text, sizeof text, "%c", (int)value);
    else
        snprintf(text, sizeof text, "%x.%u=%x ", (unsigned)offset, width, (unsigned)value);
    note(text);
}

static uint64_t port_read(void *context, uint64_t offset, unsigned width)
{
    return 0x1c01; /* PM1 control: another sleep type, SCI_EN */
}

static void mmio_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "m%x.%u=%x ", (unsigned)offset, width, (unsigned)value);
    note(text);
}

static void wait_hook(void)
{
    note("wait ");
    if (waits_until_reset != 0 && --waits_until_reset == 0)
        longjmp(machine_gone, 1);
}

static struct bus_range ports = {
    .space = BUS_PORT, .size = 0x10000, .read = port_read, .write = port_write};
static struct bus_range registers = {
    .space = BUS_MMIO, .base = 0xfea00000, .size = 0x1000, .write = mmio_write};

static void reset(const struct runtime_config *config, EFI_RESET_TYPE type, unsigned waits)
{
    start(config);
    trace[0] = '\0';
    waits_until_reset = waits;
    if (setjmp(machine_gone) == 0 && setjmp(runtime_triple_fault) == 0)
        rt->ResetSystem(type, EFI_SUCCESS, 0, NULL);
    assert_false(runtime_interrupts_on);
    runtime_interrupts_on = true;
}

static const struct runtime_config cloud_hypervisor = {
    .reset = {0x600, true, 1},
    .sleep_control = {0x600, true, 1},
    .reset_value = 1,
    .hardware_reduced = true,
    .has_s5 = true,
    .s5_type_a = 5,
    .debug_port_402 = true,
};

static const struct runtime_config q35 = {
    .reset = {0xcf9, true, 1},
    .reset_value = 0xf,
    .pm1a_control = {0x604, true, 2},
    .has_s5 = true,
    .debug_port_402 = true,
};

static const struct runtime_config microvm = {
    .reset = {0xfea00202, false, 1},
    .sleep_control = {0xfea00200, false, 1},
    .reset_value = 0x42,
    .hardware_reduced = true,
    .has_s5 = true,
    .s5_type_a = 5,
};

static void test_cloud_hypervisor(void **state)
{
    reset(&cloud_hypervisor, EfiResetCold, 1);
    assert_string_equal(trace, "runtime: ResetSystem cold\n600.1=1 wait ");
    reset(&cloud_hypervisor, EfiResetShutdown, 1);
    assert_string_equal(trace, "runtime: ResetSystem shutdown\n600.1=34 wait ");
}

static void test_q35(void **state)
{
    reset(&q35, EfiResetWarm, 1);
    assert_string_equal(trace, "runtime: ResetSystem warm\ncf9.1=f wait ");
    reset(&q35, EfiResetShutdown, 1);
    assert_string_equal(trace, "runtime: ResetSystem shutdown\n604.2=2001 wait ");
}

static void test_registers_in_memory(void **state)
{
    reset(&microvm, EfiResetPlatformSpecific, 1);
    assert_string_equal(trace, "m202.1=42 wait ");
    reset(&microvm, EfiResetShutdown, 1);
    assert_string_equal(trace, "m200.1=34 wait ");
}

/* Everything is tried, a shutdown that fails too. */
static void test_last_ways(void **state)
{
    reset(&(struct runtime_config){0}, EfiResetCold, 0);
    assert_string_equal(trace, "64.1=fe wait cf9.1=2 cf9.1=6 wait ");
    reset(&q35, EfiResetShutdown, 0);
    assert_string_equal(trace, "runtime: ResetSystem shutdown\n604.2=2001 wait wait wait wait "
                               "cf9.1=f wait 64.1=fe wait cf9.1=2 cf9.1=6 wait ");
    reset(&q35, (EFI_RESET_TYPE)77, 1);
    assert_string_equal(trace, "runtime: ResetSystem unknown\ncf9.1=f wait ");
}

static void hook(EFI_RESET_TYPE type, EFI_STATUS status, size_t data_size, void *data)
{
    assert_int_equal(type, EfiResetCold);
    assert_int_equal(status, EFI_ABORTED);
    assert_int_equal(data_size, 4);
    note("hook ");
}

static void test_hook_and_virtual(void **state)
{
    start(&cloud_hypervisor);
    interface.reset_hook = hook;
    trace[0] = '\0';
    waits_until_reset = 1;
    if (setjmp(machine_gone) == 0)
        rt->ResetSystem(EfiResetCold, EFI_ABORTED, 4, "abc");
    assert_string_equal(trace, "hook runtime: ResetSystem cold\n600.1=1 wait ");

    interface.exit_boot_services();
    runtime_state.is_virtual = true;
    trace[0] = '\0';
    waits_until_reset = 1;
    if (setjmp(machine_gone) == 0)
        rt->ResetSystem(EfiResetCold, EFI_ABORTED, 4, "abc");
    assert_string_equal(trace, "runtime: ResetSystem cold (virtual)\n600.1=1 wait ");
    runtime_interrupts_on = true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cloud_hypervisor),    cmocka_unit_test(test_q35),
        cmocka_unit_test(test_registers_in_memory), cmocka_unit_test(test_last_ways),
        cmocka_unit_test(test_hook_and_virtual),
    };
    bus_add(&bus, &ports);
    bus_add(&bus, &registers);
    bus_use(&bus);
    runtime_wait_hook = wait_hook;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
