/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/uart.h"

#define FIFO_DEPTH 16

static size_t depth(const struct uart_model *m)
{
    return m->fifo && (m->fifo_control & 1) != 0 ? FIFO_DEPTH : 1;
}

static uint8_t receive(struct uart_model *m)
{
    if (m->typed_length == 0)
        return 0;
    m->typed_length--;
    return *m->typed++;
}

static uint64_t model_read(void *context, uint64_t offset, unsigned width)
{
    struct uart_model *m = context;
    m->reads[offset]++;
    if (width != 1)
        return UINT64_MAX;
    switch (offset) {
    case 0:
        return m->divisor_latch ? m->divisor[0] : receive(m);
    case 1:
        return m->divisor_latch ? m->divisor[1] : m->interrupt_enable;
    case 2:
        return depth(m) > 1 ? 0xc1 : 0x01;
    case 3:
        return m->line_control;
    case 4:
        return m->modem_control;
    case 5:
        if (m->draining)
            m->transmit_used = 0;
        return (m->transmit_used == 0 ? 0x60 : 0) | (m->typed_length > 0 ? 1 : 0);
    case 6:
        return 0xb0;
    default:
        return m->scratch;
    }
}

static void transmit(struct uart_model *m, uint8_t value)
{
    if (m->transmit_used == depth(m)) {
        m->lost++;
        return;
    }
    m->transmit_used++;
    if (m->output_length < sizeof m->output)
        m->output[m->output_length++] = (char)value;
}

static void model_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct uart_model *m = context;
    uint8_t byte = (uint8_t)value;
    m->writes[offset]++;
    if (width != 1)
        return;
    switch (offset) {
    case 0:
        if (m->divisor_latch)
            m->divisor[0] = byte;
        else
            transmit(m, byte);
        break;
    case 1:
        if (m->divisor_latch)
            m->divisor[1] = byte;
        else
            m->interrupt_enable = byte;
        break;
    case 2:
        m->fifo_control = byte;
        break;
    case 3:
        m->line_control = byte;
        m->divisor_latch = (byte & 0x80) != 0;
        break;
    case 4:
        m->modem_control = byte;
        break;
    case 7:
        m->scratch = byte;
        break;
    }
}

void uart_model_init(struct uart_model *model, struct bus *bus, uint64_t base)
{
    *model = (struct uart_model){.fifo = true, .draining = true, .divisor = {12}};
    model->range = (struct bus_range){
        .space = BUS_PORT,
        .base = base,
        .size = 8,
        .read = model_read,
        .write = model_write,
        .context = model,
    };
    bus_add(bus, &model->range);
}
