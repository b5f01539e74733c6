/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/types.h"

/* Strings of char16_t as UEFI uses them (UCS-2, NUL terminated; UEFI 2.10 §2.3.1). */

/* Length in characters without the NUL; at most `max`. */
size_t ucs2_length(const char16_t *s, size_t max);

/* Size in bytes with the NUL, of a trusted string. */
size_t ucs2_size(const char16_t *s);

bool ucs2_equal(const char16_t *a, const char16_t *b);

/* Upper case of one character: ASCII and Latin-1; others are returned as they are. */
char16_t ucs2_upper(char16_t c);
bool ucs2_equal_ignoring_case(const char16_t *a, const char16_t *b);

/* Copies `src` (ASCII) into `dst[size]` characters, cut to fit, NUL terminated. `size` is at
 * least 1. */
void ucs2_from_ascii(char16_t *dst, size_t size, const char *src);

/* Writes `c` as UTF-8 to `out[3]`; returns the number of bytes, 1 to 3. Lone surrogates become
 * U+FFFD. */
size_t utf8_encode(char16_t c, char out[3]);

/* Converts to UTF-8 in `dst[size]`, cut at a character, NUL terminated. Returns the bytes written,
 * without NUL. */
size_t utf8_from_ucs2(char *dst, size_t size, const char16_t *src);
