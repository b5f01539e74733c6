/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/print.h"

#include <stdarg.h>

#include "lib/printf.h"
#include "lib/status_name.h"
#include "lib/utf8.h"
#include "shell/memory.h"
#include "shell/shell.h"

/* Text on its way to a stream, in pieces. */
struct writer {
    EFI_FILE_PROTOCOL *file;
    size_t used;
    char16_t piece[128];
};

static const char *command = "shell";

static void flush(struct writer *w)
{
    size_t size = w->used * sizeof *w->piece;
    w->used = 0;
    if (size == 0 || w->file == NULL)
        return;
    EFI_STATUS status = w->file->Write(w->file, &size, w->piece);
    if (EFI_ERROR(status))
        shell.interrupted = true;
}

static void put(struct writer *w, char16_t c)
{
    if (w->used + 2 > ARRAY_SIZE(w->piece))
        flush(w);
    if (c == '\n')
        w->piece[w->used++] = '\r';
    w->piece[w->used++] = c;
}

static void put_utf8(struct writer *w, const char *text)
{
    struct utf8_decoder decoder = {0};
    for (; *text != '\0'; text++) {
        char16_t c;
        if (utf8_decode(&decoder, (uint8_t)*text, &c))
            put(w, c);
    }
}

/* Cut only when there is no memory for a long one. */
static void put_format(struct writer *w, const char *format, va_list args)
{
    char small[256], *large;
    va_list again;
    va_copy(again, args);
    size_t length = format_text_va(small, sizeof small, format, args);
    large = length >= sizeof small ? shell_alloc(length + 1) : NULL;
    if (large != NULL)
        format_text_va(large, length + 1, format, again);
    va_end(again);
    put_utf8(w, large != NULL ? large : small);
    shell_free(large);
}

void print(const char *format, ...)
{
    struct writer w = {.file = shell.output};
    va_list args;
    va_start(args, format);
    put_format(&w, format, args);
    va_end(args);
    flush(&w);
}

void print_text(const char16_t *text)
{
    struct writer w = {.file = shell.output};
    for (; *text != 0; text++)
        put(&w, *text);
    flush(&w);
}

const char *grouped(uint64_t value, char buffer[GROUPED_SIZE])
{
    char *at = buffer + GROUPED_SIZE - 1;
    *at = '\0';
    for (unsigned digits = 0; digits == 0 || value > 0; digits++, value /= 10) {
        if (digits > 0 && digits % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + value % 10);
    }
    return at;
}

static void complain_va(EFI_STATUS status, const char *format, va_list args)
{
    struct writer w = {.file = shell.error};
    put_utf8(&w, command);
    put_utf8(&w, ": ");
    put_format(&w, format, args);
    if (status != EFI_SUCCESS) {
        put_utf8(&w, ": ");
        put_utf8(&w, status_name(status));
    }
    put(&w, '\n');
    flush(&w);
}

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_va(EFI_SUCCESS, format, args);
    va_end(args);
}

EFI_STATUS complain_status(EFI_STATUS status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_va(status, format, args);
    va_end(args);
    return status;
}

const char *print_set_command(const char *name)
{
    const char *former = command;
    command = name;
    return former;
}
