/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/vt.h"

#include <stdlib.h>
#include <string.h>

#include "console/glyph.h"
#include "lib/macros.h"

#define ESC 0x1b

static struct vt_cell blank_cell(const struct vt *vt)
{
    return (struct vt_cell){.character = ' ', .background = vt->background};
}

static void erase_row(struct vt *vt, uint16_t row, uint16_t from)
{
    for (uint16_t i = from; i < vt->columns; i++)
        vt->cells[row][i] = blank_cell(vt);
}

static void line_feed(struct vt *vt)
{
    vt->wrap_pending = false;
    if (vt->row + 1 < vt->rows) {
        vt->row++;
        return;
    }
    memmove(vt->cells[0], vt->cells[1], (vt->rows - 1u) * sizeof vt->cells[0]);
    erase_row(vt, vt->rows - 1, 0);
    vt->scrolled++;
}

static void print(struct vt *vt, uint32_t c)
{
    unsigned width = c <= 0xffff ? glyph_width((char16_t)c) : 1;
    if (width == 0 || c > 0xffff) {
        vt->failed = true; /* the encoder lets none of these through */
        return;
    }
    if (vt->wrap_pending || vt->column + width > vt->columns) {
        vt->column = 0;
        line_feed(vt);
    }
    struct vt_cell cell = {(uint16_t)c, (uint8_t)(vt->foreground + (vt->bold ? 100 : 0)),
                           vt->background};
    for (unsigned i = 0; i < width; i++) {
        vt->cells[vt->row][vt->column] = cell;
        cell.character = 0;
        if (vt->column + 1 < vt->columns) {
            vt->column++;
        } else if (vt->immediate_wrap) {
            vt->column = 0;
            line_feed(vt);
        } else {
            vt->wrap_pending = true;
        }
    }
}

static unsigned parse_numbers(const char *text, unsigned numbers[4])
{
    unsigned count = 0;
    for (;;) {
        char *end;
        numbers[count] = (unsigned)strtoul(text, &end, 10);
        count++;
        if (*end != ';' || count == 4)
            return count;
        text = end + 1;
    }
}

static void select_graphics(struct vt *vt, const unsigned *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned n = numbers[i];
        if (n == 0) {
            vt->bold = false;
            vt->foreground = vt->background = 0;
        } else if (n == 1) {
            vt->bold = true;
        } else if ((n >= 30 && n <= 37) || n == 90) {
            vt->foreground = (uint8_t)n;
        } else if (n >= 40 && n <= 47) {
            vt->background = (uint8_t)n;
        } else {
            vt->failed = true;
        }
    }
}

static void erase_below(struct vt *vt)
{
    erase_row(vt, vt->row, vt->column);
    for (uint16_t row = vt->row + 1; row < vt->rows; row++)
        erase_row(vt, row, 0);
}

static uint16_t at_least_one(unsigned number)
{
    return (uint16_t)MAX(1u, number);
}

static void control_sequence(struct vt *vt, char final)
{
    unsigned numbers[4] = {0};
    unsigned count = parse_numbers(vt->sequence + 2, numbers);
    uint16_t n = at_least_one(numbers[0]), m = at_least_one(numbers[1]);
    if (final != 'm' && final != 'h' && final != 'l')
        vt->wrap_pending = false;
    switch (final) {
    case 'A':
        vt->row -= MIN(vt->row, n);
        break;
    case 'B':
        vt->row = (uint16_t)MIN(vt->row + n, vt->rows - 1);
        break;
    case 'C':
        vt->column = (uint16_t)MIN(vt->column + n, vt->columns - 1);
        break;
    case 'D':
        vt->column -= MIN(vt->column, n);
        break;
    case 'H':
        vt->row = (uint16_t)(MIN(n, vt->rows) - 1);
        vt->column = (uint16_t)(MIN(m, vt->columns) - 1);
        break;
    case 'J':
        erase_below(vt);
        break;
    case 'n':
        vt->failed |= numbers[0] != 6; /* where the cursor is; a test answers, or not */
        break;
    case 'K':
        vt->failed |= numbers[0] != 2;
        erase_row(vt, vt->row, 0);
        break;
    case 'm':
        select_graphics(vt, numbers, count);
        break;
    case 'h':
    case 'l':
        vt->failed |= strncmp(vt->sequence + 2, "?25", 3) != 0;
        vt->cursor_hidden = final == 'l';
        break;
    default:
        vt->failed = true;
    }
}

