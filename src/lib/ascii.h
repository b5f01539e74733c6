/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of `s` in bytes, not counting the NUL, at most `max`. */
size_t ascii_length(const char *s, size_t max);

bool ascii_equal(const char *a, const char *b);
bool ascii_starts_with(const char *s, const char *prefix);
bool ascii_is_space(char c);

/* Copies `src` into `dst[size]`, cut to fit, always NUL terminated. `size` is at least 1. */
void ascii_copy(char *dst, size_t size, const char *src);

/* Value of a hexadecimal digit, ASCII or UCS-2; -1: it is none. */
int ascii_hex_digit(unsigned c);

/* Parses an unsigned number, decimal or with 0x hexadecimal, that fills all of `s[length]`. False,
 * and `*ret` untouched, when there is none or it does not fit in 64 bits. */
bool ascii_to_uint(const char *s, size_t length, uint64_t *ret);
