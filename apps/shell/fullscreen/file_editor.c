/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/file_editor.h"

#include "lib/ucs2.h"
#include "shell/memory.h"

static struct file_editor *editor_of(struct program *p)
{
    return (struct file_editor *)p;
}

EFI_STATUS file_editor_load(struct file_editor *e, const char16_t *name)
{
    void *data = NULL;
    size_t size = 0;
    bool read_only = false;
    struct text copy = {0};
    text_append_string(&copy, name);
    EFI_STATUS status = copy.failed
                            ? EFI_OUT_OF_RESOURCES
                            : e->files->load(e->files->context, name, &data, &size, &read_only);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND) {
        text_free(&copy);
        return status;
    }
    text_free(&e->name);
    e->name = copy;
    e->read_only = read_only;
    e->opened(e, data, size);
    e->bytes->modified = false;
    if (EFI_ERROR(status))
        program_say(&e->program, "A new file");
    return EFI_SUCCESS;
}

void file_editor_close(struct file_editor *e)
{
    text_free(&e->name);
}

static bool may_write(struct file_editor *e, const struct text *name)
{
    bool same = ucs2_equal(text_string(name), text_string(&e->name));
    if (name->length == 0)
        return false;
    if (same && e->read_only) {
        program_say(&e->program, "The file is read-only; save it under another name");
        return false;
    }
    return same || !e->files->exists(e->files->context, text_string(name)) ||
           program_ask(&e->program, "That file is there. Replace it? (Yes, No)", "yn") == 'y';
}

static bool save_to(struct file_editor *e, struct text *name)
{
    const void *bytes = gap_flat(e->bytes);
    size_t size = gap_size(e->bytes);
    EFI_STATUS status = e->files->save(e->files->context, text_string(name), bytes, size);
    if (program_failed(&e->program, status, "It is NOT saved"))
        return false;
    if (!ucs2_equal(text_string(name), text_string(&e->name))) {
        e->read_only = false;
        text_free(&e->name);
        e->name = *name;
        *name = (struct text){0};
    }
    return true;
}

/* True when everything is in its file now. */
static bool save(struct file_editor *e)
{
    bool saved;
    if (e->save != NULL) {
        saved = !program_failed(&e->program, e->save(e), "It is NOT saved");
    } else {
        struct text name = {0};
        text_append_string(&name, text_string(&e->name));
        saved = program_prompt(&e->program, "Save as:", &name) && may_write(e, &name) &&
                save_to(e, &name);
        text_free(&name);
    }
    if (saved) {
        e->bytes->modified = false;
        program_say(&e->program, "Saved, %zu bytes", gap_size(e->bytes));
    }
    return saved;
}

void file_editor_save(struct program *p)
{
    (void)save(editor_of(p));
}

bool file_editor_may_drop(struct file_editor *e)
{
    if (!e->bytes->modified)
        return true;
    switch (program_ask(&e->program, "There are changes. Save them? (Yes, No, Cancel)", "ync")) {
    case 'y':
        return save(e);
    case 'n':
        return true;
    default:
        return false;
    }
}

void file_editor_leave(struct program *p)
{
    if (file_editor_may_drop(editor_of(p)))
        p->leaves = true;
}

void file_editor_open(struct program *p)
{
    struct file_editor *e = editor_of(p);
    struct text name = {0};
    if (file_editor_may_drop(e) && program_prompt(p, "Open file:", &name) && name.length > 0)
        (void)program_failed(p, file_editor_load(e, text_string(&name)), "Cannot be opened");
    text_free(&name);
}

void file_editor_title(struct file_editor *e, const char *program, const char *kind)
{
    struct canvas *c = &e->program.canvas;
    size_t column = canvas_format(c, 0, 0, true, " %s  ", program);
    if (e->name.length > 0)
        column = canvas_text(c, column, 0, text_string(&e->name), true);
    else
        column = canvas_format(c, column, 0, true, "(no name)");
    column = canvas_format(c, column, 0, true, "  %s%s%s", kind, e->read_only ? ", read-only" : "",
                           e->bytes->modified ? ", modified" : "");
    canvas_clear_from(c, column, 0, true);
}
