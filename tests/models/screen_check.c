/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/screen_check.h"

#include <string.h>

#include "console/console.h"
#include "console/glyph.h"
#include "core/panic.h"
#include "lib/assert.h"
#include "models/fuzz_bytes.h"
#include "models/vt.h"

#define COLUMNS 80
#define ROWS    25

/* What UEFI says the screen shows. Cells that were on a terminal before we came are not known. */
static struct {
    struct {
        bool known;
        char16_t character;
        uint8_t attribute;
    } cells[ROWS][COLUMNS];
    unsigned column, row;
    uint8_t attribute;
} expected;

static struct vt vts[2];
static struct terminal screen_terminals[2];

static void expect_line_feed(void)
{
    if (expected.row + 1 < ROWS) {
        expected.row++;
        return;
    }
    memmove(expected.cells[0], expected.cells[1], sizeof expected.cells[0] * (ROWS - 1));
    for (unsigned i = 0; i < COLUMNS; i++) {
        expected.cells[ROWS - 1][i].known = true;
        expected.cells[ROWS - 1][i].character = ' ';
        expected.cells[ROWS - 1][i].attribute = expected.attribute;
    }
}

static void expect_print(char16_t c)
{
    unsigned width = glyph_width(c);
    if (width == 0)
        return;
    if (expected.column + width > COLUMNS) {
        expected.column = 0;
        expect_line_feed();
    }
    for (unsigned i = 0; i < width; i++) {
        expected.cells[expected.row][expected.column].known = true;
        expected.cells[expected.row][expected.column].character = i == 0 ? c : 0;
        expected.cells[expected.row][expected.column++].attribute = expected.attribute;
    }
    if (expected.column == COLUMNS) {
        expected.column = 0;
        expect_line_feed();
    }
}

static void expect_character(char16_t c)
{
    if (c == '\b')
        expected.column -= expected.column > 0;
    else if (c == '\n')
        expect_line_feed();
    else if (c == '\r')
        expected.column = 0;
    else if (c == '\t')
        do
            expect_print(' ');
        while (expected.column % 8 != 0);
    else if (c != 0)
        expect_print(c);
}

static void expect_clear(void)
{
    expected.column = expected.row = 0;
    for (unsigned r = 0; r < ROWS; r++)
        for (unsigned c = 0; c < COLUMNS; c++) {
            expected.cells[r][c].known = true;
            expected.cells[r][c].character = ' ';
            expected.cells[r][c].attribute = expected.attribute;
        }
}

static uint8_t background_of(uint8_t attribute)
{
    static const uint8_t codes[8] = {0, 44, 42, 46, 41, 45, 43, 47};
    return codes[attribute >> 4 & 7];
}

static uint8_t foreground_of(uint8_t attribute)
{
    static const uint8_t codes[16] = {30, 34,  32,  36,  31,  35,  33,  37,
                                      90, 134, 132, 136, 131, 135, 133, 137};
    if (attribute == 0x07)
        return 0;
    return attribute == 0x0f ? 100 : codes[attribute & 15];
}

static void compare_cell(const struct vt *vt, unsigned row, unsigned column, unsigned r)
{
    const struct vt_cell *cell = &vt->cells[row][column];
    uint8_t attribute = expected.cells[r][column].attribute;
    unsigned c = expected.cells[r][column].character;
    if (cell->character != c || cell->background != background_of(attribute) ||
        (c != ' ' && c != 0 && cell->foreground != foreground_of(attribute)))
        panic("row %u column %u: %04x %u/%u instead of %04x attribute %02x", r, column,
              cell->character, cell->foreground, cell->background, c, attribute);
}

static void compare(const struct vt *vt)
{
    ASSERT(!vt->failed);
    ASSERT(vt->column == expected.column && !vt->wrap_pending);
    for (unsigned r = 0; r < ROWS; r++) {
        int row = (int)vt->row + (int)r - (int)expected.row;
        for (unsigned c = 0; row >= 0 && row < (int)vt->rows && c < COLUMNS; c++)
            if (expected.cells[r][c].known)
                compare_cell(vt, (unsigned)row, c, r);
    }
}

static char16_t some_character(struct fuzz_bytes *bytes)
{
    static const char16_t special[] = {'\b',  '\n',   '\r', '\t', 0x2500, 0x4e00, 0xe9,   0xac00,
                                       0x300, 0x20ac, 0x1b, ' ',  0xfffd, 0x2588, 0xd800, 0};
    uint8_t c = (uint8_t)fuzz_take(bytes, 1);
    if (c < 0x60)
        return special[c % 16];
    return (char16_t)(0x20 + c % 95);
}

static void write_text(struct fuzz_bytes *bytes)
{
    for (unsigned n = 1 + fuzz_take(bytes, 1) % 100; n > 0 && bytes->size > 0; n--) {
        char16_t c = some_character(bytes);
        ASSERT(console_put(c) == (c == 0 || (c >= '\b' && c <= '\r') || glyph_width(c) > 0));
        expect_character(c);
    }
    console_end_output();
    for (unsigned i = 0; i < 2; i++)
        ASSERT(vts[i].take_at_most == SIZE_MAX);
}

static void step(struct fuzz_bytes *bytes)
{
    switch (fuzz_take(bytes, 1) % 8) {
    case 0:
        expected.attribute = fuzz_take(bytes, 1) & 0x7f;
        console_set_attribute(expected.attribute);
        break;
    case 1:
    case 2:
        expected.column = fuzz_take(bytes, 1) % COLUMNS;
        expected.row = fuzz_take(bytes, 1) % ROWS;
        console_set_cursor((uint16_t)expected.column, (uint16_t)expected.row);
        break;
    case 3:
        console_clear();
        expect_clear();
        break;
    case 4:
        console_show_cursor(fuzz_take(bytes, 1) & 1);
        console_settle();
        for (unsigned i = 0; i < 2; i++) {
            ASSERT(vts[i].cursor_hidden != console_screen()->cursor_visible);
            compare(&vts[i]);
        }
        break;
    default:
        write_text(bytes);
    }
    ASSERT(console_screen()->column == expected.column && console_screen()->row == expected.row);
}

void screen_check_run(const uint8_t *data, size_t size)
{
    static const struct {
        uint16_t columns, rows;
    } sizes[] = {{80, 25}, {80, 50}, {132, 43}, {200, 60}};
    struct fuzz_bytes bytes = {data, size};

    memset(&expected, 0, sizeof expected);
    expected.attribute = CONSOLE_ATTRIBUTE;
    console_reset();
    for (unsigned i = 0; i < 2; i++) {
        uint8_t kind = (uint8_t)fuzz_take(&bytes, 1);
        vt_init(&vts[i], sizes[kind % 4].columns, sizes[kind % 4].rows);
        vts[i].row = (uint16_t)((kind >> 3) % vts[i].rows);
        vts[i].line_feed_returns = (kind & 4) != 0;
        terminal_init(&screen_terminals[i], &vts[i].device);
        console_add(&screen_terminals[i]);
    }
    while (bytes.size > 0)
        step(&bytes);
    console_settle();
    for (unsigned i = 0; i < 2; i++)
        compare(&vts[i]);
    console_reset();
}
