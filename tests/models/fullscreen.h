/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/file_editor.h"
#include "shell/fullscreen/hex_editor.h"

/* A screen, a keyboard, files, a disk and memory for full-screen programs. Writing outside of the
 * screen, or so that it scrolls, aborts the test. */

#define MODEL_COLUMNS 132
#define MODEL_ROWS    50
#define MODEL_FILES   3
#define MODEL_REGION  1024

struct model_file {
    char16_t name[32]; /* empty: there is none */
    uint8_t *data;
    size_t size;
    bool read_only;
};

struct fullscreen_model {
    struct screen_host screen;
    struct file_host files;
    struct region_host regions;

    size_t columns, rows, column, row;
    uint32_t cells[MODEL_ROWS * MODEL_COLUMNS];
    size_t written; /* characters */

    /* A byte is a key: 0x80 + a scan code, else a character. When they are out the keyboard is
     * gone.
     */
    const uint8_t *keys;
    size_t key_count, key;
    bool hurry;                  /* keys come faster than the screen is looked at */
    const struct canvas *canvas; /* what the screen must show whenever a key is waited for */
    void (*waits)(void *context);
    void *context;

    struct model_file file[MODEL_FILES];
    EFI_STATUS save_status;
    uint8_t region[MODEL_REGION];
    size_t unit, region_writes;
};

void fullscreen_model_init(struct fullscreen_model *model, size_t columns, size_t rows);
void fullscreen_model_free(struct fullscreen_model *model);
struct model_file *fullscreen_model_file(struct fullscreen_model *model, const char16_t *name);
EFI_STATUS fullscreen_model_save(struct fullscreen_model *model, const char16_t *name,
                                 const void *data, size_t size);

/* A row of the screen as UTF-8, without the blanks at its end; in static memory. */
const char *fullscreen_model_row(const struct fullscreen_model *model, size_t row);

#define KEY_UP        "\x81"
#define KEY_DOWN      "\x82"
#define KEY_RIGHT     "\x83"
#define KEY_LEFT      "\x84"
#define KEY_HOME      "\x85"
#define KEY_END       "\x86"
#define KEY_INSERT    "\x87"
#define KEY_DELETE    "\x88"
#define KEY_PAGE_UP   "\x89"
#define KEY_PAGE_DOWN "\x8a"
#define KEY_ESC       "\x97"
