/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/text_editor.h"

#include "shell/editor/key.h"

static struct text_editor *editor_of(struct program *p)
{
    return (struct text_editor *)p;
}

static struct document *document_of(struct program *p)
{
    return &editor_of(p)->document;
}

/* The picture. */

/* Scrolls until the cursor's line is shown. What was shown first may have been edited away. */
static void follow_cursor(struct text_editor *e)
{
    const struct document *d = &e->document;
    size_t rows = program_rows(&e->editor.program), line = document_line_start(d, d->cursor);
    e->top = document_line_start(d, MIN(e->top, document_end(d)));
    if (line <= e->top) {
        e->top = line;
        return;
    }
    size_t at = e->top;
    for (size_t row = 1; row < rows && at != DOCUMENT_NONE; row++) {
        at = document_next_line(d, at);
        if (at == line)
            return;
    }
    e->top = line;
    for (size_t row = 1; row < rows && e->top > d->start; row++)
        e->top = document_line_start(d, document_previous(d, e->top));
}

static void draw_line(struct text_editor *e, size_t row, size_t at)
{
    struct canvas *c = &e->editor.program.canvas;
    const struct document *d = &e->document;
    size_t column = 0;
    while (at < document_end(d) && column < e->left + c->columns) {
        uint32_t character;
        at = document_next(d, at, &character);
        size_t behind = document_column_behind(column, character);
        if (character == '\n')
            break;
        for (; column < behind; column++)
            if (column >= e->left)
                canvas_put(c, column - e->left, row, character == '\t' ? ' ' : character, false);
    }
    canvas_clear_from(c, column > e->left ? column - e->left : 0, row, false);
}

static void draw(struct program *p)
{
    struct text_editor *e = editor_of(p);
    struct canvas *c = &p->canvas;
    const struct document *d = &e->document;
    size_t column = document_column(d, d->cursor), last = c->rows - 1;
    follow_cursor(e);
    if (column < e->left || column >= e->left + c->columns)
        e->left = column < c->columns ? 0 : column - c->columns / 2;
    file_editor_title(&e->editor, "edit", d->wide ? "UCS-2" : "ASCII");
    size_t at = e->top;
    for (size_t row = 1; row < last; row++) {
        if (at <= d->cursor)
            c->cursor_row = row;
        if (at == DOCUMENT_NONE) {
            canvas_clear_from(c, 0, row, false);
            continue;
        }
        draw_line(e, row, at);
        at = document_next_line(d, at);
    }
    c->cursor_column = column - e->left;
    size_t end = canvas_format(c, 0, last, false, "Line %zu  Column %zu  %s  ", d->line, column + 1,
                               d->overwrite ? "Over  " : "Insert");
    end = canvas_format(c, MAX(end, 34u), last, false, "^E Help  ^S Save  ^Q Leave  ^F Search");
    canvas_clear_from(c, end, last, false);
}

/* Moving. */

static void left(struct program *p)
{
    document_left(document_of(p));
}

static void right(struct program *p)
{
    document_right(document_of(p));
}

static void up(struct program *p)
{
    document_up(document_of(p), 1);
}

static void down(struct program *p)
{
    document_down(document_of(p), 1);
}

static void page_up(struct program *p)
{
    document_up(document_of(p), program_rows(p) - 1);
}

static void page_down(struct program *p)
{
    document_down(document_of(p), program_rows(p) - 1);
}

static void home(struct program *p)
{
    document_home(document_of(p));
}

static void line_end(struct program *p)
{
    document_line_end(document_of(p));
}

static void go_to_line(struct program *p)
{
    uint64_t line;
    if (program_prompt_number(p, "Go to line:", false, &line))
        document_go_to_line(document_of(p), line);
}

/* Changing. */

static void report(struct program *p, EFI_STATUS status)
{
    if (status == EFI_UNSUPPORTED)
        program_say(p, "There are characters that the other encoding does not have");
    else
        (void)program_failed(p, status, "Not done");
}

static void delete (struct program *p)
{
    report(p, document_delete(document_of(p)));
}

static void cut_line(struct program *p)
{
    struct text_editor *e = editor_of(p);
    report(p, document_cut_line(&e->document, &e->cut, p->previous == cut_line));
}

static void paste(struct program *p)
{
    struct text_editor *e = editor_of(p);
    report(p, document_paste(&e->document, &e->cut));
}

static void switch_overwrite(struct program *p)
{
    document_of(p)->overwrite = !document_of(p)->overwrite;
}

static void switch_encoding(struct program *p)
{
    struct document *d = document_of(p);
    report(p, document_set_wide(d, !d->wide));
    editor_of(p)->top = d->start;
}

/* Searching. */

/* On to the next place behind the cursor, or at it. */
static bool find(struct text_editor *e, bool behind, size_t *ret_size)
{
    struct document *d = &e->document;
    struct program *p = &e->editor.program;
    size_t former = d->cursor, from = former;
    uint32_t unused;
    if (behind && from < document_end(d))
        from = document_next(d, from, &unused);
    EFI_STATUS status = document_find(d, &e->what, from, ret_size);
    if (status == EFI_NOT_FOUND) {
        program_say(p, "'%ls' is not there", text_string(&e->what));
        return false;
    }
    if (program_failed(p, status, "Not searched"))
        return false;
    if (d->cursor < from)
        program_say(p, "Went on from the first line");
    return true;
}

