/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/uart.h"
#include "efi/protocol/serial_io.h"

/* EFI_SERIAL_IO_PROTOCOL over the UART that is also a console (UEFI 2.10 §12.8). What is written
 * through it is no part of the screen, and what is read through it is no key. */
EFI_SERIAL_IO_PROTOCOL *serial_io_init(struct uart *uart);
