/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/bus.h"

/* A 16550. */
struct uart_model {
    struct bus_range range;
    bool fifo; /* the FCR can turn a FIFO on; else an 8250 */
    bool divisor_latch;
    uint8_t divisor[2], interrupt_enable, line_control, modem_control, scratch, fifo_control;

    char output[8192];
    size_t output_length;
    size_t lost;          /* bytes written while there was no room */
    size_t transmit_used; /* bytes that wait in the FIFO or holding register */
    bool draining;        /* sends on: reading the line status empties the FIFO */

    const uint8_t *typed; /* bytes that arrive */
    size_t typed_length;

    unsigned reads[8], writes[8];
};

void uart_model_init(struct uart_model *model, struct bus *bus, uint64_t base);