static void search_again(struct program *p)
{
    size_t size;
    if (editor_of(p)->what.length > 0)
        (void)find(editor_of(p), true, &size);
}

/* Asks what to search; nothing typed is what was searched before. */
static bool ask_what(struct text_editor *e)
{
    struct text answer = {0};
    bool given = program_prompt(&e->editor.program, "Search for:", &answer);
    if (given && answer.length > 0) {
        text_free(&e->what);
        e->what = answer;
    } else {
        text_free(&answer);
    }
    return given && e->what.length > 0;
}

static void search(struct program *p)
{
    if (ask_what(editor_of(p)))
        search_again(p);
}

/* From the cursor to the end, so that it ends also when the new text has the old one in it. */
static void replace_all(struct text_editor *e, char answer)
{
    struct document *d = &e->document;
    struct program *p = &e->editor.program;
    size_t size, at = d->cursor, count = 0;
    EFI_STATUS status = EFI_SUCCESS;
    while (answer != 'c' && !EFI_ERROR(status)) {
        status = document_find(d, &e->what, at, &size);
        if (EFI_ERROR(status) || d->cursor < at)
            break;
        if (answer != 'a')
            answer = program_ask(p, "Replace this one? (Yes, No, All, Cancel)", "ynac");
        if (answer == 'y' || answer == 'a') {
            status = document_replace(d, size, &e->by);
            count += !EFI_ERROR(status);
            at = d->cursor;
        } else if (answer == 'n') {
            at = d->cursor + size;
        }
    }
    if (d->cursor < at)
        document_move_to(d, MIN(at, document_end(d)));
    if (status == EFI_NOT_FOUND || !program_failed(p, status, "Not all was replaced"))
        program_say(p, "Replaced %zu times", count);
}

static void search_and_replace(struct program *p)
{
    struct text_editor *e = editor_of(p);
    text_clear(&e->by);
    if (ask_what(e) && program_prompt(p, "Replace by:", &e->by))
        replace_all(e, '\0');
}

static void typed(struct program *p, const EFI_KEY_DATA *key)
{
    char16_t c = key->Key.UnicodeChar;
    bool control = key_control_letter(key) != 0;
    if (c == '\r' || c == '\n')
        report(p, document_insert(document_of(p), '\n'));
    else if (c == '\b')
        report(p, document_backspace(document_of(p)));
    else if (!control && c != 0x7f && (c >= ' ' || c == '\t'))
        report(p, document_insert(document_of(p), c));
}

static const struct binding bindings[] = {
    {SCAN_F1, 'g', go_to_line, "Go to a line"},
    {SCAN_F2, 's', file_editor_save, "Save, also under another name"},
    {SCAN_F3, 'q', file_editor_leave, "Leave"},
    {SCAN_F4, 'f', search, "Search"},
    {SCAN_F5, 'r', search_and_replace, "Search and replace"},
    {SCAN_F6, 'k', cut_line, "Cut the line"},
    {SCAN_F7, 'u', paste, "Paste what was cut"},
    {SCAN_F8, 'o', file_editor_open, "Open a file"},
    {SCAN_F9, 't', switch_encoding, "ASCII or UCS-2"},
    {0, 'e', program_help, "Help"},
    {0, 'n', search_again, "Search the next one"},
    {0, 'l', program_redraw, "Draw the screen anew"},
    {SCAN_INSERT, 'p', switch_overwrite, "Insert or overwrite"},
    {SCAN_DELETE, 'd', delete, "Delete a character"},
    {SCAN_HOME, 'a', home, "Begin of the line"},
    {SCAN_END, 'z', line_end, "End of the line"},
    {SCAN_PAGE_UP, 'y', page_up, "A page up"},
    {SCAN_PAGE_DOWN, 'v', page_down, "A page down"},
    {SCAN_LEFT, '\0', left, NULL},
    {SCAN_RIGHT, '\0', right, NULL},
    {SCAN_UP, '\0', up, NULL},
    {SCAN_DOWN, '\0', down, NULL},
};

static void opened(struct file_editor *editor, void *data, size_t size)
{
    struct text_editor *e = (struct text_editor *)editor;
    document_close(&e->document);
    document_open(&e->document, data, size);
    e->top = e->document.start;
    e->left = 0;
}

void text_editor_init(struct text_editor *e, const struct screen_host *screen,
                      const struct file_host *files)
{
    *e = (struct text_editor){
        .editor =
            {.program =
                 {.canvas.host = screen,
                  .bindings = bindings,
                  .binding_count = ARRAY_SIZE(bindings),
                  .about =
                      "Lines cut one after another are pasted together. Searching\n"
                      "minds upper and lower case; Enter alone searches the former text again.",
                  .draw = draw,
                  .key = typed},
             .files = files,
             .bytes = &e->document.bytes,
             .opened = opened},
    };
    document_open(&e->document, NULL, 0);
}

void text_editor_free(struct text_editor *e)
{
    file_editor_close(&e->editor);
    document_close(&e->document);
    cut_lines_free(&e->cut);
    text_free(&e->what);
    text_free(&e->by);
}

EFI_STATUS text_editor_run(const struct screen_host *screen, const struct file_host *files,
                           const char16_t *name)
{
    struct text_editor e;
    text_editor_init(&e, screen, files);
    EFI_STATUS status = name != NULL ? file_editor_load(&e.editor, name) : EFI_SUCCESS;
    if (!EFI_ERROR(status))
        status = program_run(&e.editor.program);
    text_editor_free(&e);
    return status;
}
