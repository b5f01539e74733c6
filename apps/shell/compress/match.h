/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

/* The first half of UEFI's compression (UEFI 2.10 §19.2): LZ77 over a window of 8 KiB. */

#define MATCH_WINDOW   8192u
#define MATCH_SHORTEST 3u
#define MATCH_LONGEST  256u
#define MATCH_SYMBOLS  (256u + MATCH_LONGEST - MATCH_SHORTEST + 1) /* "Char&Len" */

/* A byte as it is, or a copy of what lies `position` + 1 bytes before: symbol 256 + length - 3. */
struct token {
    uint16_t symbol;
    uint16_t position;
};

/* Tokens for the bytes, for shell_free(); NULL: no memory. `size` is below 4 GiB. */
struct token *match_tokens(const uint8_t *data, size_t size, size_t *ret_count) MUST_CHECK;
