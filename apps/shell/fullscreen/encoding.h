/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"
#include "shell/fullscreen/gap.h"
#include "shell/text.h"

/* Characters as the bytes of files: UTF-8, and UCS-2 ("wide"), little endian. */

/* The length of the UTF-8 character at `at`, and what it is: DOCUMENT_BAD, of length 1, for a byte
 * that is none, DOCUMENT_BAD also for one beyond the basic plane. */
size_t utf8_character(const struct gap *bytes, size_t at, uint32_t *ret);

#define ENCODED_MOST 3

/* Returns how many bytes it made of the character. */
size_t encode(bool wide, char16_t c, uint8_t ret[ENCODED_MOST]);

/* The text as bytes behind those of `ret`. */
EFI_STATUS encode_text(bool wide, const struct text *text, struct gap *ret) MUST_CHECK;

/* Bytes [from, to) in the other encoding, behind those of `ret`. EFI_UNSUPPORTED: they have
 * something that the other one cannot say. */
EFI_STATUS encoding_convert(const struct gap *bytes, bool wide, size_t from, size_t to,
                            struct gap *ret) MUST_CHECK;
