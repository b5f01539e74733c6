/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "drivers/uart.h"
#include "models/cpu.h"
#include "models/uart.h"

static struct bus bus;
static struct uart_model model;
static struct uart uart;

static int set_up(void **state)
{
    bus = (struct bus){0};
    bus_use(&bus);
    fake_cpu_reset();
    uart_model_init(&model, &bus, UART_COM1);
    return 0;
}

static void start(void)
{
    assert_int_equal(uart_init(&uart, UART_COM1), EFI_SUCCESS);
    memset(model.reads, 0, sizeof model.reads);
    memset(model.writes, 0, sizeof model.writes);
}

static size_t send(const char *text, size_t size)
{
    return uart.device.operations->write(&uart.device, text, size);
}

static size_t take(void *data, size_t size)
{
    return uart.device.operations->read(&uart.device, data, size);
}

static uint64_t read_constant(void *context, uint64_t offset, unsigned width)
{
    uint8_t *reads = context;
    reads[offset]++;
    return reads[8];
}

static void write_forbidden(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    fail_msg("wrote to an absent port");
}

static void expect_absent(uint8_t value)
{
    uint8_t reads[9] = {[8] = value};
    struct bus_range range = {.space = BUS_PORT,
                              .base = UART_COM1,
                              .size = 8,
                              .read = read_constant,
                              .write = write_forbidden,
                              .context = reads};
    bus_remove(&bus, &model.range);
    bus_add(&bus, &range);
    assert_int_equal(uart_init(&uart, UART_COM1), EFI_NOT_FOUND);
    for (size_t i = 0; i < 8; i++)
        assert_true(reads[i] <= 2);
    bus_remove(&bus, &range);
}

static void absent_ports_are_only_read(void **state)
{
    expect_absent(0xff);
    set_up(state);
    expect_absent(0x00);
    set_up(state);
    expect_absent(0xe9);
}

static void programs_115200_8n1(void **state)
{
    model.interrupt_enable = 0x0f;
    start();
    assert_int_equal(model.divisor[0], 1);
    assert_int_equal(model.divisor[1], 0);
    assert_int_equal(model.line_control, 0x03);
    assert_int_equal(model.interrupt_enable, 0);
    assert_int_equal(model.modem_control & 0x13, 0x03);
    assert_int_equal(model.fifo_control & 0x06, 0);
}

static void asks_for_the_line_status_once_per_16_bytes(void **state)
{
    char text[160];
    memset(text, 'x', sizeof text);
    start();
    assert_int_equal(send(text, sizeof text), sizeof text);
    assert_int_equal(model.output_length, sizeof text);
    assert_int_equal(model.writes[0], sizeof text);
    assert_int_equal(model.reads[5], 10);
    assert_int_equal(model.lost, 0);
}

static void short_writes_share_a_fifo(void **state)
{
    start();
    for (int i = 0; i < 16; i++)
        assert_int_equal(send("y", 1), 1);
    assert_int_equal(model.reads[5], 1);
    assert_int_equal(model.lost, 0);
}

static void without_fifo_it_asks_for_each_byte(void **state)
{
    model.fifo = false;
    start();
    assert_int_equal(send("hello", 5), 5);
    assert_int_equal(model.reads[5], 5);
    assert_int_equal(model.lost, 0);
}

static void one_that_does_not_drain_is_waited_for_once(void **state)
{
    char text[40] = {0};
    start();
    model.draining = false;
    model.transmit_used = 1;
    assert_int_equal(send(text, sizeof text), 0);
    unsigned polls = model.reads[5];
    assert_true(polls > 1);
    assert_int_equal(send(text, sizeof text), 0);
    assert_int_equal(model.reads[5], polls + 1);

    model.draining = true;
    assert_int_equal(send(text, sizeof text), sizeof text);
    assert_int_equal(model.lost, 0);
}

static void reads_what_is_there(void **state)
{
    char data[8] = {0};
    start();
    assert_int_equal(take(data, sizeof data), 0);
    model.typed = (const uint8_t *)"0123456789";
    model.typed_length = 10;
    assert_int_equal(take(data, sizeof data), 8);
    assert_memory_equal(data, "01234567", 8);
    assert_int_equal(take(data, sizeof data), 2);
    assert_memory_equal(data, "89", 2);
}

static void one_that_vanishes_has_no_input(void **state)
{
    char data[8];
    start();
    bus_remove(&bus, &model.range);
    assert_int_equal(take(data, sizeof data), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(absent_ports_are_only_read, set_up),
        cmocka_unit_test_setup(programs_115200_8n1, set_up),
        cmocka_unit_test_setup(asks_for_the_line_status_once_per_16_bytes, set_up),
        cmocka_unit_test_setup(short_writes_share_a_fifo, set_up),
        cmocka_unit_test_setup(without_fifo_it_asks_for_each_byte, set_up),
        cmocka_unit_test_setup(one_that_does_not_drain_is_waited_for_once, set_up),
        cmocka_unit_test_setup(reads_what_is_there, set_up),
        cmocka_unit_test_setup(one_that_vanishes_has_no_input, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
