/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Random keys over random files in both full-screen editors: the screen always shows the picture,
 * the cursor is on a character, and bytes that no key has to do with stay as they are. */
#include <stdlib.h>
#include <string.h>

#include "models/fullscreen.h"
#include "shell/fullscreen/text_editor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fullscreen_model model;
static struct text_editor text;
static struct hex_editor hex;

static uint8_t *before; /* the bytes at the last wait */
static size_t before_size, untouched_from, untouched_to;
static bool loose; /* a key was pressed that may change everything, maybe after a question */

static void check(bool condition)
{
    if (!condition)
        abort();
}

static bool touches_all(uint8_t key)
{
    return key == 0x80 + SCAN_F5 || key == 0x80 + SCAN_F8 || key == 0x80 + SCAN_F9 ||
           key == ('r' & 0x1f) || key == ('o' & 0x1f) || key == ('t' & 0x1f);
}

/* One key changes nothing but the cursor's line and its neighbours, unless it is made for that. */
static void check_bytes(const struct document *d)
{
    size_t now = gap_size(&d->bytes), least = untouched_from + untouched_to;
    const uint8_t *bytes = gap_flat((struct gap *)&d->bytes);
    if (model.key > 0 && touches_all(model.keys[model.key - 1]))
        loose = true;
    if (before != NULL && !loose) {
        check(now >= least && before_size >= least);
        check(untouched_from == 0 || memcmp(bytes, before, untouched_from) == 0);
        check(untouched_to == 0 || memcmp(bytes + now - untouched_to,
                                          before + before_size - untouched_to, untouched_to) == 0);
        check(d->bytes.modified || now == before_size);
    }
    free(before);
    before = malloc(now + 1);
    before_size = now;
    if (now > 0)
        memcpy(before, bytes, now);
    size_t start = document_line_start(d, d->cursor), next = document_next_line(d, d->cursor);
    untouched_from = start > d->start ? document_previous(d, start) : 0;
    untouched_to = next == DOCUMENT_NONE ? now - document_end(d) : now - next;
}

static void check_text(void *context)
{
    const struct document *d = &text.document;
    size_t line = 1, at = d->start;
    check(d->cursor >= d->start && d->cursor <= document_end(d));
    while (at < d->cursor) {
        uint32_t c;
        size_t next = document_next(d, at, &c);
        check(next > at && document_previous(d, next) == at);
        line += c == '\n';
        at = next;
    }
    check(at == d->cursor && line == d->line);
    check_bytes(d);
}

static void check_hex(void *context)
{
    const struct hex_buffer *b = &hex.buffer;
    check(b->cursor <= gap_size(&b->bytes) && (!b->low || b->cursor < gap_size(&b->bytes)));
    check(!b->fixed || gap_size(&b->bytes) > 0);
}

static void edit_text(void)
{
    model.waits = check_text;
    text_editor_init(&text, &model.screen, &model.files);
    check(file_editor_load(&text.editor, u"f") == EFI_SUCCESS);
    model.canvas = &text.editor.program.canvas;
    (void)!program_run(&text.editor.program);
    text_editor_free(&text);
}

static void edit_hex(void)
{
    model.waits = check_hex;
    hex_editor_init(&hex, &model.screen, &model.files, &model.regions);
    check(file_editor_load(&hex.editor, u"f") == EFI_SUCCESS);
    model.canvas = &hex.editor.program.canvas;
    (void)!program_run(&hex.editor.program);
    hex_editor_free(&hex);
}

/* The first bytes: what to edit with, the screen, and how much of the rest is the file; then the
 * file, then keys. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 512)
        return 0;
    size_t file_size = MIN((size_t)data[2] | (size_t)(data[3] & 3) << 8, size - 4);
    fullscreen_model_init(&model, 20 + data[1] % 70, 4 + data[1] % 30);
    (void)!fullscreen_model_save(&model, u"f", data + 4, file_size);
    model.file[0].read_only = (data[0] & 4) != 0;
    model.save_status = (data[0] & 8) != 0 ? EFI_VOLUME_FULL : EFI_SUCCESS;
    model.hurry = (data[0] & 2) != 0;
    model.keys = data + 4 + file_size;
    model.key_count = size - 4 - file_size;
    before = NULL;
    loose = model.hurry;
    if ((data[0] & 1) != 0)
        edit_hex();
    else
        edit_text();
    free(before);
    fullscreen_model_free(&model);
    return 0;
}
