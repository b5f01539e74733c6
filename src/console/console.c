/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/console.h"

#include "console/content.h"
#include "console/glyph.h"
#include "lib/assert.h"
#include "lib/macros.h"
#include "lib/utf8.h"

#define TAB_WIDTH 8

/* A gap this wide is cheaper to print again than to pass over. */
#define SHORTEST_GAP 5

static struct list terminals = LIST_INIT(terminals);

static struct screen screen = {
    .columns = 80, .rows = 25, .attribute = CONSOLE_ATTRIBUTE, .cursor_visible = true};

static bool line_ended; /* since output was last made visible */
static bool errors;     /* are being written */

#define FOR_EACH_TERMINAL(t)                                                                       \
    for (struct terminal *t = LIST_ENTRY(terminals.next, struct terminal, link);                   \
         &t->link != &terminals; t = LIST_ENTRY(t->link.next, struct terminal, link))

static bool is_used(const struct terminal *terminal)
{
    return terminal->shows || terminal->shows_errors;
}

/* Is what is being written now shown on all terminals that ordinary output is shown on? */
static bool content_counts(void)
{
    FOR_EACH_TERMINAL(t)
    {
        if (t->shows != t->shows_errors)
            return !errors;
    }
    return true;
}

void console_speak_of_errors(bool now)
{
    errors = now;
}

void console_add(struct terminal *terminal)
{
    encoder_set_size(&terminal->encoder, screen.columns, screen.rows);
    content_set_size(screen.columns, screen.rows);
    list_append(&terminals, &terminal->link);
}

void console_remove(struct terminal *terminal)
{
    list_remove(&terminal->link);
}

bool console_has_terminal(void)
{
    return !list_empty(&terminals);
}

const struct screen *console_screen(void)
{
    return &screen;
}

static void flush(struct terminal *terminal)
{
    if (!terminal_flush(terminal))
        content_forget();
}

static void line_feed(void)
{
    if (screen.row + 1 < screen.rows) {
        screen.row++;
        return;
    }
    content_scroll();
    FOR_EACH_TERMINAL(t)
    {
        if (is_used(t))
            encoder_scroll(&t->encoder, screen.column, screen.attribute);
    }
}

static void wrap(void)
{
    screen.column = 0;
    line_feed();
}

/* The terminal's cursor is a little to the left, with what was left out as unchanged in between. */
static void close_gap(struct encoder *encoder)
{
    uint16_t from = encoder->column;
    if (encoder->row != screen.row || from >= screen.column || screen.column - from >= SHORTEST_GAP)
        return;
    for (uint16_t column = from; column < screen.column; column++) {
        char16_t c = content_at(screen.row, column, screen.attribute);
        if (c == 0 || glyph_width(c) != 1)
            return;
    }
    for (uint16_t column = from; column < screen.column; column++)
        encoder_print(encoder, screen.row, column, screen.attribute,
                      content_at(screen.row, column, screen.attribute), 1);
}

static void show(char16_t c, unsigned width)
{
    bool counts = content_counts();
    if (width == 1 && counts && content_is(screen.row, screen.column, c, screen.attribute))
        return;
    FOR_EACH_TERMINAL(t)
    {
        if (!(errors ? t->shows_errors : t->shows))
            continue;
        close_gap(&t->encoder);
        encoder_print(&t->encoder, screen.row, screen.column, screen.attribute, c, width);
    }
    content_set(screen.row, screen.column, counts && glyph_width_is_certain(c) ? c : 0,
                screen.attribute);
    if (width == 2)
        content_set(screen.row, screen.column + 1, 0, screen.attribute);
    line_ended |= screen.column + width == screen.columns;
}

static bool print(char16_t c)
{
    unsigned width = glyph_width(c);
    if (width == 0 || width > screen.columns)
        return false;
    if (screen.column + width > screen.columns)
        wrap();
    show(c, width);
    screen.column += (uint16_t)width;
    if (screen.column == screen.columns)
        wrap();
    return true;
}

bool console_put(char16_t c)
{
    switch (c) {
    case 0:
        return true;
    case '\b':
        if (screen.column > 0)
            screen.column--;
        return true;
    case '\t':
        do
            print(' ');
        while (screen.column % TAB_WIDTH != 0);
        return true;
    case '\n':
        line_feed();
        line_ended = true;
        return true;
    case '\r':
        screen.column = 0;
        return true;
    default:
        return print(c);
    }
}

void console_end_output(void)
{
    FOR_EACH_TERMINAL(t)
    {
        if (!is_used(t))
            continue;
        encoder_go_to_row(&t->encoder, screen.row, screen.column, screen.attribute);
        flush(t);
    }
}

