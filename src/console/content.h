/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/types.h"

/* What was printed where on the screen, so that printing it again costs nothing. Cells that were
 * only erased do not count: text on a fresh line is sent as it is, spaces too, for whoever reads
 * the line without being a terminal. */

/* A screen of this size, nothing printed. One that is larger than the memory for it is never
 * remembered. */
void content_set_size(uint16_t columns, uint16_t rows);

/* Nothing is known to be on the screen. */
void content_forget(void);

void content_scroll(void);
void content_set(uint16_t row, uint16_t column, char16_t c, uint8_t attribute);

/* Was the character printed there, with this attribute? */
bool content_is(uint16_t row, uint16_t column, char16_t c, uint8_t attribute);

/* The character that was printed there with this attribute, 0 when none was. */
char16_t content_at(uint16_t row, uint16_t column, uint8_t attribute);
