/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"
#include "lib/macros.h"

/* A string that grows. Zero-initialised is empty. When memory runs out it stays as it is and
 * `failed` is set, so that only the end of a series of calls needs a check. */
struct text {
    char16_t *data; /* NUL terminated; NULL while empty */
    size_t length;
    size_t capacity;
    bool failed;
};

void text_put(struct text *text, char16_t c);
void text_append(struct text *text, const char16_t *s, size_t length);
void text_append_string(struct text *text, const char16_t *s);
/* ASCII or UTF-8, as format_text() makes it. */
void text_append_utf8(struct text *text, const char *s);
void text_format(struct text *text, const char *format, ...) PRINTF(2, 3);
/* A revision of UEFI as people write it: 0x0002001f is "2.3.1" and 0x00020064 "2.10". */
void text_revision(struct text *text, uint32_t revision);

/* Replaces [at, at + removed) by `s`. */
void text_replace(struct text *text, size_t at, size_t removed, const char16_t *s, size_t length);

/* The string, never NULL. */
const char16_t *text_string(const struct text *text);

/* Hands the string to the caller, for shell_free(); NULL, and nothing left, when memory was out. */
char16_t *text_take(struct text *text) MUST_CHECK;
void text_clear(struct text *text);
void text_free(struct text *text);

/* Small things on strings that UEFI has no word for. */
bool text_is_space(char16_t c);
const char16_t *text_skip_spaces(const char16_t *s);
char16_t *text_find(const char16_t *s, char16_t c);
/* Compare at most `length` characters of both. */
/* Appends a word so that it is one again when the line is parsed: in quotes, and with ^, if need
 * be.
 */
void text_append_word(struct text *text, const char16_t *word);

bool text_equal_n(const char16_t *a, const char16_t *b, size_t length);
bool text_equal_n_ignoring_case(const char16_t *a, const char16_t *b, size_t length);
/* Is `s` the ASCII word, upper or lower case? */
bool text_is(const char16_t *s, const char *word);
bool text_starts_with(const char16_t *s, const char *word);
/* <0, 0, >0, by upper-case code. */
int text_compare_ignoring_case(const char16_t *a, const char16_t *b);

/* A number that fills the string: decimal or 0x hexadecimal, with a minus sign if `*ret_negative`
 * is wanted (not NULL). */
bool text_to_number(const char16_t *s, uint64_t *ret, bool *ret_negative);
/* Hexadecimal digits, with or without 0x. */
bool text_to_hex(const char16_t *s, uint64_t *ret);
