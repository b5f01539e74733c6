/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/hex_editor.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/editor/key.h"
#include "shell/fullscreen/hex_region.h"
#include "shell/memory.h"

#define ROW 16

static struct hex_editor *editor_of(struct program *p)
{
    return (struct hex_editor *)p;
}

static struct hex_buffer *buffer_of(struct program *p)
{
    return &editor_of(p)->buffer;
}

/* The picture. */

static int address_digits(const struct hex_editor *e)
{
    uint64_t last = e->base + gap_size(&e->buffer.bytes);
    return last <= UINT32_MAX ? 8 : last < 1ull << 48 ? 12 : 16;
}

static size_t byte_column(int digits, size_t in_row)
{
    return (size_t)digits + 1 + in_row * 3 + (in_row >= ROW / 2);
}

static void draw_row(struct hex_editor *e, size_t row, size_t at)
{
    struct canvas *c = &e->editor.program.canvas;
    const struct hex_buffer *b = &e->buffer;
    int digits = address_digits(e);
    size_t size = gap_size(&b->bytes);
    canvas_clear_from(c, 0, row, false);
    if (at > size)
        return;
    canvas_format(c, 0, row, false, "%0*llX", digits, (unsigned long long)(e->base + at));
    for (size_t i = 0; i < ROW && at + i < size; i++) {
        uint8_t byte = gap_byte(&b->bytes, at + i);
        bool selected = hex_is_selected(b, at + i);
        canvas_format(c, byte_column(digits, i), row, selected, "%02X", byte);
        canvas_put(c, byte_column(digits, ROW) + 1 + i, row,
                   byte >= 0x20 && byte < 0x7f ? byte : '.', selected);
    }
}

static void follow_cursor(struct hex_editor *e)
{
    size_t shown = program_rows(&e->editor.program) * ROW, line = e->buffer.cursor / ROW * ROW;
    if (line < e->top)
        e->top = line;
    else if (line - e->top >= shown)
        e->top = line - shown + ROW;
}

static void draw(struct program *p)
{
    struct hex_editor *e = editor_of(p);
    struct canvas *c = &p->canvas;
    const struct hex_buffer *b = &e->buffer;
    size_t last = c->rows - 1;
    static const char *const kinds[] = {"file", "disk blocks", "memory"};
    follow_cursor(e);
    file_editor_title(&e->editor, "hexedit", kinds[e->region.kind]);
    for (size_t row = 1; row < last; row++)
        draw_row(e, row, e->top + (row - 1) * ROW);
    c->cursor_row = 1 + (b->cursor - e->top) / ROW;
    c->cursor_column = byte_column(address_digits(e), b->cursor % ROW) + b->low;
    size_t end = canvas_format(c, 0, last, false, "0x%llX  %zu bytes  %s  ",
                               (unsigned long long)(e->base + b->cursor), gap_size(&b->bytes),
                               b->insert && !b->fixed ? "Insert" : "Over  ");
    end = canvas_format(c, MAX(end, 34u), last, false, "^E Help  ^S Save  ^Q Leave  ^G Go to");
    canvas_clear_from(c, end, last, false);
}

/* Moving. */

static void left(struct program *p)
{
    hex_left(buffer_of(p));
}

static void right(struct program *p)
{
    hex_right(buffer_of(p));
}

static void move_rows(struct program *p, size_t rows, bool down)
{
    struct hex_buffer *b = buffer_of(p);
    size_t by = rows * ROW, in_row = b->cursor % ROW;
    bool low = b->low;
    if (down)
        hex_move_to(b, (uint64_t)b->cursor + by);
    else
        hex_move_to(b, b->cursor >= by ? b->cursor - by : in_row);
    b->low = low && b->cursor < gap_size(&b->bytes);
}

static void up(struct program *p)
{
    move_rows(p, 1, false);
}

static void down(struct program *p)
{
    move_rows(p, 1, true);
}

static void page_up(struct program *p)
{
    move_rows(p, program_rows(p) - 1, false);
}

static void page_down(struct program *p)
{
    move_rows(p, program_rows(p) - 1, true);
}

static void home(struct program *p)
{
    hex_move_to(buffer_of(p), buffer_of(p)->cursor / ROW * ROW);
}

static void row_end(struct program *p)
{
    hex_move_to(buffer_of(p), (uint64_t)(buffer_of(p)->cursor / ROW * ROW) + ROW - 1);
}

static void go_to(struct program *p)
{
    const struct hex_editor *e = editor_of(p);
    uint64_t at;
    if (program_prompt_number(p, "Go to offset 0x", true, &at))
        hex_move_to(buffer_of(p), at > e->base ? at - e->base : 0);
}

/* Changing. */

static void report(struct program *p, EFI_STATUS status)
{
    if (status == EFI_BAD_BUFFER_SIZE)
        program_say(p, "The size cannot change here");
    else if (status == EFI_NOT_FOUND)
        program_say(p, "Nothing is selected: ^T is where it begins, ^D where it ends");
    else
        (void)program_failed(p, status, "Not done");
}

static void delete (struct program *p)
{
    report(p, hex_delete(buffer_of(p)));
}

