/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/sfo.h"

#include "lib/printf.h"
#include "shell/print.h"
#include "shell/text.h"

static struct text row;

void sfo_row(const char *name)
{
    text_clear(&row);
    text_append_utf8(&row, name);
}

void sfo_text(const char16_t *text)
{
    text_append_utf8(&row, ",\"");
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '^')
            text_put(&row, '^');
        text_put(&row, *text);
    }
    text_put(&row, '"');
}

void sfo_column(const char *format, ...)
{
    struct text column = {0};
    char text[256];
    va_list args;
    va_start(args, format);
    format_text_va(text, sizeof text, format, args);
    va_end(args);
    text_append_utf8(&column, text);
    sfo_text(text_string(&column));
    text_free(&column);
}

void sfo_end(void)
{
    text_put(&row, '\n');
    if (!row.failed)
        print_text(text_string(&row));
    text_free(&row);
}

void sfo_command(const char *name)
{
    sfo_row("ShellCommand");
    sfo_column("%s", name);
    sfo_end();
}
