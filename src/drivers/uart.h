/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/character.h"
#include "efi/status.h"
#include "lib/macros.h"

/* 16550 UART in port space, polled, 115200 8N1. Every access may be a VM exit, so the driver asks
 * for the line status once per 16 bytes sent. A transmitter that does not drain is waited for once,
 * for a short time; after that bytes are dropped without waiting until it moves again. */

#define UART_COM1 0x3f8

struct uart {
    struct character_device device;
    uint16_t base;
    uint8_t depth; /* of the transmit FIFO; 1 without FIFO */
    uint8_t room;  /* bytes that it certainly takes without asking */
    bool stuck;    /* did not drain in time when last asked */
};

/* Looks for a UART at I/O port `base`, with at most two reads of a port and no write unless
 * something answers, and programs it. EFI_NOT_FOUND, and nothing logged, when there is none. `uart`
 * must live as long as its character device is used. */
EFI_STATUS uart_init(struct uart *uart, uint16_t base) MUST_CHECK;

/* How bytes go over the line. */
struct uart_line {
    uint32_t divisor;  /* of 115200 baud, 1 to 65535 */
    uint8_t data_bits; /* 5 to 8 */
    uint8_t stop_bits; /* 1; 2, which means one and a half with 5 data bits */
    enum uart_parity {
        UART_PARITY_NONE,
        UART_PARITY_EVEN,
        UART_PARITY_ODD,
        UART_PARITY_MARK,
        UART_PARITY_SPACE,
    } parity;
};

void uart_set_line(struct uart *uart, const struct uart_line *line);

/* Modem control output and modem and line status input, as the registers have them. */
#define UART_DTR      0x01
#define UART_RTS      0x02
#define UART_LOOPBACK 0x10
void uart_set_modem_control(struct uart *uart, uint8_t bits);
uint8_t uart_modem_control(struct uart *uart);

#define UART_CTS 0x10
#define UART_DSR 0x20
#define UART_RI  0x40
#define UART_DCD 0x80
uint8_t uart_modem_status(struct uart *uart);

bool uart_input_waits(struct uart *uart);
bool uart_output_is_sent(struct uart *uart);
