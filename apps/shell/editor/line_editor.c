/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/editor/line_editor.h"

#include "lib/ucs2.h"
#include "shell/editor/key.h"
#include "shell/editor/line_display.h"

void line_editor_open(struct line_editor *e, const struct editor_screen *screen,
                      const char16_t *text)
{
    *e = (struct line_editor){.screen = screen};
    line_display_begin(e);
    if (text != NULL) {
        text_append_string(&e->line, text);
        e->cursor = e->line.length;
        line_display_draw(e, 0);
    }
}

static void end_completion(struct line_editor *e)
{
    arena_free(&e->completion.arena);
    e->completion = (struct completion){0};
    e->completing = false;
}

void line_editor_close(struct line_editor *e)
{
    end_completion(e);
    text_free(&e->line);
    text_free(&e->unfinished);
}

/* Replaces a part of the line; the cursor goes behind it. Without memory, and for a line that would
 * be too long, nothing happens. */
static void replace(struct line_editor *e, size_t at, size_t removed, const char16_t *s,
                    size_t length)
{
    if (e->line.length - removed + length > EDITOR_LONGEST)
        return;
    text_replace(&e->line, at, removed, s, length);
    if (e->line.failed) {
        e->line.failed = false;
        return;
    }
    e->cursor = at + length;
    line_display_draw(e, at);
}

static void insert(struct line_editor *e, char16_t c)
{
    bool over = e->overwrite && e->cursor < e->line.length;
    replace(e, e->cursor, over ? 1 : 0, &c, 1);
}

static void set_line(struct line_editor *e, const char16_t *s)
{
    replace(e, 0, e->line.length, s, ucs2_length(s, SIZE_MAX));
}

static void move_to(struct line_editor *e, size_t cursor)
{
    e->cursor = cursor;
    line_display_show_cursor(e);
}

static bool in_word(const struct line_editor *e, size_t at)
{
    return !text_is_space(e->line.data[at]);
}

static size_t word_left(const struct line_editor *e)
{
    size_t at = e->cursor;
    while (at > 0 && !in_word(e, at - 1))
        at--;
    while (at > 0 && in_word(e, at - 1))
        at--;
    return at;
}

static size_t word_right(const struct line_editor *e)
{
    size_t at = e->cursor;
    while (at < e->line.length && !in_word(e, at))
        at++;
    while (at < e->line.length && in_word(e, at))
        at++;
    return at;
}

/* Shows the history line of this age; 0 is the line that was being typed. */
static void show_history(struct line_editor *e, size_t age)
{
    const char16_t *s = e->history != NULL ? history_get(e->history, age) : NULL;
    if (age == e->age || (age > 0 && s == NULL))
        return;
    if (e->age == 0) {
        text_clear(&e->unfinished);
        text_append(&e->unfinished, text_string(&e->line), e->line.length);
    }
    e->age = age;
    set_line(e, age > 0 ? s : text_string(&e->unfinished));
}

static size_t oldest(const struct line_editor *e)
{
    return e->history != NULL ? e->history->count : 0;
}

static void complete(struct line_editor *e, bool backward)
{
    struct completion *c = &e->completion;
    if (e->completer == NULL)
        return;
    if (!e->completing) {
        e->completer->complete(e->completer->context, text_string(&e->line), e->cursor, c);
        if (c->count == 0) {
            end_completion(e);
            return;
        }
        e->completing = true;
        e->candidate = backward ? c->count - 1 : 0;
        e->completed = e->cursor - c->start;
    } else {
        e->candidate = (e->candidate + (backward ? c->count - 1 : 1)) % c->count;
    }
    const char16_t *s = c->candidates[e->candidate];
    size_t length = ucs2_length(s, SIZE_MAX);
    replace(e, c->start, e->completed, s, length);
    e->completed = e->cursor - c->start;
}

static void control_key(struct line_editor *e, char16_t letter)
{
    switch (letter) {
    case 'a':
        move_to(e, 0);
        break;
    case 'b':
        move_to(e, e->cursor - (e->cursor > 0));
        break;
    case 'd':
        if (e->cursor < e->line.length)
            replace(e, e->cursor, 1, u"", 0);
        break;
    case 'e':
        move_to(e, e->line.length);
        break;
    case 'f':
        move_to(e, e->cursor + (e->cursor < e->line.length));
        break;
    case 'h':
        if (e->cursor > 0)
            replace(e, e->cursor - 1, 1, u"", 0);
        break;
    case 'k':
        replace(e, e->cursor, e->line.length - e->cursor, u"", 0);
        break;
    case 'l':
        line_display_clear(e);
        break;
    case 'n':
        show_history(e, e->age - (e->age > 0));
        break;
    case 'p':
        show_history(e, e->age + 1);
        break;
    case 'u':
        replace(e, 0, e->cursor, u"", 0);
        break;
    case 'w': {
        size_t at = word_left(e);
        replace(e, at, e->cursor - at, u"", 0);
        break;
    }
    }
}

static void alt_key(struct line_editor *e, char16_t letter)
{
    if (letter == 'b')
        move_to(e, word_left(e));
    else if (letter == 'f')
        move_to(e, word_right(e));
    else if (letter == 'd')
        replace(e, e->cursor, word_right(e) - e->cursor, u"", 0);
    else if (letter == '\b')
        control_key(e, 'w');
}

static void scan_key(struct line_editor *e, uint16_t scan, bool control)
{
    switch (scan) {
    case SCAN_LEFT:
        if (control)
            move_to(e, word_left(e));
        else
            control_key(e, 'b');
        break;
    case SCAN_RIGHT:
        if (control)
            move_to(e, word_right(e));
        else
            control_key(e, 'f');
        break;
    case SCAN_HOME:
        move_to(e, 0);
        break;
    case SCAN_END:
        move_to(e, e->line.length);
        break;
    case SCAN_DELETE:
        control_key(e, 'd');
        break;
    case SCAN_INSERT:
        e->overwrite = !e->overwrite;
        break;
    case SCAN_ESC:
        replace(e, 0, e->line.length, u"", 0);
        break;
    case SCAN_UP:
        show_history(e, e->age + 1);
        break;
    case SCAN_DOWN:
        show_history(e, e->age - (e->age > 0));
        break;
    case SCAN_PAGE_UP:
        show_history(e, oldest(e));
        break;
    case SCAN_PAGE_DOWN:
        show_history(e, MIN(e->age, (size_t)1));
        break;
    }
}

enum editor_result line_editor_key(struct line_editor *e, const EFI_KEY_DATA *key)
{
    uint32_t shift = key_shift(key);
    bool control = (shift & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED)) != 0;
    bool alt = (shift & (EFI_LEFT_ALT_PRESSED | EFI_RIGHT_ALT_PRESSED)) != 0;
    char16_t c = key->Key.UnicodeChar, letter = key_control_letter(key);
    if (c == '\t' && !control) {
        complete(e, (shift & (EFI_LEFT_SHIFT_PRESSED | EFI_RIGHT_SHIFT_PRESSED)) != 0);
        return EDITOR_MORE;
    }
    if (e->completing)
        end_completion(e);
    if (c == '\r' || c == '\n' || letter == 'c') {
        move_to(e, e->line.length);
        return letter == 'c' ? EDITOR_CANCEL : EDITOR_ACCEPT;
    }
    if (letter != 0)
        control_key(e, letter);
    else if (alt && c != 0)
        alt_key(e, c);
    else if (c == '\b')
        control_key(e, 'h');
    else if (c >= 0x20 && c != 0x7f)
        insert(e, c);
    else
        scan_key(e, key->Key.ScanCode, control);
    return EDITOR_MORE;
}
