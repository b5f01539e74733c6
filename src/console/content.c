/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/content.h"

#include "lib/macros.h"
#include "lib/memory.h"

#define CELLS 8192 /* 132 by 60 */

struct cell {
    char16_t character; /* 0: nothing was printed */
    uint8_t attribute;
};

static struct cell cells[CELLS];
static uint16_t width, height;
static uint16_t top; /* row of `cells` that is the screen's first */

static struct cell *cell_at(uint16_t row, uint16_t column)
{
    unsigned index = (unsigned)(top + row) % height * width + column;
    return &cells[index];
}

void content_set_size(uint16_t columns, uint16_t rows)
{
    bool fits = (uint32_t)columns * rows <= CELLS;
    width = fits ? columns : 0;
    height = fits ? rows : 0;
    content_forget();
}

void content_forget(void)
{
    memset(cells, 0, (size_t)width * height * sizeof *cells);
    top = 0;
}

void content_scroll(void)
{
    if (width == 0)
        return;
    memset(cell_at(0, 0), 0, width * sizeof *cells);
    top = (uint16_t)((top + 1) % height);
}

void content_set(uint16_t row, uint16_t column, char16_t c, uint8_t attribute)
{
    if (width > 0)
        *cell_at(row, column) = (struct cell){c, attribute};
}

char16_t content_at(uint16_t row, uint16_t column, uint8_t attribute)
{
    if (width == 0)
        return 0;
    const struct cell *cell = cell_at(row, column);
    bool same = cell->attribute == attribute;
    if (cell->character == ' ') /* has no foreground */
        same = (cell->attribute & 0x70) == (attribute & 0x70);
    return same ? cell->character : 0;
}

bool content_is(uint16_t row, uint16_t column, char16_t c, uint8_t attribute)
{
    return content_at(row, column, attribute) == c;
}