static void switch_insert(struct program *p)
{
    buffer_of(p)->insert = !buffer_of(p)->insert;
}

static void select_first(struct program *p)
{
    hex_select_first(buffer_of(p));
}

static void select_last(struct program *p)
{
    hex_select_last(buffer_of(p));
}

static void cut(struct program *p)
{
    report(p, hex_cut(buffer_of(p)));
}

static void paste(struct program *p)
{
    report(p, hex_paste(buffer_of(p)));
}

static void typed(struct program *p, const EFI_KEY_DATA *key)
{
    char16_t c = key->Key.UnicodeChar;
    if (c == '\b')
        report(p, hex_backspace(buffer_of(p)));
    else if (key_control_letter(key) != 0)
        return;
    else if (c >= '0' && c <= '9')
        report(p, hex_type(buffer_of(p), (uint8_t)(c - '0')));
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        report(p, hex_type(buffer_of(p), (uint8_t)((c | 0x20) - 'a' + 10)));
}

static void open_region(struct program *p, struct region *region, const char *first,
                        const char *count)
{
    struct hex_editor *e = editor_of(p);
    if (program_prompt_number(p, first, true, &region->first) &&
        program_prompt_number(p, count, true, &region->count))
        (void)program_failed(p, hex_region_load(e, region), "Cannot be opened");
}

static void open_disk(struct program *p)
{
    struct region region = {.kind = REGION_DISK};
    struct text name = {0};
    if (file_editor_may_drop(&editor_of(p)->editor) && program_prompt(p, "Open disk:", &name) &&
        name.length > 0 && name.length < ARRAY_SIZE(region.disk)) {
        memcpy(region.disk, name.data, name.length * sizeof *name.data);
        open_region(p, &region, "First block 0x", "Number of blocks 0x");
    }
    text_free(&name);
}

static void open_memory(struct program *p)
{
    struct region region = {.kind = REGION_MEMORY};
    if (file_editor_may_drop(&editor_of(p)->editor))
        open_region(p, &region, "Open memory at 0x", "Number of bytes 0x");
}

static const struct binding bindings[] = {
    {SCAN_F1, 'g', go_to, "Go to an offset"},
    {SCAN_F2, 's', file_editor_save, "Save, a file also under another name"},
    {SCAN_F3, 'q', file_editor_leave, "Leave"},
    {SCAN_F4, 't', select_first, "Select from here"},
    {SCAN_F5, 'd', select_last, "Select up to here"},
    {SCAN_F6, 'x', cut, "Cut"},
    {SCAN_F7, 'v', paste, "Paste"},
    {SCAN_F8, 'o', file_editor_open, "Open a file"},
    {SCAN_F9, '\t', open_disk, "Open blocks of a disk"},
    {SCAN_F10, 'l', open_memory, "Open memory"},
    {0, 'e', program_help, "Help"},
    {0, 'r', program_redraw, "Draw the screen anew"},
    {SCAN_INSERT, 'p', switch_insert, "Insert or overwrite"},
    {SCAN_DELETE, 'k', delete, "Delete a byte"},
    {SCAN_HOME, 'a', home, "Begin of the row"},
    {SCAN_END, 'z', row_end, "End of the row"},
    {SCAN_PAGE_UP, 'b', page_up, "A page up"},
    {SCAN_PAGE_DOWN, 'f', page_down, "A page down"},
    {SCAN_LEFT, '\0', left, NULL},
    {SCAN_RIGHT, '\0', right, NULL},
    {SCAN_UP, '\0', up, NULL},
    {SCAN_DOWN, '\0', down, NULL},
};

static void opened(struct file_editor *editor, void *data, size_t size)
{
    struct hex_editor *e = (struct hex_editor *)editor;
    hex_region_forget(e);
    hex_open(&e->buffer, data, size, false);
}

void hex_editor_init(struct hex_editor *e, const struct screen_host *screen,
                     const struct file_host *files, const struct region_host *regions)
{
    *e = (struct hex_editor){
        .editor =
            {.program = {.canvas.host = screen,
                         .bindings = bindings,
                         .binding_count = ARRAY_SIZE(bindings),
                         .about = "Type hexadecimal digits. What is pasted into a file is put in,\n"
                                  "on disks and in memory it goes over what is there.",
                         .draw = draw,
                         .key = typed},
             .files = files,
             .bytes = &e->buffer.bytes,
             .opened = opened},
        .regions = regions,
    };
    hex_open(&e->buffer, NULL, 0, false);
}

void hex_editor_free(struct hex_editor *e)
{
    hex_region_forget(e);
    file_editor_close(&e->editor);
    hex_close(&e->buffer);
}

EFI_STATUS hex_editor_run(const struct screen_host *screen, const struct file_host *files,
                          const struct region_host *regions, const struct region *region,
                          const char16_t *name)
{
    struct hex_editor e;
    EFI_STATUS status = EFI_SUCCESS;
    hex_editor_init(&e, screen, files, regions);
    if (region->kind != REGION_FILE)
        status = hex_region_load(&e, region);
    else if (name != NULL)
        status = file_editor_load(&e.editor, name);
    if (!EFI_ERROR(status))
        status = program_run(&e.editor.program);
    hex_editor_free(&e);
    return status;
}
