/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"

/* Turns operations on a text screen into as few bytes as possible for one VT100, VT-UTF8 or xterm
 * terminal (ECMA-48), each byte being a VM exit on a UART. It keeps what the terminal has at
 * present, cursor place and colours, and brings it up to date only when something is about to be
 * seen.
 *
 * The terminal's real height is unknown, and its cursor may be anywhere when the firmware starts.
 * Therefore rows are reached by relative movement, and downward by line feeds until the row is
 * known to exist: then everything is right on any terminal that is at least as large as the screen.
 * Absolute addressing is used where it is shorter and the origin is known, that is after a clear
 * and before the first scroll. */

struct style {
    bool bold;
    uint8_t foreground; /* SGR code, 0: the terminal's default */
    uint8_t background;
};

struct encoder {
    uint16_t columns, rows; /* of the screen */
    uint16_t row;           /* where the terminal's cursor is, in screen coordinates */
    uint16_t column;        /* `columns`: past the last one; COLUMN_UNKNOWN */
    uint16_t lowest;        /* rows up to this one exist below the screen's top */
    struct style style;
    uint8_t cleared_background; /* of what is below the screen on a taller terminal */
    bool style_unknown;
    bool cursor_hidden;
    bool origin_known; /* row 0 is the terminal's first line */
    bool blank;        /* cleared, and nothing was written since */

    /* Takes bytes for the terminal. */
    void (*emit)(void *context, const char *bytes, size_t length);
    void *context;
};

#define ENCODER_COLUMN_UNKNOWN UINT16_MAX
#define ENCODER_MAX_ROWS       255

void encoder_init(struct encoder *encoder,
                  void (*emit)(void *context, const char *bytes, size_t length), void *context);

/* The screen's size: at least 1 by 1, at most ENCODER_MAX_ROWS rows. */
void encoder_set_size(struct encoder *encoder, uint16_t columns, uint16_t rows);

/* Bytes were lost, or another program wrote to the terminal: nothing is known of it. */
void encoder_forget(struct encoder *encoder);

/* Shows `c`, a character that glyph_width() gives `width` columns, at a place with an attribute
 * (UEFI 2.10 §12.4.6). */
void encoder_print(struct encoder *encoder, uint16_t row, uint16_t column, uint8_t attribute,
                   char16_t c, unsigned width);

/* Moves all lines of the screen up by one and leaves the cursor in the last one; `column` is where
 * it will be wanted next. */
void encoder_scroll(struct encoder *encoder, uint16_t column, uint8_t attribute);

/* Makes a line break visible now; the column may stay behind. */
void encoder_go_to_row(struct encoder *encoder, uint16_t row, uint16_t column, uint8_t attribute);

/* Puts cursor and colours where they belong: before somebody looks. */
void encoder_settle(struct encoder *encoder, uint16_t row, uint16_t column, uint8_t attribute,
                    bool cursor_visible);

void encoder_clear(struct encoder *encoder, uint8_t attribute);
