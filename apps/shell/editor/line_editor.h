/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/simple_text_in_ex.h"
#include "shell/editor/history.h"
#include "shell/memory.h"
#include "shell/text.h"

/* Editing one line on a text screen (UEFI Shell 2.2 §3.2): arrows, Home, End, Insert, Delete, Esc,
 * history by Up, Down, Page Up (oldest) and Page Down (newest), completion by Tab and Shift-Tab;
 * and the usual control keys (A B D E F H K L N P U W). */

/* Where the line is shown. A screen wraps after its last column and scrolls after its last row. */
struct editor_screen {
    void (*get)(void *context, size_t *ret_columns, size_t *ret_rows, size_t *ret_column,
                size_t *ret_row);
    void (*move)(void *context, size_t column, size_t row);
    void (*write)(void *context, const char16_t *text);
    void (*clear)(void *context); /* and shows the prompt again */
    void *context;
};

/* What the word in front of the cursor can become. */
struct completion {
    struct arena arena; /* holds the candidates */
    size_t start;       /* where the word begins in the line */
    char16_t **candidates;
    size_t count;
};

struct editor_completer {
    void (*complete)(void *context, const char16_t *line, size_t cursor, struct completion *ret);
    void *context;
};

enum editor_result {
    EDITOR_MORE,   /* the line is not finished */
    EDITOR_ACCEPT, /* Enter */
    EDITOR_CANCEL, /* Ctrl-C */
};

struct line_editor {
    const struct editor_screen *screen;
    struct history *history;                  /* NULL: none */
    const struct editor_completer *completer; /* NULL: none */

    struct text line;
    size_t cursor;
    bool overwrite;

    size_t age; /* of the history line that is shown, 0: none */
    struct text unfinished;

    struct completion completion; /* while only Tab is pressed */
    bool completing;
    size_t candidate, completed; /* the one that is shown, and its length */

    /* On the screen: the line begins in `column` of `row`, which is negative when that has scrolled
     * away. */
    size_t columns, rows, column;
    ptrdiff_t row;
    size_t shown; /* characters of the line, or spaces, that were drawn */
};

/* Begins with an empty line, or with `text` (may be NULL), at the screen's cursor. */
void line_editor_open(struct line_editor *editor, const struct editor_screen *screen,
                      const char16_t *text);
void line_editor_close(struct line_editor *editor);

/* Takes one key. After EDITOR_ACCEPT and EDITOR_CANCEL the screen's cursor is behind the line. */
enum editor_result line_editor_key(struct line_editor *editor, const EFI_KEY_DATA *key);

/* The longest line that can be typed, in characters. */
#define EDITOR_LONGEST 32768
