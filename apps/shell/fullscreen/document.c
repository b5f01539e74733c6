/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/document.h"

#include "lib/utf8.h"
#include "shell/fullscreen/encoding.h"

static size_t unit_size(const struct document *d)
{
    return d->wide ? 2 : 1;
}

/* The code unit at an offset. */
static char16_t unit(const struct document *d, size_t at)
{
    uint8_t low = gap_byte(&d->bytes, at);
    return d->wide ? (char16_t)(low | gap_byte(&d->bytes, at + 1) << 8) : low;
}

/* An odd byte at the end of UCS-2 is no text: nothing is typed behind it. */
size_t document_end(const struct document *d)
{
    size_t size = gap_size(&d->bytes) - d->start;
    return d->start + size - (d->wide ? size % 2 : 0);
}

static bool is_crlf(const struct document *d, size_t at)
{
    size_t next = at + unit_size(d);
    return next < document_end(d) && unit(d, at) == '\r' && unit(d, next) == '\n';
}

/* Most characters are one byte, and lines may be megabytes long. */
static bool is_plain(const struct document *d, size_t at)
{
    uint8_t byte = gap_byte(&d->bytes, at);
    return !d->wide && byte < 0x80 && byte != '\r';
}

size_t document_next(const struct document *d, size_t at, uint32_t *ret)
{
    if (is_plain(d, at)) {
        *ret = gap_byte(&d->bytes, at);
        return at + 1;
    }
    if (is_crlf(d, at)) {
        *ret = '\n';
        return at + 2 * unit_size(d);
    }
    if (!d->wide)
        return at + utf8_character(&d->bytes, at, ret);
    *ret = unit(d, at);
    return at + 2;
}

size_t document_previous(const struct document *d, size_t at)
{
    size_t one = at - unit_size(d);
    uint32_t unused;
    if (one > d->start && is_crlf(d, one - unit_size(d)))
        return one - unit_size(d);
    for (size_t length = 2; !d->wide && length <= 4 && length <= at - d->start; length++)
        if (utf8_character(&d->bytes, at - length, &unused) == length)
            return at - length;
    return one;
}

size_t document_line_start(const struct document *d, size_t at)
{
    size_t step = unit_size(d);
    while (at > d->start && unit(d, at - step) != '\n')
        at -= step;
    return at;
}

size_t document_next_line(const struct document *d, size_t at)
{
    size_t step = unit_size(d), end = document_end(d);
    for (; at < end; at += step)
        if (unit(d, at) == '\n')
            return at + step;
    return DOCUMENT_NONE;
}

size_t document_column_behind(size_t column, uint32_t c)
{
    return c == '\t' ? (column / DOCUMENT_TAB + 1) * DOCUMENT_TAB : column + 1;
}

size_t document_column(const struct document *d, size_t at)
{
    size_t column = 0;
    for (size_t i = document_line_start(d, at); i < at;) {
        uint32_t c;
        i = document_next(d, i, &c);
        column = document_column_behind(column, c);
    }
    return column;
}

/* In the line that starts at `at`, the last place that is not beyond the column. */
static size_t at_column(const struct document *d, size_t at, size_t goal)
{
    for (size_t column = 0; column < goal && at < document_end(d);) {
        uint32_t c;
        size_t next = document_next(d, at, &c);
        column = document_column_behind(column, c);
        if (c == '\n' || column > goal)
            break;
        at = next;
    }
    return at;
}

static size_t line_ends_between(const struct document *d, size_t from, size_t to)
{
    size_t count = 0;
    for (; from < to; from += unit_size(d))
        count += unit(d, from) == '\n';
    return count;
}

void document_move_to(struct document *d, size_t at)
{
    if (at > d->cursor)
        d->line += line_ends_between(d, d->cursor, at);
    else
        d->line -= line_ends_between(d, at, d->cursor);
    d->cursor = at;
    d->goal = DOCUMENT_NONE;
}

void document_left(struct document *d)
{
    if (d->cursor > d->start)
        document_move_to(d, document_previous(d, d->cursor));
}

void document_right(struct document *d)
{
    uint32_t c;
    if (d->cursor < document_end(d))
        document_move_to(d, document_next(d, d->cursor, &c));
}

void document_home(struct document *d)
{
    document_move_to(d, document_line_start(d, d->cursor));
}

void document_line_end(struct document *d)
{
    size_t next = document_next_line(d, d->cursor);
    document_move_to(d, next == DOCUMENT_NONE ? document_end(d) : document_previous(d, next));
}

/* To the line that starts at `start`, in the column that the cursor was in. */
static void move_to_line(struct document *d, size_t start)
{
    size_t goal = d->goal == DOCUMENT_NONE ? document_column(d, d->cursor) : d->goal;
    document_move_to(d, at_column(d, start, goal));
    d->goal = goal;
}

void document_up(struct document *d, size_t lines)
{
    size_t at = document_line_start(d, d->cursor);
    for (; lines > 0 && at > d->start; lines--)
        at = document_line_start(d, at - unit_size(d));
    move_to_line(d, at);
}

void document_down(struct document *d, size_t lines)
{
    size_t at = document_line_start(d, d->cursor);
    for (; lines > 0; lines--) {
        size_t next = document_next_line(d, at);
        if (next == DOCUMENT_NONE)
            break;
        at = next;
    }
    move_to_line(d, at);
}

void document_go_to_line(struct document *d, uint64_t line)
{
    size_t at = d->start;
    for (uint64_t i = 1; i < line; i++) {
        size_t next = document_next_line(d, at);
        if (next == DOCUMENT_NONE)
            break;
        at = next;
    }
    document_move_to(d, at);
}

/* Finds out what the bytes are. */
static void recognise(struct document *d)
{
    const struct gap *g = &d->bytes;
    size_t size = gap_size(g);
    if (size >= 2 && gap_byte(g, 0) == 0xff && gap_byte(g, 1) == 0xfe) {
        d->wide = true;
        d->start = 2;
    } else if (size >= 3 && gap_byte(g, 0) == 0xef && gap_byte(g, 1) == 0xbb &&
               gap_byte(g, 2) == 0xbf) {
        d->start = 3;
    }
}

void document_open(struct document *d, void *data, size_t size)
{
    *d = (struct document){.line = 1, .goal = DOCUMENT_NONE};
    gap_adopt(&d->bytes, data, size);
    recognise(d);
    d->cursor = d->start;
    size_t second = document_next_line(d, d->start);
    d->crlf = second == DOCUMENT_NONE ||
              (second - d->start >= 2 * unit_size(d) && is_crlf(d, second - 2 * unit_size(d)));
}

void document_close(struct document *d)
{
    gap_free(&d->bytes);
}
