/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/editor/line_display.h"

/* A character's cell is counted from the first column of the row in which the line begins. */
static size_t cell_of(const struct line_editor *e, size_t at)
{
    return e->column + at;
}

static ptrdiff_t row_of(const struct line_editor *e, size_t cell)
{
    return e->row + (ptrdiff_t)(cell / e->columns);
}

void line_display_begin(struct line_editor *e)
{
    size_t row;
    e->screen->get(e->screen->context, &e->columns, &e->rows, &e->column, &row);
    if (e->columns == 0)
        e->columns = 1;
    if (e->rows == 0)
        e->rows = 1;
    e->row = (ptrdiff_t)row;
}

static void move_to_cell(const struct line_editor *e, size_t cell)
{
    e->screen->move(e->screen->context, cell % e->columns, (size_t)row_of(e, cell));
}

/* Writes characters [from, to) of the line, and spaces behind its end. */
static void write_cells(const struct line_editor *e, size_t from, size_t to)
{
    char16_t piece[65];
    while (from < to) {
        size_t length = 0;
        for (; from < to && length + 1 < ARRAY_SIZE(piece); from++)
            piece[length++] = from < e->line.length ? e->line.data[from] : ' ';
        piece[length] = 0;
        e->screen->write(e->screen->context, piece);
    }
}

/* Behind what may be written without scrolling the cursor out of the screen: one cell before the
 * last. */
static size_t write_limit(const struct line_editor *e)
{
    size_t cursor_row = cell_of(e, e->cursor) / e->columns;
    return (cursor_row + e->rows) * e->columns - 1 - e->column;
}

/* The screen scrolls when a cell in its last column is written in its last row. */
static void follow_scrolling(struct line_editor *e, size_t last_cell)
{
    ptrdiff_t beyond = row_of(e, last_cell) - (ptrdiff_t)(e->rows - 1);
    if (beyond > 0)
        e->row -= beyond;
}

/* Draws from the top of the screen, with the cursor in its first row. */
static void draw_all(struct line_editor *e)
{
    ptrdiff_t cursor_row = (ptrdiff_t)(cell_of(e, e->cursor) / e->columns);
    ptrdiff_t moved_down =
        -cursor_row - e->row; /* by so many rows, and what is on the screen stays */
    e->row = -cursor_row;
    size_t first = (size_t)cursor_row * e->columns;
    size_t from = first > e->column ? first - e->column : 0;
    ptrdiff_t old_end = (ptrdiff_t)e->shown - moved_down * (ptrdiff_t)e->columns;
    size_t to = MAX(e->line.length, old_end > 0 ? (size_t)old_end : 0);
    to = MIN(to, write_limit(e));
    move_to_cell(e, cell_of(e, from));
    write_cells(e, from, to);
    e->shown = MIN(e->line.length, to);
}

void line_display_show_cursor(struct line_editor *e)
{
    size_t cell = cell_of(e, e->cursor);
    if (row_of(e, cell) < 0) {
        draw_all(e);
    } else if (row_of(e, cell) > (ptrdiff_t)(e->rows - 1) || e->shown < e->cursor) {
        line_display_draw(e, MIN(e->shown, e->cursor));
        return;
    }
    move_to_cell(e, cell);
}

void line_display_draw(struct line_editor *e, size_t from)
{
    if (row_of(e, cell_of(e, e->cursor)) < 0 || row_of(e, cell_of(e, MIN(from, e->shown))) < 0) {
        draw_all(e);
        move_to_cell(e, cell_of(e, e->cursor));
        return;
    }
    from = MIN(from, e->shown);
    size_t end = MAX(e->line.length, e->shown), to = MIN(end, write_limit(e));
    if (from < to) {
        move_to_cell(e, cell_of(e, from));
        write_cells(e, from, to);
        follow_scrolling(e, cell_of(e, to));
    }
    e->shown = MIN(e->line.length, to);
    move_to_cell(e, cell_of(e, e->cursor));
}

void line_display_clear(struct line_editor *e)
{
    e->screen->clear(e->screen->context);
    line_display_begin(e);
    e->shown = 0;
    line_display_draw(e, 0);
}
