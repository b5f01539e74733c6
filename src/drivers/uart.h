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
