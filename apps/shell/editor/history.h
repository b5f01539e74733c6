/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/types.h"

/* The lines that the user entered, the newest last. Zero-initialised is empty. */
#define HISTORY_LINES 100

struct history {
    char16_t *lines[HISTORY_LINES];
    size_t first, count;
};

/* Keeps a copy; not of an empty line, nor of one that repeats the newest. Without memory it is not
 * kept. */
void history_add(struct history *history, const char16_t *line);

/* `age` counts from 1, the newest. NULL when there is none so old. */
const char16_t *history_get(const struct history *history, size_t age);
void history_free(struct history *history);
