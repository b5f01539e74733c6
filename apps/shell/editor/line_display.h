/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/editor/line_editor.h"

/* The line editor's picture: draws what changed, follows the screen as it scrolls, and keeps the
 * cursor in sight when the line is larger than the screen. */
void line_display_begin(struct line_editor *editor);

/* The line changed from character `from` on. */
void line_display_draw(struct line_editor *editor, size_t from);
void line_display_show_cursor(struct line_editor *editor);

/* An empty screen with the prompt and the line on it. */
void line_display_clear(struct line_editor *editor);
