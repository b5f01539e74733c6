/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "efi/event.h"
#include "efi/protocols/serial_io.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "models/uart.h"

static struct bus bus;
static struct uart_model model;
static struct uart uart;
static EFI_SERIAL_IO_PROTOCOL *serial;

static int set_up(void **state)
{
    bus = (struct bus){0};
    bus_use(&bus);
    fake_cpu_reset();
    fake_cpu.tsc_step = 1000000;
    fake_apic_reset();
    events_reset();
    uart_model_init(&model, &bus, UART_COM1);
    assert_int_equal(uart_init(&uart, UART_COM1), EFI_SUCCESS);
    serial = serial_io_init(&uart);
    return 0;
}

static EFI_STATUS set(uint64_t baud, EFI_PARITY_TYPE parity, uint8_t data_bits,
                      EFI_STOP_BITS_TYPE stop_bits)
{
    return serial->SetAttributes(serial, baud, 0, 0, parity, data_bits, stop_bits);
}

static void expect_line(uint16_t divisor, uint8_t line_control)
{
    assert_int_equal(model.divisor[0] | model.divisor[1] << 8, divisor);
    assert_int_equal(model.line_control, line_control);
}

static void attributes(void **state)
{
    assert_int_equal(set(9600, EvenParity, 7, TwoStopBits), EFI_SUCCESS);
    expect_line(12, 0x1e);
    assert_int_equal(serial->Mode->BaudRate, 9600);
    assert_int_equal(serial->Mode->DataBits, 7);
    assert_int_equal(set(100000, OddParity, 5, OneFiveStopBits), EFI_SUCCESS);
    expect_line(2, 0x0c);
    assert_int_equal(serial->Mode->BaudRate, 57600);
    assert_int_equal(set(UINT64_MAX, NoParity, 8, OneStopBit), EFI_SUCCESS);
    expect_line(1, 0x03);
    assert_int_equal(serial->Mode->BaudRate, 115200);
    assert_int_equal(set(0, MarkParity, 0, DefaultStopBits), EFI_SUCCESS);
    expect_line(1, 0x2b);
    assert_int_equal(set(0, SpaceParity, 0, DefaultStopBits), EFI_SUCCESS);
    expect_line(1, 0x3b);
    assert_int_equal(serial->Reset(serial), EFI_SUCCESS);
    expect_line(1, 0x03);
    assert_int_equal(serial->Mode->Timeout, 1000000);
}

static void attributes_that_it_has_not(void **state)
{
    set(9600, EvenParity, 7, TwoStopBits);
    assert_int_equal(set(1, NoParity, 8, OneStopBit), EFI_INVALID_PARAMETER);
    assert_int_equal(set(9600, SpaceParity + 1, 8, OneStopBit), EFI_INVALID_PARAMETER);
    assert_int_equal(set(9600, NoParity, 9, OneStopBit), EFI_INVALID_PARAMETER);
    assert_int_equal(set(9600, NoParity, 4, OneStopBit), EFI_INVALID_PARAMETER);
    assert_int_equal(set(9600, NoParity, 8, OneFiveStopBits), EFI_INVALID_PARAMETER);
    assert_int_equal(set(9600, NoParity, 5, TwoStopBits), EFI_INVALID_PARAMETER);
    expect_line(12, 0x1e);
    assert_int_equal(serial->Mode->Parity, EvenParity);
}

static void control(void **state)
{
    uint32_t control;
    assert_int_equal(serial->SetControl(serial, EFI_SERIAL_REQUEST_TO_SEND), EFI_SUCCESS);
    assert_int_equal(model.modem_control, 0x02);
    assert_int_equal(serial->GetControl(serial, &control), EFI_SUCCESS);
    assert_int_equal(control, EFI_SERIAL_REQUEST_TO_SEND | EFI_SERIAL_CLEAR_TO_SEND |
                                  EFI_SERIAL_DATA_SET_READY | EFI_SERIAL_CARRIER_DETECT |
                                  EFI_SERIAL_INPUT_BUFFER_EMPTY | EFI_SERIAL_OUTPUT_BUFFER_EMPTY);
    model.typed = (const uint8_t *)"x";
    model.typed_length = 1;
    model.transmit_used = 1;
    model.draining = false;
    assert_int_equal(serial->GetControl(serial, &control), EFI_SUCCESS);
    assert_int_equal(control & 0x300, 0);
    assert_int_equal(serial->SetControl(serial, EFI_SERIAL_HARDWARE_FLOW_CONTROL_ENABLE),
                     EFI_UNSUPPORTED);
    assert_int_equal(serial->SetControl(serial, EFI_SERIAL_CLEAR_TO_SEND), EFI_UNSUPPORTED);
    assert_int_equal(model.modem_control, 0x02);
    assert_int_equal(serial->GetControl(serial, NULL), EFI_INVALID_PARAMETER);
}

static void transfers(void **state)
{
    char text[200], read[8];
    size_t size = sizeof text;
    memset(text, 'q', sizeof text);
    assert_int_equal(serial->Write(serial, &size, text), EFI_SUCCESS);
    assert_int_equal(model.output_length, sizeof text);

    model.typed = (const uint8_t *)"hello";
    model.typed_length = 5;
    size = 3;
    assert_int_equal(serial->Read(serial, &size, read), EFI_SUCCESS);
    size = 8;
    assert_int_equal(serial->Read(serial, &size, read), EFI_TIMEOUT);
    assert_int_equal(size, 2);
    assert_memory_equal(read, "lo", 2);

    model.draining = false;
    model.transmit_used = 1;
    uart.room = 0;
    size = 5;
    assert_int_equal(serial->Write(serial, &size, text), EFI_TIMEOUT);
    assert_int_equal(size, 0);
    assert_int_equal(serial->Write(serial, NULL, text), EFI_INVALID_PARAMETER);
    size = 1;
    assert_int_equal(serial->Read(serial, &size, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(tpl_current(), TPL_APPLICATION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(attributes, set_up),
        cmocka_unit_test_setup(attributes_that_it_has_not, set_up),
        cmocka_unit_test_setup(control, set_up),
        cmocka_unit_test_setup(transfers, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
