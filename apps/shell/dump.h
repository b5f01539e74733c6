/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Prints bytes in rows of 16, hexadecimal and as characters, with their addresses from `address`
 * on. Stops when the user interrupts. */
void dump_bytes(uint64_t address, const void *data, size_t size);