static void save_cursor(struct vt *vt, bool save)
{
    if (save) {
        vt->saved_row = vt->row;
        vt->saved_column = vt->column;
        vt->saved_wrap_pending = vt->wrap_pending;
    } else {
        vt->row = vt->saved_row;
        vt->column = vt->saved_column;
        vt->wrap_pending = vt->saved_wrap_pending;
    }
}

static bool in_sequence(struct vt *vt, uint8_t byte)
{
    if (byte == ESC) {
        vt->sequence_length = 0;
    } else if (vt->sequence_length == 0) {
        return false;
    } else if (vt->sequence_length + 1 == sizeof vt->sequence) {
        vt->failed = true;
        vt->sequence_length = 0;
        return true;
    }
    vt->sequence[vt->sequence_length++] = (char)byte;
    vt->sequence[vt->sequence_length] = '\0';
    if (vt->sequence_length == 2 && (byte == '7' || byte == '8')) {
        save_cursor(vt, byte == '7');
        vt->sequence_length = 0;
    } else if (vt->sequence_length == 2) {
        vt->failed |= byte != '[';
    } else if (vt->sequence_length > 2 && byte >= 0x40) {
        control_sequence(vt, (char)byte);
        vt->sequence_length = 0;
    }
    return true;
}

static void control(struct vt *vt, uint8_t byte)
{
    switch (byte) {
    case '\b':
        vt->wrap_pending = false;
        vt->column -= vt->column > 0;
        break;
    case '\n':
        if (vt->line_feed_returns)
            vt->column = 0;
        line_feed(vt);
        break;
    case '\r':
        vt->wrap_pending = false;
        vt->column = 0;
        break;
    default:
        vt->failed = true;
    }
}

static void take_byte(struct vt *vt, uint8_t byte)
{
    if (in_sequence(vt, byte))
        return;
    if (byte < 0x20 || byte == 0x7f) {
        control(vt, byte);
    } else if (byte < 0x80) {
        print(vt, byte);
    } else if (byte >= 0xc0) {
        vt->utf8_left = byte >= 0xe0 ? 2 : 1;
        vt->utf8_value = byte & (byte >= 0xe0 ? 0x0f : 0x1f);
    } else if (vt->utf8_left > 0) {
        vt->utf8_value = vt->utf8_value << 6 | (byte & 0x3f);
        if (--vt->utf8_left == 0)
            print(vt, vt->utf8_value);
    } else {
        vt->failed = true;
    }
}

void vt_write(struct vt *vt, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        vt->bytes++;
        if (vt->log_length + 1 < sizeof vt->log)
            vt->log[vt->log_length++] = (char)bytes[i];
        take_byte(vt, bytes[i]);
    }
    vt->log[vt->log_length] = '\0';
}

void vt_clear_log(struct vt *vt)
{
    vt->log_length = 0;
    vt->log[0] = '\0';
}

static size_t device_write(struct character_device *device, const void *data, size_t size)
{
    struct vt *vt = CONTAINER_OF(device, struct vt, device);
    size_t taken = MIN(size, vt->take_at_most);
    vt_write(vt, data, taken);
    return taken;
}

static size_t device_read(struct character_device *device, void *data, size_t size)
{
    struct vt *vt = CONTAINER_OF(device, struct vt, device);
    size_t length = MIN(size, vt->typed_length);
    if (length == 0)
        return 0;
    memcpy(data, vt->typed, length);
    vt->typed += length;
    vt->typed_length -= length;
    return length;
}

static const struct character_operations operations = {.write = device_write, .read = device_read};

void vt_init(struct vt *vt, uint16_t columns, uint16_t rows)
{
    *vt = (struct vt){
        .device = {.operations = &operations, .name = "vt"},
        .columns = columns,
        .rows = rows,
        .row = rows - 1,
        .take_at_most = SIZE_MAX,
    };
    for (uint16_t row = 0; row < rows; row++)
        erase_row(vt, row, 0);
}
