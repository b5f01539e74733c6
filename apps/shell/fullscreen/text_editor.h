/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/document.h"
#include "shell/fullscreen/file_editor.h"

/* The program behind `edit`. */
struct text_editor {
    struct file_editor editor; /* the first member */
    struct document document;
    struct cut_lines cut;
    struct text what, by; /* searched for last, and put in its place */
    size_t top;           /* the line that is shown first */
    size_t left;          /* the first column that is shown */
};

/* Edits the file, or a new one when `name` is NULL. Errors of loading, and of the screen or
 * keyboard. */
EFI_STATUS text_editor_run(const struct screen_host *screen, const struct file_host *files,
                           const char16_t *name) MUST_CHECK;

/* For tests: the parts of it. */
void text_editor_init(struct text_editor *e, const struct screen_host *screen,
                      const struct file_host *files);
void text_editor_free(struct text_editor *e);
