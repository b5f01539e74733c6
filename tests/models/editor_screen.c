/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/editor_screen.h"

#include <string.h>

#include "core/panic.h"
#include "lib/assert.h"

static void scroll(struct screen_model *m)
{
    memmove(m->cells, m->cells + m->columns, (m->rows - 1) * m->columns * sizeof *m->cells);
    for (size_t i = 0; i < m->columns; i++)
        m->cells[(m->rows - 1) * m->columns + i] = ' ';
}

static void put(struct screen_model *m, char16_t c)
{
    m->cells[m->row * m->columns + m->column] = c;
    m->written++;
    if (++m->column < m->columns)
        return;
    m->column = 0;
    if (m->row + 1 < m->rows)
        m->row++;
    else
        scroll(m);
}

static void get(void *context, size_t *ret_columns, size_t *ret_rows, size_t *ret_column,
                size_t *ret_row)
{
    struct screen_model *m = context;
    *ret_columns = m->columns;
    *ret_rows = m->rows;
    *ret_column = m->column;
    *ret_row = m->row;
}

static void move(void *context, size_t column, size_t row)
{
    struct screen_model *m = context;
    ASSERT(column < m->columns && row < m->rows);
    m->column = column;
    m->row = row;
}

static void write(void *context, const char16_t *text)
{
    for (; *text != 0; text++)
        put(context, *text);
}

static void clear(void *context)
{
    struct screen_model *m = context;
    for (size_t i = 0; i < m->columns * m->rows; i++)
        m->cells[i] = ' ';
    m->row = 0;
    m->column = m->prompt;
}

void screen_model_init(struct screen_model *m, size_t columns, size_t rows, size_t column,
                       size_t row)
{
    *m = (struct screen_model){
        .screen = {get, move, write, clear, m}, .columns = columns, .rows = rows, .prompt = column};
    ASSERT(columns * rows <= EDITOR_SCREEN_MOST && column < columns && row < rows);
    clear(m);
    m->row = row;
}

void screen_model_check(const struct screen_model *m, const struct line_editor *e)
{
    ptrdiff_t cursor_cell = (ptrdiff_t)(m->row * m->columns + m->column);
    ptrdiff_t start = cursor_cell - (ptrdiff_t)e->cursor;
    ptrdiff_t size = (ptrdiff_t)(m->columns * m->rows);
    ASSERT(e->cursor <= e->line.length);
    for (ptrdiff_t i = start < 0 ? 0 : start; i < size - 1; i++) {
        size_t at = (size_t)(i - start);
        char16_t expected = at < e->line.length ? e->line.data[at] : ' ';
        if (m->cells[i] != expected)
            panic("cell %td shows %04x instead of %04x (character %zu)", i, m->cells[i], expected,
                  at);
    }
}
