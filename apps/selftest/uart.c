/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/uart.h"

#include "selftest/cpu.h"

#define COM1              0x3f8
#define LINE_STATUS       (COM1 + 5)
#define TRANSMITTER_EMPTY 0x20
#define PATIENCE          1000000 /* reads of the status: a port that is not there never answers */

static void put_byte(uint8_t byte)
{
    for (int i = 0; i < PATIENCE && (port_in8(LINE_STATUS) & TRANSMITTER_EMPTY) == 0; i++)
        ;
    port_out8(COM1, byte);
}

void uart_put(const char *text)
{
    for (; *text != '\0'; text++)
        put_byte((uint8_t)*text);
}
