/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/program.h"

#include <stdarg.h>

#include "lib/printf.h"
#include "lib/status_name.h"
#include "lib/ucs2.h"
#include "shell/editor/key.h"
#include "shell/editor/line_editor.h"

void program_say(struct program *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_text_va(p->message, sizeof p->message, format, args);
    va_end(args);
}

bool program_failed(struct program *p, EFI_STATUS status, const char *what)
{
    if (!EFI_ERROR(status))
        return false;
    if (status == EFI_OUT_OF_RESOURCES)
        program_say(p, "%s: there is no memory left", what);
    else
        program_say(p, "%s: %s", what, status_name(status));
    return true;
}

/* The program's picture; the last row is the message's while there is one. */
static void draw(struct program *p)
{
    p->draw(p);
    if (p->message[0] != '\0') {
        size_t row = p->canvas.rows - 1;
        canvas_clear_from(&p->canvas, canvas_format(&p->canvas, 0, row, false, "%s", p->message),
                          row, false);
    }
}

/* The next key, with the picture shown before there is a wait. False: there will be none. */
static bool next_key(struct program *p, void (*picture)(struct program *p, void *context),
                     void *context, EFI_KEY_DATA *ret)
{
    const struct screen_host *host = p->canvas.host;
    EFI_STATUS status = host->key(host->context, false, ret);
    if (status == EFI_NOT_READY) {
        status = canvas_open(&p->canvas);
        if (!EFI_ERROR(status)) {
            picture(p, context);
            canvas_show(&p->canvas);
            status = host->key(host->context, true, ret);
        }
    }
    if (!EFI_ERROR(status))
        return true;
    p->failure = status;
    p->leaves = true;
    return false;
}

static void ordinary_picture(struct program *p, void *context)
{
    draw(p);
}

static const struct binding *find_binding(const struct program *p, const EFI_KEY_DATA *key)
{
    char16_t letter = key_control_letter(key);
    if (key->Key.UnicodeChar == '\t')
        letter = '\t';
    for (size_t i = 0; i < p->binding_count; i++) {
        const struct binding *b = &p->bindings[i];
        if ((letter != 0 && letter == (unsigned char)b->letter) ||
            (key->Key.UnicodeChar == 0 && key->Key.ScanCode != 0 && key->Key.ScanCode == b->scan))
            return b;
    }
    return NULL;
}

EFI_STATUS program_run(struct program *p)
{
    EFI_KEY_DATA key;
    EFI_STATUS status = canvas_open(&p->canvas);
    if (EFI_ERROR(status))
        return status;
    while (!p->leaves && next_key(p, ordinary_picture, NULL, &key)) {
        const struct binding *binding = find_binding(p, &key);
        p->message[0] = '\0';
        if (binding != NULL)
            binding->run(p);
        else
            p->key(p, &key);
        p->previous = binding != NULL ? binding->run : NULL;
    }
    p->canvas.host->clear(p->canvas.host->context);
    canvas_close(&p->canvas);
    return p->failure;
}

/* Questions: the line editor edits, and the last row of the canvas shows as much as there is room
 * for. */

struct question {
    const char *text;
    const struct line_editor *editor; /* NULL: one key answers */
};

static void draw_question(struct program *p, void *context)
{
    const struct question *q = context;
    struct canvas *c = &p->canvas;
    size_t row = c->rows - 1;
    p->draw(p);
    size_t column = MIN(canvas_format(c, 0, row, false, "%s ", q->text), c->columns / 2);
    size_t room = c->columns - 1 - column, cursor = q->editor != NULL ? q->editor->cursor : 0;
    size_t first = cursor >= room ? cursor - room + 1 : 0;
    canvas_clear_from(c, column, row, false);
    for (size_t i = 0; q->editor != NULL && i < room && first + i < q->editor->line.length; i++)
        canvas_put(c, column + i, row, q->editor->line.data[first + i], false);
    c->cursor_column = column + cursor - first;
    c->cursor_row = row;
}

static void blind_get(void *context, size_t *ret_columns, size_t *ret_rows, size_t *ret_column,
                      size_t *ret_row)
{
    *ret_columns = 2 * EDITOR_LONGEST;
    *ret_rows = 1;
    *ret_column = *ret_row = 0;
}

