/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/character.h"

/* A terminal as people have it: an ECMA-48 subset with delayed wrap and background colour erase,
 * xterm's behaviour. Anything that it does not know makes `failed` true. */

#define VT_MAX_COLUMNS 240
#define VT_MAX_ROWS    120

struct vt_cell {
    uint16_t character; /* ' ' when erased; 0: right half of a wide character */
    uint8_t foreground; /* SGR code, 0: default; bold adds 100 */
    uint8_t background;
};

struct vt {
    struct character_device device; /* its far end */
    uint16_t columns, rows;
    uint16_t column, row; /* of the cursor */
    bool wrap_pending;
    uint16_t saved_column, saved_row;
    bool saved_wrap_pending;
    bool line_feed_returns; /* the host's terminal driver makes CR LF of LF */
    bool immediate_wrap;    /* no delayed wrap: an old terminal */
    bool cursor_hidden;
    bool failed;
    uint8_t foreground, background;
    bool bold;
    uint64_t bytes; /* received so far */
    uint64_t scrolled;

    /* The last bytes received. */
    char log[4096];
    size_t log_length;

    /* What the user types; read by the device. */
    const uint8_t *typed;
    size_t typed_length;

    size_t take_at_most; /* bytes taken of each write; SIZE_MAX: all */

    char sequence[32];
    size_t sequence_length;
    uint32_t utf8_value;
    unsigned utf8_left;
    struct vt_cell cells[VT_MAX_ROWS][VT_MAX_COLUMNS];
};

/* A blank screen with the cursor in the last line, as a user's terminal often has it. */
void vt_init(struct vt *vt, uint16_t columns, uint16_t rows);

void vt_write(struct vt *vt, const void *data, size_t size);
void vt_clear_log(struct vt *vt);
