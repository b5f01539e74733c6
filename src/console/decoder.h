/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/key.h"
#include "lib/utf8.h"

/* Key presses from the bytes that a terminal sends: UTF-8, control characters, and the function key
 * sequences of VT100 to VT420, xterm, the Linux console, rxvt, SCO and PC-ANSI. Sequences that mean
 * no key are swallowed whole, malformed bytes vanish.
 *
 * Zero-initialised is the start state. */
struct decoder {
    enum {
        DECODER_GROUND,
        DECODER_ESCAPE,
        DECODER_CSI,
        DECODER_LINUX, /* ESC [ [ */
        DECODER_SS3,
    } state;
    struct utf8_decoder utf8;
    uint16_t parameters[3];
    uint8_t parameter; /* index of the one being read */
    bool digits;       /* there was at least one */
    bool ignore;       /* a sequence with marks that no key has */
    bool alt;          /* ESC came before this character */
    bool after_return; /* swallows the line feed of CR LF */

    /* The terminal's size, 0 until it tells that: the place of the cursor in its last corner, or
     * the answer to CSI 18 t. size_told whenever it does. */
    uint16_t reported_rows, reported_columns;
    bool size_told;
};

/* One byte makes at most this many keys. */
#define DECODER_MAX_KEYS 2

/* Takes a byte; returns how many keys it completed in `keys`. */
size_t decoder_feed(struct decoder *decoder, uint8_t byte, struct key keys[DECODER_MAX_KEYS]);

/* True while the last bytes could be a key of their own (Esc) or the begin of a longer sequence.
 * When nothing follows for DECODER_TIMEOUT_MS the caller says so with decoder_time_out(), which
 * returns as decoder_feed() does. */
bool decoder_waiting(const struct decoder *decoder);
size_t decoder_time_out(struct decoder *decoder, struct key keys[DECODER_MAX_KEYS]);

/* As long as an editor's: a network between terminal and VM may split a sequence. */
#define DECODER_TIMEOUT_MS 50