void console_write(const char *text, size_t length)
{
    struct utf8_decoder utf8 = {0};
    for (size_t i = 0; i < length; i++) {
        char16_t c;
        if (!utf8_decode(&utf8, (uint8_t)text[i], &c))
            continue;
        if (c == '\n')
            screen.column = 0;
        console_put(c);
    }
    console_end_output();
}

void console_set_attribute(uint8_t attribute)
{
    screen.attribute = attribute & 0x7f;
}

void console_set_cursor(uint16_t column, uint16_t row)
{
    ASSERT(column < screen.columns && row < screen.rows);
    screen.column = column;
    screen.row = row;
}

void console_show_cursor(bool visible)
{
    screen.cursor_visible = visible;
}

void console_clear(void)
{
    screen.column = screen.row = 0;
    content_forget();
    FOR_EACH_TERMINAL(t)
    {
        if (!is_used(t))
            continue;
        encoder_clear(&t->encoder, screen.attribute);
        flush(t);
    }
}

void console_set_size(uint16_t columns, uint16_t rows)
{
    if (columns != screen.columns || rows != screen.rows) {
        screen.columns = columns;
        screen.rows = rows;
        content_set_size(columns, rows);
        FOR_EACH_TERMINAL(t)
        encoder_set_size(&t->encoder, columns, rows);
    }
    console_clear();
}

void console_forget(void)
{
    content_forget();
    FOR_EACH_TERMINAL(t)
    encoder_forget(&t->encoder);
}

void console_settle(void)
{
    FOR_EACH_TERMINAL(t)
    {
        if (!is_used(t))
            continue;
        encoder_settle(&t->encoder, screen.row, screen.column, screen.attribute,
                       screen.cursor_visible);
        flush(t);
    }
}

void console_ask_sizes(void)
{
    FOR_EACH_TERMINAL(t)
    {
        if (!t->hears || !is_used(t))
            continue;
        terminal_ask_size(t);
        flush(t);
    }
}

bool console_sizes_told(void)
{
    bool told = false;
    FOR_EACH_TERMINAL(t)
    told |= terminal_size_told(t);
    return told;
}

bool console_largest_size(uint16_t *ret_columns, uint16_t *ret_rows)
{
    uint16_t columns = UINT16_MAX, rows = ENCODER_MAX_ROWS;
    bool known = false;
    FOR_EACH_TERMINAL(t)
    {
        uint16_t c, r;
        if (!is_used(t) || !terminal_size(t, &c, &r))
            continue;
        columns = MIN(columns, c);
        rows = MIN(rows, r);
        known = true;
    }
    if (known) {
        *ret_columns = columns;
        *ret_rows = rows;
    }
    return known;
}

void console_write_log(const char *line, size_t length)
{
    uint8_t attribute = screen.attribute;
    screen.attribute = CONSOLE_ATTRIBUTE;
    if (screen.column != 0)
        console_write("\n", 1);
    console_write(line, length);
    screen.attribute = attribute;
}

void console_reset(void)
{
    list_init(&terminals);
    console_drop_keys();
    console_set_key_hook(NULL);
    errors = false;
    screen = (struct screen){
        .columns = 80, .rows = 25, .attribute = CONSOLE_ATTRIBUTE, .cursor_visible = true};
}

/* The queue of keys. */

static struct {
    struct key keys[512];
    size_t start, used;
} queue;

static void (*key_hook)(const struct key *key);

void console_set_key_hook(void (*hook)(const struct key *key))
{
    key_hook = hook;
}

static void take_key(const struct key *key)
{
    ASSERT(queue.used < ARRAY_SIZE(queue.keys));
    queue.keys[(queue.start + queue.used++) % ARRAY_SIZE(queue.keys)] = *key;
    if (key_hook != NULL)
        key_hook(key);
}

/* How many bytes may be read, each making as many keys as it can. */
static size_t queue_room(void)
{
    return (ARRAY_SIZE(queue.keys) - queue.used) / DECODER_MAX_KEYS;
}

bool console_poll(void)
{
    bool input = false;
    FOR_EACH_TERMINAL(t)
    {
        while (t->hears && queue_room() > 0 && terminal_read(t, queue_room(), take_key))
            input = true;
    }
    return input;
}

bool console_read_key(struct key *ret)
{
    if (queue.used == 0)
        return false;
    *ret = queue.keys[queue.start];
    queue.start = (queue.start + 1) % ARRAY_SIZE(queue.keys);
    queue.used--;
    return true;
}

bool console_has_key(void)
{
    return queue.used > 0;
}

void console_drop_keys(void)
{
    queue.used = 0;
}
