/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/encoder.h"

#include "console/glyph.h"
#include "lib/assert.h"
#include "lib/macros.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/ucs2.h"

/* Every terminal has at least this many lines. */
#define ROWS_CERTAIN 24

#define LONGEST_JUMP_BY_BYTES 4 /* "\b" or "\n" each; a control sequence takes 4 bytes */

struct sequence {
    size_t length;
    char bytes[ENCODER_MAX_ROWS +
               40]; /* the longest are line feeds to a row not yet known to exist */
};

static void append(struct sequence *s, char c)
{
    ASSERT(s->length < sizeof s->bytes);
    s->bytes[s->length++] = c;
}

static void append_times(struct sequence *s, char c, unsigned count)
{
    while (count-- > 0)
        append(s, c);
}

/* CSI <number> <final>; a number of 1 is the default and left out. */
static void append_csi(struct sequence *s, unsigned number, char final)
{
    char text[8];
    append(s, '\x1b');
    append(s, '[');
    if (number != 1) {
        size_t length = format_text(text, sizeof text, "%u", number);
        for (size_t i = 0; i < length; i++)
            append(s, text[i]);
    }
    append(s, final);
}

static void emit(struct encoder *e, const struct sequence *s)
{
    if (s->length > 0)
        e->emit(e->context, s->bytes, s->length);
}

/* UEFI's colours to ECMA-48's. Default colours are the terminal's own, whatever they are. Bright
 * ones are bold, except that bold black is invisible on many terminals. */
static struct style style_of(uint8_t attribute)
{
    static const uint8_t ansi[8] = {0, 4, 2, 6, 1, 5, 3, 7};
    uint8_t foreground = attribute & 0x0f, background = (attribute >> 4) & 0x07;
    struct style style = {
        .bold = foreground > 8,
        .foreground = (uint8_t)(30 + ansi[foreground & 7]),
        .background = background == 0 ? 0 : (uint8_t)(40 + ansi[background]),
    };
    if (foreground == 8)
        style.foreground = 90;
    else if (background == 0 && (foreground & 7) == 7)
        style.foreground = 0;
    return style;
}

static void set_style(struct encoder *e, struct style to)
{
    struct style from = e->style;
    bool reset = e->style_unknown || (from.bold && !to.bold) ||
                 (from.foreground != 0 && to.foreground == 0) ||
                 (from.background != 0 && to.background == 0);
    if (reset)
        from = (struct style){0};

    char text[24];
    size_t length = 0;
    if (to.bold && !from.bold)
        length += format_text(text + length, sizeof text - length, ";1");
    if (to.foreground != from.foreground)
        length += format_text(text + length, sizeof text - length, ";%u", to.foreground);
    if (to.background != from.background)
        length += format_text(text + length, sizeof text - length, ";%u", to.background);
    if (!reset && length == 0)
        return;

    struct sequence s;
    s.length = 0;
    append(&s, '\x1b');
    append(&s, '[');
    if (reset && length > 0)
        append(&s, '0');
    for (size_t i = reset ? 0 : 1; i < length; i++)
        append(&s, text[i]);
    append(&s, 'm');
    emit(e, &s);
    e->style = to;
    e->style_unknown = false;
}

/* Erasing and scrolling fill with the background, and so does a space. */
static void set_background(struct encoder *e, uint8_t attribute)
{
    struct style to = style_of(attribute);
    if (e->style_unknown || e->style.background != to.background)
        set_style(e, to);
}

/* Line feeds to `row`; a host's terminal driver may add a carriage return to each. */
static void append_line_feeds(struct encoder *e, struct sequence *s, uint16_t row)
{
    append_times(s, '\n', row - e->row);
    if (e->column != 0)
        e->column = ENCODER_COLUMN_UNKNOWN;
    e->row = row;
    if (row > e->lowest) {
        e->lowest = row;
        e->origin_known = false; /* the terminal may have scrolled */
    }
}

static void append_row(struct encoder *e, struct sequence *s, uint16_t row, uint16_t column)
{
    if (row == e->row)
        return;
    if (column == 0 && e->column != 0) {
        append(s, '\r');
        e->column = 0;
    }
    if (row < e->row) {
        append_csi(s, e->row - row, 'A');
        e->row = row;
        return;
    }
    uint16_t known = MIN(row, e->lowest);
    bool few = e->column == 0 && row - e->row <= LONGEST_JUMP_BY_BYTES;
    if (known > e->row && !few) {
        append_csi(s, known - e->row, 'B');
        e->row = known;
    }
    if (row > e->row)
        append_line_feeds(e, s, row);
}

