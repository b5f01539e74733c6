/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/canvas.h"

#include <stdarg.h>

#include "lib/printf.h"
#include "lib/utf8.h"
#include "shell/memory.h"

#define LEAST_COLUMNS 20
#define LEAST_ROWS    4
#define MOST_CELLS    (1u << 20)

/* Equal cells between two changed ones are written again when they are so few: moving the cursor
 * takes about as many bytes. */
#define SMALL_GAP 6

void canvas_close(struct canvas *c)
{
    shell_free(c->wanted);
    c->wanted = c->shown = NULL;
    c->columns = c->rows = 0;
}

void canvas_forget(struct canvas *c)
{
    for (size_t i = 0; i < c->columns * c->rows; i++)
        c->shown[i] = ' ';
    c->host->clear(c->host->context);
}

EFI_STATUS canvas_open(struct canvas *c)
{
    size_t columns, rows;
    c->host->size(c->host->context, &columns, &rows);
    if (columns == c->columns && rows == c->rows)
        return EFI_SUCCESS;
    canvas_close(c);
    if (columns < LEAST_COLUMNS || rows < LEAST_ROWS || columns > MOST_CELLS / rows)
        return EFI_UNSUPPORTED;
    uint32_t *cells = shell_alloc(2 * columns * rows * sizeof *cells);
    if (cells == NULL)
        return EFI_OUT_OF_RESOURCES;
    c->columns = columns;
    c->rows = rows;
    c->wanted = cells;
    c->shown = cells + columns * rows;
    for (size_t i = 0; i < columns * rows; i++)
        c->wanted[i] = ' ';
    canvas_forget(c);
    return EFI_SUCCESS;
}

/* Characters of which terminals agree that they take one cell. */
static bool is_narrow(uint32_t c)
{
    static const struct {
        uint16_t first, last;
    } ranges[] = {
        {0x20, 0x7e},     {0xa0, 0xac},     {0xae, 0x2ff},    {0x370, 0x482},
        {0x48a, 0x58f},   {0x1e00, 0x1fff}, {0x2010, 0x2027}, {0x2030, 0x205e},
        {0x20a0, 0x20c0}, {0x2100, 0x2300}, {0x2500, 0x25fc},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

void canvas_put(struct canvas *c, size_t column, size_t row, uint32_t character, bool inverse)
{
    if (column >= c->columns || row >= c->rows || (column + 1 == c->columns && row + 1 == c->rows))
        return;
    if (!is_narrow(character)) {
        inverse = !inverse;
        character = character < ' ' ? '.' : '?';
    }
    c->wanted[row * c->columns + column] = character | (inverse ? CANVAS_INVERSE : 0);
}

size_t canvas_text(struct canvas *c, size_t column, size_t row, const char16_t *text, bool inverse)
{
    for (; *text != 0; text++)
        canvas_put(c, column++, row, *text, inverse);
    return column;
}

size_t canvas_format(struct canvas *c, size_t column, size_t row, bool inverse, const char *format,
                     ...)
{
    char text[256];
    struct utf8_decoder decoder = {0};
    va_list args;
    va_start(args, format);
    format_text_va(text, sizeof text, format, args);
    va_end(args);
    for (const char *s = text; *s != '\0'; s++) {
        char16_t character;
        if (utf8_decode(&decoder, (uint8_t)*s, &character))
            canvas_put(c, column++, row, character, inverse);
    }
    return column;
}

void canvas_clear_from(struct canvas *c, size_t column, size_t row, bool inverse)
{
    for (; column < c->columns; column++)
        canvas_put(c, column, row, ' ', inverse);
}

/* Writes the cells [from, to) of a row, in pieces of one attribute. */
static void write_cells(struct canvas *c, size_t row, size_t from, size_t to)
{
    const uint32_t *cells = c->wanted + row * c->columns;
    char16_t piece[65];
    c->host->move(c->host->context, from, row);
    while (from < to) {
        uint32_t inverse = cells[from] & CANVAS_INVERSE;
        size_t length = 0;
        for (; from < to && length + 1 < ARRAY_SIZE(piece) &&
               (cells[from] & CANVAS_INVERSE) == inverse;
             from++)
            piece[length++] = (char16_t)cells[from];
        piece[length] = 0;
        c->host->write(c->host->context, piece, inverse != 0);
    }
}

static void show_row(struct canvas *c, size_t row)
{
    const uint32_t *wanted = c->wanted + row * c->columns;
    uint32_t *shown = c->shown + row * c->columns;
    for (size_t at = 0; at < c->columns;) {
        if (wanted[at] == shown[at]) {
            at++;
            continue;
        }
        size_t end = at + 1;
        for (size_t i = end; i < c->columns && i - end < SMALL_GAP; i++)
            if (wanted[i] != shown[i])
                end = i + 1;
        write_cells(c, row, at, end);
        for (; at < end; at++)
            shown[at] = wanted[at];
    }
}

void canvas_show(struct canvas *c)
{
    for (size_t row = 0; row < c->rows; row++)
        show_row(c, row);
    c->cursor_column = MIN(c->cursor_column, c->columns - 1);
    c->cursor_row = MIN(c->cursor_row, c->rows - 1);
    c->host->move(c->host->context, c->cursor_column, c->cursor_row);
}
