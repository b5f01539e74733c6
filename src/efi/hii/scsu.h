/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/types.h"
#include "lib/reader.h"

/* The Standard Compression Scheme for Unicode (Unicode technical standard #6), which string
 * packages may use. */
struct scsu {
    bool unicode;       /* in Unicode mode */
    uint8_t active;     /* dynamic window */
    char16_t low;       /* second half of a surrogate pair, to be returned next; 0: none */
    uint32_t window[8]; /* dynamic ones */
    char16_t statics[8];
};

/* Text in UCS-2, or with `compressed` in SCSU. */
struct text_source {
    struct reader r;
    bool compressed;
    struct scsu scsu;
};

/* `windows` are 16 little-endian offsets, static ones first (UEFI 2.10 §33.3.6.2, LanguageWindow).
 * Compilers leave them zero: then they are the standard's. */
void scsu_start(struct scsu *scsu, const uint8_t *windows);

/* The next character; 0 is the end of the string. False: malformed, or the bytes ended. */
bool text_source_next(struct text_source *source, char16_t *ret);
