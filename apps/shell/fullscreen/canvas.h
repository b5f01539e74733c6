/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/simple_text_in_ex.h"
#include "efi/status.h"
#include "lib/macros.h"

/* What full-screen programs draw on: a picture in memory, of which only what has changed goes out
 * to the screen. On a serial line each byte costs, and in a VM each is an exit. */

/* The screen and keyboard. */
struct screen_host {
    void (*size)(void *context, size_t *ret_columns, size_t *ret_rows);
    void (*clear)(void *context);
    void (*move)(void *context, size_t column, size_t row);
    void (*write)(void *context, const char16_t *text, bool inverse);
    /* EFI_NOT_READY when there is no key and nobody wants to `wait`; other errors are for ever. */
    EFI_STATUS (*key)(void *context, bool wait, EFI_KEY_DATA *ret);
    void *context;
};

struct canvas {
    const struct screen_host *host;
    size_t columns, rows;
    uint32_t *wanted, *shown; /* cells: the character, and CANVAS_INVERSE */
    size_t cursor_column, cursor_row;
};

#define CANVAS_INVERSE 0x10000u

/* Takes the screen's size, and clears the screen if that is new. EFI_OUT_OF_RESOURCES;
 * EFI_UNSUPPORTED for one that is too small to edit on. */
EFI_STATUS canvas_open(struct canvas *canvas) MUST_CHECK;
void canvas_close(struct canvas *canvas);

/* Writes one character; nothing outside of the screen, nor into its very last cell, which would
 * scroll it. What may be wider than a cell, or has no picture, is shown as an inverse '?' or '.'.
 */
void canvas_put(struct canvas *canvas, size_t column, size_t row, uint32_t c, bool inverse);

/* Writes a text and returns the column behind it. */
size_t canvas_text(struct canvas *canvas, size_t column, size_t row, const char16_t *text,
                   bool inverse);
size_t canvas_format(struct canvas *canvas, size_t column, size_t row, bool inverse,
                     const char *format, ...) PRINTF(5, 6);

/* Blanks from `column` to the end of the row. */
void canvas_clear_from(struct canvas *canvas, size_t column, size_t row, bool inverse);

/* Sends out what changed. */
void canvas_show(struct canvas *canvas);

/* Sends all of it out next time: somebody else may have written on the screen. */
void canvas_forget(struct canvas *canvas);
