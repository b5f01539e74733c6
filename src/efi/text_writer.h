/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"
#include "lib/macros.h"

/* A growing string of char16_t. When memory runs out it remembers that, and further writing does
 * nothing. */
struct text_writer {
    char16_t *text; /* not NUL terminated before text_finish() */
    size_t length, capacity;
    bool failed;
};

void text_char(struct text_writer *writer, char16_t c);
/* ASCII, at most 79 characters. */
void text_print(struct text_writer *writer, const char *format, ...) PRINTF(2, 3);
/* Two hexadecimal digits per byte. */
void text_hex(struct text_writer *writer, const uint8_t *bytes, size_t size);

/* The string, which is then the caller's pool memory; NULL when memory was out. */
char16_t *text_finish(struct text_writer *writer);
