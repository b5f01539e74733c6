/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/editor/line_editor.h"

/* A text screen as UEFI has it (2.10 §12.4), small, for the line editor. Moving outside of it
 * aborts the test. */

#define EDITOR_SCREEN_MOST 4096

struct screen_model {
    struct editor_screen screen;
    size_t columns, rows, column, row;
    size_t prompt; /* columns that clear() gives to the prompt again */
    size_t written;
    char16_t cells[EDITOR_SCREEN_MOST];
};

void screen_model_init(struct screen_model *model, size_t columns, size_t rows, size_t column,
                       size_t row);

/* Aborts unless the screen shows the editor's line, spaces behind it, and the cursor where it
 * belongs. */
void screen_model_check(const struct screen_model *model, const struct line_editor *editor);
