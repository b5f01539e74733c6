/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/fullscreen.h"

#include <string.h>

#include "core/panic.h"
#include "lib/assert.h"
#include "lib/ucs2.h"
#include "shell/memory.h"

static void get_size(void *context, size_t *ret_columns, size_t *ret_rows)
{
    const struct fullscreen_model *m = context;
    *ret_columns = m->columns;
    *ret_rows = m->rows;
}

static void clear(void *context)
{
    struct fullscreen_model *m = context;
    for (size_t i = 0; i < m->columns * m->rows; i++)
        m->cells[i] = ' ';
    m->column = m->row = 0;
}

static void move(void *context, size_t column, size_t row)
{
    struct fullscreen_model *m = context;
    ASSERT(column < m->columns && row < m->rows);
    m->column = column;
    m->row = row;
}

static void write(void *context, const char16_t *text, bool inverse)
{
    struct fullscreen_model *m = context;
    ASSERT(*text != 0);
    for (; *text != 0; text++) {
        ASSERT(*text >= ' ');
        m->cells[m->row * m->columns + m->column] = *text | (inverse ? CANVAS_INVERSE : 0);
        m->written++;
        if (++m->column < m->columns)
            continue;
        ASSERT(m->row + 1 < m->rows);
        m->column = 0;
        m->row++;
    }
}

static void check_screen(const struct fullscreen_model *m)
{
    const struct canvas *c = m->canvas;
    for (size_t i = 0; i < c->columns * c->rows; i++)
        if (m->cells[i] != c->wanted[i])
            panic("cell %zu shows %05x instead of %05x", i, m->cells[i], c->wanted[i]);
    ASSERT(m->column == c->cursor_column && m->row == c->cursor_row);
}

static EFI_STATUS key(void *context, bool wait, EFI_KEY_DATA *ret)
{
    struct fullscreen_model *m = context;
    if (!wait && !m->hurry)
        return EFI_NOT_READY;
    if (wait && m->canvas != NULL)
        check_screen(m);
    if (wait && m->waits != NULL)
        m->waits(m->context);
    if (m->key == m->key_count)
        return wait ? EFI_UNSUPPORTED : EFI_NOT_READY;
    uint8_t byte = m->keys[m->key++];
    *ret = (EFI_KEY_DATA){0};
    if (byte >= 0x80 && byte < 0xa0)
        ret->Key.ScanCode = byte - 0x80;
    else
        ret->Key.UnicodeChar = byte == 0xff ? 0x20ac : byte;
    return EFI_SUCCESS;
}

struct model_file *fullscreen_model_file(struct fullscreen_model *m, const char16_t *name)
{
    for (size_t i = 0; i < MODEL_FILES; i++)
        if (*name != 0 && ucs2_equal(m->file[i].name, name))
            return &m->file[i];
    return NULL;
}

static EFI_STATUS load(void *context, const char16_t *name, void **ret, size_t *ret_size,
                       bool *ret_read_only)
{
    const struct model_file *file = fullscreen_model_file(context, name);
    if (file == NULL)
        return EFI_NOT_FOUND;
    void *data = shell_alloc(file->size + 1);
    if (file->size > 0)
        memcpy(data, file->data, file->size);
    *ret = data;
    *ret_size = file->size;
    *ret_read_only = file->read_only;
    return EFI_SUCCESS;
}

EFI_STATUS fullscreen_model_save(struct fullscreen_model *m, const char16_t *name, const void *data,
                                 size_t size)
{
    struct model_file *file = fullscreen_model_file(m, name);
    for (size_t i = 0; i < MODEL_FILES && file == NULL; i++)
        if (m->file[i].name[0] == 0)
            file = &m->file[i];
    size_t length = ucs2_length(name, SIZE_MAX);
    if (file == NULL || length >= ARRAY_SIZE(file->name))
        return EFI_VOLUME_FULL;
    shell_free(file->data);
    memcpy(file->name, name, (length + 1) * sizeof *name);
    file->data = shell_alloc(size + 1);
    file->size = size;
    if (size > 0)
        memcpy(file->data, data, size);
    return EFI_SUCCESS;
}

static EFI_STATUS save(void *context, const char16_t *name, const void *data, size_t size)
{
    struct fullscreen_model *m = context;
    return EFI_ERROR(m->save_status) ? m->save_status : fullscreen_model_save(m, name, data, size);
}

static bool exists(void *context, const char16_t *name)
{
    return fullscreen_model_file(context, name) != NULL;
}

/* The region's place among the model's bytes. */
static bool place(const struct fullscreen_model *m, const struct region *r, size_t *ret_at,
                  size_t *ret_size, size_t *ret_unit)
{
    size_t unit = r->kind == REGION_DISK ? m->unit : 1;
    if (r->first > MODEL_REGION / unit || r->count == 0 || r->count > MODEL_REGION / unit ||
        r->first + r->count > MODEL_REGION / unit)
        return false;
    *ret_at = r->first * unit;
    *ret_size = r->count * unit;
    *ret_unit = unit;
    return true;
}

static EFI_STATUS read_region(void *context, const struct region *r, void **ret, size_t *ret_size,
                              size_t *ret_unit)
{
    struct fullscreen_model *m = context;
    size_t at, size;
    if (!place(m, r, &at, &size, ret_unit))
        return EFI_INVALID_PARAMETER;
    *ret = shell_alloc(size);
    memcpy(*ret, m->region + at, size);
    *ret_size = size;
    return EFI_SUCCESS;
}

static EFI_STATUS write_region(void *context, const struct region *r, size_t from, const void *data,
                               size_t count)
{
    struct fullscreen_model *m = context;
    size_t at, size, unit;
    ASSERT(place(m, r, &at, &size, &unit));
    ASSERT(from % unit == 0 && count % unit == 0 && from + count <= size);
    memcpy(m->region + at + from, data, count);
    m->region_writes++;
    return EFI_SUCCESS;
}

void fullscreen_model_init(struct fullscreen_model *m, size_t columns, size_t rows)
{
    *m = (struct fullscreen_model){
        .screen = {get_size, clear, move, write, key, m},
        .files = {load, save, exists, m},
        .regions = {read_region, write_region, m},
        .columns = columns,
        .rows = rows,
        .unit = 64,
    };
    ASSERT(columns <= MODEL_COLUMNS && rows <= MODEL_ROWS);
    for (size_t i = 0; i < MODEL_REGION; i++)
        m->region[i] = (uint8_t)i;
}

void fullscreen_model_free(struct fullscreen_model *m)
{
    for (size_t i = 0; i < MODEL_FILES; i++)
        shell_free(m->file[i].data);
}

const char *fullscreen_model_row(const struct fullscreen_model *m, size_t row)
{
    static char text[3 * MODEL_COLUMNS + 1];
    char16_t wide[MODEL_COLUMNS + 1];
    size_t length = m->columns;
    while (length > 0 && (m->cells[row * m->columns + length - 1] & 0xffff) == ' ')
        length--;
    for (size_t i = 0; i < length; i++)
        wide[i] = (char16_t)m->cells[row * m->columns + i];
    wide[length] = 0;
    utf8_from_ucs2(text, sizeof text, wide);
    return text;
}