static void append_column(struct encoder *e, struct sequence *s, uint16_t column)
{
    if (column == e->column)
        return;
    bool known = e->column < e->columns;
    if (known && column < e->column && e->column - column <= LONGEST_JUMP_BY_BYTES && column != 0) {
        append_times(s, '\b', e->column - column);
    } else if (known && column < e->column && column != 0) {
        append_csi(s, e->column - column, 'D');
    } else {
        if (!known || column < e->column) {
            append(s, '\r');
            e->column = 0;
        }
        if (column > e->column)
            append_csi(s, column - e->column, 'C');
    }
    e->column = column;
}

static void append_absolute(struct sequence *s, uint16_t row, uint16_t column)
{
    char text[16];
    size_t length;
    if (column == 0)
        length = row == 0 ? format_text(text, sizeof text, "\x1b[H")
                          : format_text(text, sizeof text, "\x1b[%uH", row + 1u);
    else
        length = format_text(text, sizeof text, "\x1b[%u;%uH", row + 1u, column + 1u);
    for (size_t i = 0; i < length; i++)
        append(s, text[i]);
}

static void move(struct encoder *e, uint16_t row, uint16_t column)
{
    if (row == e->row && column == e->column)
        return;
    struct encoder before = *e;
    struct sequence relative, absolute;
    relative.length = absolute.length = 0;
    append_row(e, &relative, row, column);
    append_column(e, &relative, column);
    if (before.origin_known && row <= before.lowest) {
        append_absolute(&absolute, row, column);
        if (absolute.length < relative.length) {
            emit(e, &absolute);
            return;
        }
    }
    emit(e, &relative);
}

void encoder_init(struct encoder *e,
                  void (*emit_bytes)(void *context, const char *bytes, size_t length),
                  void *context)
{
    *e = (struct encoder){.columns = 80, .rows = 25, .emit = emit_bytes, .context = context};
}

void encoder_set_size(struct encoder *e, uint16_t columns, uint16_t rows)
{
    ASSERT(columns > 0 && rows > 0 && rows <= ENCODER_MAX_ROWS);
    e->columns = columns;
    e->rows = rows;
    e->row = MIN(e->row, (uint16_t)(rows - 1));
    e->lowest = MIN(e->lowest, (uint16_t)(rows - 1));
    e->column = ENCODER_COLUMN_UNKNOWN;
    e->origin_known = false;
}

void encoder_forget(struct encoder *e)
{
    e->column = ENCODER_COLUMN_UNKNOWN;
    e->style_unknown = true;
    e->origin_known = false;
    e->blank = false;
}

void encoder_print(struct encoder *e, uint16_t row, uint16_t column, uint8_t attribute, char16_t c,
                   unsigned width)
{
    ASSERT(row < e->rows && column + width <= e->columns);
    if (row != e->row)
        set_background(e, attribute);
    move(e, row, column);
    if (c == ' ')
        set_background(e, attribute);
    else
        set_style(e, style_of(attribute));

    char bytes[3];
    e->emit(e->context, bytes, utf8_encode(c, bytes));
    e->column = glyph_width_is_certain(c) ? (uint16_t)(column + width) : ENCODER_COLUMN_UNKNOWN;
    e->blank = false;
}

void encoder_go_to_row(struct encoder *e, uint16_t row, uint16_t column, uint8_t attribute)
{
    struct sequence s;
    s.length = 0;
    if (row == e->row)
        return;
    set_background(e, attribute);
    append_row(e, &s, row, column);
    emit(e, &s);
}

void encoder_scroll(struct encoder *e, uint16_t column, uint8_t attribute)
{
    struct sequence s;
    s.length = 0;
    set_background(e, attribute);
    append_row(e, &s, e->rows - 1, column);
    if (column == 0 && e->column != 0) {
        append(&s, '\r');
        e->column = 0;
    }
    append(&s, '\n');
    if (e->style.background != e->cleared_background)
        append_csi(&s, 2, 'K'); /* a taller terminal has a line of the old colour there */
    emit(e, &s);
    if (e->column != 0)
        e->column = ENCODER_COLUMN_UNKNOWN;
    e->lowest = e->rows - 1;
    e->origin_known = false;
}

void encoder_settle(struct encoder *e, uint16_t row, uint16_t column, uint8_t attribute,
                    bool cursor_visible)
{
    if (row != e->row)
        set_background(e, attribute);
    move(e, row, column);
    set_style(e, style_of(attribute));
    if (e->cursor_hidden == cursor_visible) {
        e->cursor_hidden = !cursor_visible;
        e->emit(e->context, cursor_visible ? "\x1b[?25h" : "\x1b[?25l", 6);
    }
}

void encoder_clear(struct encoder *e, uint8_t attribute)
{
    struct style style = style_of(attribute);
    if (e->blank && e->cleared_background == style.background)
        return;
    set_style(e, style);
    e->emit(e->context, "\x1b[H\x1b[J", 6);
    e->cleared_background = style.background;
    e->row = e->column = 0;
    e->lowest = MIN(e->rows, ROWS_CERTAIN) - 1;
    e->origin_known = true;
    e->blank = true;
}
