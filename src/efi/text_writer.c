/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/text_writer.h"

#include <stdarg.h>

#include "core/pool.h"
#include "lib/memory.h"
#include "lib/printf.h"

#define FIRST_CAPACITY 128

static void grow(struct text_writer *writer)
{
    size_t capacity = writer->capacity == 0 ? FIRST_CAPACITY : writer->capacity * 2;
    char16_t *text = pool_alloc(capacity * sizeof *text);
    if (text == NULL) {
        writer->failed = true;
        return;
    }
    if (writer->length > 0)
        memcpy(text, writer->text, writer->length * sizeof *text);
    pool_free(writer->text);
    writer->text = text;
    writer->capacity = capacity;
}

void text_char(struct text_writer *writer, char16_t c)
{
    if (writer->length == writer->capacity && !writer->failed)
        grow(writer);
    if (!writer->failed)
        writer->text[writer->length++] = c;
}

void text_print(struct text_writer *writer, const char *format, ...)
{
    char buffer[80];
    va_list args;
    va_start(args, format);
    format_text_va(buffer, sizeof buffer, format, args);
    va_end(args);
    for (const char *c = buffer; *c != '\0'; c++)
        text_char(writer, (unsigned char)*c);
}

void text_hex(struct text_writer *writer, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        text_char(writer, (unsigned char)digits[bytes[i] >> 4]);
        text_char(writer, (unsigned char)digits[bytes[i] & 15]);
    }
}

char16_t *text_finish(struct text_writer *writer)
{
    text_char(writer, 0);
    char16_t *text = writer->failed ? NULL : writer->text;
    if (writer->failed)
        pool_free(writer->text);
    *writer = (struct text_writer){0};
    return text;
}
