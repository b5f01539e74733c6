/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/uart.h"

#include "arch/io.h"
#include "core/time.h"
#include "lib/printf.h"

/* Registers, as offsets from the base port. */
#define RBR 0 /* read: receive buffer */
#define THR 0 /* write: transmit holding */
#define DLL 0 /* divisor latch, while LCR_DLAB */
#define DLM 1
#define IER 1
#define IIR 2 /* read */
#define FCR 2 /* write */
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6

#define IER_RESERVED     0xf0
#define IIR_FIFO_ENABLED 0xc0
#define FCR_ENABLE       0x01
#define FCR_TRIGGER_14   0xc0
#define LCR_STOP_2       0x04
#define LCR_PARITY_SHIFT 3
#define LCR_DLAB         0x80
#define LSR_DATA_READY   0x01
#define LSR_THR_EMPTY    0x20
#define LSR_ALL_SENT     0x40
#define ABSENT           0xff

#define FIFO_DEPTH       16
#define DRAIN_TIMEOUT_MS 20 /* ten times what 16 bytes take at 115200 baud */

static uint8_t uart_read_register(const struct uart *uart, unsigned offset)
{
    return io_read8((uint16_t)(uart->base + offset));
}

static void uart_write_register(const struct uart *uart, unsigned offset, uint8_t value)
{
    io_write8((uint16_t)(uart->base + offset), value);
}

/* An unclaimed port reads ones, or zeros with a few VMMs. */
static bool uart_present(const struct uart *uart)
{
    uint8_t line_status = uart_read_register(uart, LSR);
    if (line_status == ABSENT || (uart_read_register(uart, IER) & IER_RESERVED) != 0)
        return false;
    return line_status != 0 || uart_read_register(uart, IIR) != 0;
}

static bool transmitter_empty(struct uart *uart)
{
    struct deadline deadline = deadline_in_ms(DRAIN_TIMEOUT_MS);
    do {
        if ((uart_read_register(uart, LSR) & LSR_THR_EMPTY) != 0) {
            uart->stuck = false;
            uart->room = uart->depth;
            return true;
        }
    } while (!uart->stuck && !deadline_passed(&deadline));
    uart->stuck = true;
    return false;
}

static size_t uart_write(struct character_device *device, const void *data, size_t size)
{
    struct uart *uart = CONTAINER_OF(device, struct uart, device);
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        if (uart->room == 0 && !transmitter_empty(uart))
            return i;
        uart_write_register(uart, THR, bytes[i]);
        uart->room--;
    }
    return size;
}

static size_t uart_read(struct character_device *device, void *data, size_t size)
{
    struct uart *uart = CONTAINER_OF(device, struct uart, device);
    uint8_t *bytes = data;
    size_t count = 0;
    while (count < size) {
        uint8_t line_status = uart_read_register(uart, LSR);
        if (line_status == ABSENT || (line_status & LSR_DATA_READY) == 0)
            break;
        bytes[count++] = uart_read_register(uart, RBR);
    }
    return count;
}

static const struct character_operations uart_operations = {
    .write = uart_write,
    .read = uart_read,
};

void uart_set_line(struct uart *uart, const struct uart_line *line)
{
    /* Bits 3 to 5: parity on, even, stick. */
    static const uint8_t parity[] = {0, 3, 1, 5, 7};
    uint8_t control = (uint8_t)(line->data_bits - 5 + (line->stop_bits == 2 ? LCR_STOP_2 : 0) +
                                (parity[line->parity] << LCR_PARITY_SHIFT));
    uart_write_register(uart, LCR, LCR_DLAB);
    uart_write_register(uart, DLL, (uint8_t)line->divisor);
    uart_write_register(uart, DLM, (uint8_t)(line->divisor >> 8));
    uart_write_register(uart, LCR, control);
}

void uart_set_modem_control(struct uart *uart, uint8_t bits)
{
    uart_write_register(uart, MCR, bits);
}

uint8_t uart_modem_control(struct uart *uart)
{
    return uart_read_register(uart, MCR);
}

uint8_t uart_modem_status(struct uart *uart)
{
    return uart_read_register(uart, MSR);
}

bool uart_input_waits(struct uart *uart)
{
    uint8_t line_status = uart_read_register(uart, LSR);
    return line_status != ABSENT && (line_status & LSR_DATA_READY) != 0;
}

bool uart_output_is_sent(struct uart *uart)
{
    return (uart_read_register(uart, LSR) & LSR_ALL_SENT) != 0;
}

EFI_STATUS uart_init(struct uart *uart, uint16_t base)
{
    *uart = (struct uart){.device.operations = &uart_operations, .base = base, .depth = 1};
    if (!uart_present(uart))
        return EFI_NOT_FOUND;

    uart_write_register(uart, IER, 0);
    uart_set_line(uart, &(struct uart_line){.divisor = 1, .data_bits = 8, .stop_bits = 1});
    /* Without a reset: what was typed so far stays. Nobody is interrupted at the trigger level, but
     * QEMU fills the FIFO up to it at once, and beyond it byte by byte. */
    uart_write_register(uart, FCR, FCR_ENABLE | FCR_TRIGGER_14);
    uart_set_modem_control(uart, UART_DTR | UART_RTS);
    if ((uart_read_register(uart, IIR) & IIR_FIFO_ENABLED) == IIR_FIFO_ENABLED)
        uart->depth = FIFO_DEPTH;
    format_text(uart->device.name, sizeof uart->device.name, "uart 0x%x", base);
    return EFI_SUCCESS;
}