static void blind_move(void *context, size_t column, size_t row)
{
}

static void blind_write(void *context, const char16_t *text)
{
}

static void blind_clear(void *context)
{
}

bool program_prompt(struct program *p, const char *question, struct text *ret)
{
    static const struct editor_screen blind = {blind_get, blind_move, blind_write, blind_clear,
                                               NULL};
    struct line_editor editor;
    struct question q = {question, &editor};
    enum editor_result result = EDITOR_MORE;
    EFI_KEY_DATA key;
    line_editor_open(&editor, &blind, text_string(ret));
    while (result == EDITOR_MORE) {
        if (!next_key(p, draw_question, &q, &key) || key.Key.ScanCode == SCAN_ESC)
            result = EDITOR_CANCEL;
        else
            result = line_editor_key(&editor, &key);
    }
    if (result == EDITOR_ACCEPT) {
        text_clear(ret);
        text_append_string(ret, text_string(&editor.line));
    }
    line_editor_close(&editor);
    if (ret->failed)
        program_say(p, "There is no memory left");
    return result == EDITOR_ACCEPT && !ret->failed;
}

bool program_prompt_number(struct program *p, const char *question, bool hex, uint64_t *ret)
{
    struct text answer = {0};
    bool given = program_prompt(p, question, &answer);
    if (given) {
        const char16_t *s = text_string(&answer);
        given = hex ? text_to_hex(s, ret) : text_to_number(s, ret, NULL);
        if (!given && *s != 0)
            program_say(p, "'%ls' is no number", s);
    }
    text_free(&answer);
    return given;
}

char program_ask(struct program *p, const char *question, const char *letters)
{
    struct question q = {question, NULL};
    EFI_KEY_DATA key;
    const char *letter = letters;
    while (letters[1] != '\0')
        letters++;
    while (next_key(p, draw_question, &q, &key)) {
        if (key.Key.ScanCode == SCAN_ESC || key_control_letter(&key) == 'c')
            break;
        for (const char *l = letter; *l != '\0'; l++)
            if (key.Key.UnicodeChar > ' ' && (key.Key.UnicodeChar | 0x20) == *l)
                return *l;
    }
    return *letters;
}

/* Help. */

static void draw_binding(struct canvas *c, size_t column, size_t row, const struct binding *b)
{
    if (b->scan >= SCAN_F1 && b->scan <= SCAN_F10)
        canvas_format(c, column, row, false, "F%u", b->scan - SCAN_F1 + 1u);
    if (b->letter != '\0')
        canvas_format(c, column + 4, row, false, "Ctrl-%c",
                      b->letter == '\t' ? 'I' : b->letter - 'a' + 'A');
    canvas_format(c, column + 12, row, false, "%s", b->help);
}

static void draw_help(struct program *p, void *context)
{
    struct canvas *c = &p->canvas;
    size_t listed = 0, columns = c->columns / 40 > 0 ? c->columns / 40 : 1, at = 0;
    for (size_t i = 0; i < p->binding_count; i++)
        listed += p->bindings[i].help != NULL;
    size_t each = (listed + columns - 1) / columns;
    for (size_t row = 0; row < c->rows; row++)
        canvas_clear_from(c, 0, row, row == 0);
    canvas_format(c, 1, 0, true, "Keys");
    for (size_t i = 0; i < p->binding_count; i++) {
        if (p->bindings[i].help == NULL)
            continue;
        draw_binding(c, 1 + at / each * 40, 2 + at % each, &p->bindings[i]);
        at++;
    }
    size_t row = 3 + each, column = 1;
    for (const char *s = p->about; *s != '\0'; s++) {
        column = *s == '\n' ? 1 : column + 1;
        if (*s == '\n')
            row++;
        else
            canvas_put(c, column - 1, row, (unsigned char)*s, false);
    }
    canvas_format(c, 0, c->rows - 1, false, "Press a key.");
    c->cursor_column = 12;
    c->cursor_row = c->rows - 1;
}

void program_help(struct program *p)
{
    EFI_KEY_DATA key;
    (void)next_key(p, draw_help, NULL, &key);
}

void program_redraw(struct program *p)
{
    canvas_forget(&p->canvas);
}
