/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/gap.h"
#include "shell/fullscreen/program.h"

/* What editors of files have in common: a name, loading and saving, and that no change is lost
 * without a question. A file is written only when the user says so. */

struct file_host {
    /* Memory of shell_alloc(). EFI_NOT_FOUND: a new file. */
    EFI_STATUS(*load)
    (void *context, const char16_t *name, void **ret, size_t *ret_size, bool *ret_read_only);
    EFI_STATUS (*save)(void *context, const char16_t *name, const void *data, size_t size);
    bool (*exists)(void *context, const char16_t *name);
    void *context;
};

struct file_editor {
    struct program program; /* the first member: bindings get this */
    const struct file_host *files;
    struct text name; /* empty: none yet */
    bool read_only;
    struct gap *bytes;
    /* New content, of memory that it takes over. */
    void (*opened)(struct file_editor *e, void *data, size_t size);
    /* Saves what is no file; NULL: it is one. */
    EFI_STATUS (*save)(struct file_editor *e);
};

/* Loads the file, and says when it is new. On an error everything stays as it was. */
EFI_STATUS file_editor_load(struct file_editor *e, const char16_t *name) MUST_CHECK;
void file_editor_close(struct file_editor *e);

/* Bindings. */
void file_editor_save(struct program *p);
void file_editor_leave(struct program *p);
void file_editor_open(struct program *p);

/* Asks what shall become of changes; false: nothing is to happen. */
bool file_editor_may_drop(struct file_editor *e);

/* Draws the first row: the program, the file, and what is to be known of it. */
void file_editor_title(struct file_editor *e, const char *program, const char *kind);
