/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "console/decoder.h"
#include "console/encoder.h"
#include "core/character.h"
#include "lib/list.h"

/* One character device with a terminal at its other end. */
struct terminal {
    struct list link; /* console.c's */
    /* What it is used for; at first for all. */
    bool shows, shows_errors, hears;
    struct character_device *device;
    struct encoder encoder;
    struct decoder decoder;
    uint64_t last_input; /* TSC, while the decoder is waiting */
    bool lost;           /* output, since the last terminal_flush() */
    bool size_asked;
    size_t output_used;
    char output[256];
};

void terminal_init(struct terminal *terminal, struct character_device *device);

/* Hands the device what was collected. What it does not take is lost: then the encoder starts from
 * scratch, and it returns false. */
bool terminal_flush(struct terminal *terminal);

/* Reads at most `size` bytes and gives each key to take_key(). Returns false when there was no
 * input. */
bool terminal_read(struct terminal *terminal, size_t size, void (*take_key)(const struct key *key));

/* Asks the terminal for its size, once, when its device does not know it. The answer is among the
 * input: it is for those who will read that. */
void terminal_ask_size(struct terminal *terminal);

/* Has it told its size since this was asked last? */
bool terminal_size_told(struct terminal *terminal);

/* The size that the device or the terminal has told; false when neither did. */
bool terminal_size(struct terminal *terminal, uint16_t *ret_columns, uint16_t *ret_rows);
