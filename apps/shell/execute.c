/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/execute.h"

#include "lib/memory.h"
#include "lib/status_name.h"
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/console.h"
#include "shell/dynamic.h"
#include "shell/environment.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/help_text.h"
#include "shell/language/substitute.h"
#include "shell/print.h"
#include "shell/shell.h"
#include "shell/streams/stream.h"

#define DEEPEST_ALIAS 16

void execute_set_last_error(uint64_t code)
{
    struct text value = {0};
    shell.last_error = code;
    text_format(&value, "0x%lX", code);
    if (!value.failed)
        (void)!environment_set_own(u"lasterror", text_string(&value));
    text_free(&value);
}

/* A command's status as a SHELL_STATUS: the same numbers without the error bit. */
static void set_status(EFI_STATUS status)
{
    execute_set_last_error(EFI_ERROR(status) ? status & ~EFI_ERROR_BIT : 0);
}

/* Replaces the first word by what it is an alias of, which may be several words. */
static EFI_STATUS expand_aliases(struct arena *arena, struct word **words, size_t *count)
{
    for (unsigned depth = 0; depth < DEEPEST_ALIAS; depth++) {
        const char16_t *name = (*words)[0].text;
        const struct definition *alias =
            definition_find(&aliases, name, ucs2_length(name, SIZE_MAX));
        struct word *first;
        size_t first_count;
        const char *problem;
        if ((*words)[0].quoted || alias == NULL)
            return EFI_SUCCESS;
        EFI_STATUS status = words_parse(arena, alias->value, &first, &first_count, &problem);
        if (EFI_ERROR(status) || first_count == 0)
            return EFI_ERROR(status) ? status : EFI_INVALID_PARAMETER;
        struct word *joined = arena_alloc(arena, (first_count + *count) * sizeof *joined);
        if (joined == NULL)
            return EFI_OUT_OF_RESOURCES;
        memcpy(joined, first, first_count * sizeof *joined);
        memcpy(joined + first_count, *words + 1, (*count - 1) * sizeof *joined);
        bool itself = text_compare_ignoring_case(first[0].text, name) == 0;
        *words = joined;
        *count = first_count + *count - 1;
        if (itself)
            return EFI_SUCCESS;
    }
    complain("alias '%ls' leads to itself", (*words)[0].text);
    return EFI_INVALID_PARAMETER;
}

/* "fs0:" alone changes to that volume. */
static bool is_volume_change(const struct word *words, size_t count)
{
    size_t length = ucs2_length(words[0].text, SIZE_MAX);
    return count == 1 && length > 1 && path_mapping_length(words[0].text) == length;
}

static void change_volume(const char16_t *name)
{
    struct mapping *mapping = mapping_find(name, ucs2_length(name, SIZE_MAX));
    EFI_STATUS status = EFI_NOT_FOUND;
    if (mapping != NULL && mapping->volume->has_files)
        status = volume_set_current(mapping->volume);
    if (mapping != NULL && !mapping->volume->has_files)
        complain("%ls has no file system", name);
    else if (EFI_ERROR(status))
        complain("there is no mapping '%ls'; 'map' lists them", name);
    set_status(status);
}

/* The words as strings, the first one replaced by the file's full name; `raw` with their quotes. */
static char16_t **argument_list(struct arena *arena, char16_t *file, const struct word *words,
                                size_t count, bool raw)
{
    char16_t **list = arena_alloc(arena, (count + 1) * sizeof *list);
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        list[i] = i == 0 ? file : raw ? words[i].raw : words[i].text;
    return list;
}

static bool is_script(const char16_t *file)
{
    size_t length = ucs2_length(file, SIZE_MAX);
    return length >= 4 && text_is(file + length - 4, ".nsh");
}

/* A command that a driver brings. */
static void run_dynamic(struct arena *arena, EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command,
                        const struct word *words, size_t count)
{
    size_t code = 0;
    char16_t **list = argument_list(arena, words[0].text, words, count, false);
    EFI_STATUS status =
        list != NULL ? dynamic_run(command, list, count, &code) : EFI_OUT_OF_RESOURCES;
    if (EFI_ERROR(status))
        set_status(complain_status(status, "%ls", words[0].text));
    else
        execute_set_last_error(code);
}

/* -? of what is no command of the shell's own: its manual, if it has one. */
static bool show_manual(const struct word *words, size_t count)
{
    struct text text = {0};
    bool shown = help_is_asked(words + 1, count - 1) && help_text(words[0].text, NULL, &text) &&
                 !text.failed;
    if (shown) {
        print_text(text_string(&text));
        set_status(EFI_SUCCESS);
    }
    text_free(&text);
    return shown;
}

static void run_file(struct arena *arena, const struct word *words, size_t count)
{
    char16_t *file;
    EFI_STATUS status = execute_find(words[0].text, &file), code = EFI_SUCCESS;
    if (EFI_ERROR(status)) {
        complain("'%ls' is no command, script or program", words[0].text);
        set_status(EFI_NOT_FOUND);
        return;
    }
    /* Parameters of scripts, as %1 to pass on, and LoadOptions keep quotes (§3.4.3). */
    char16_t **list = argument_list(arena, file, words, count, false);
    char16_t **raw = argument_list(arena, file, words, count, true);
    if (list == NULL || raw == NULL) {
        set_status(EFI_OUT_OF_RESOURCES);
    } else if (is_script(file)) {
        status = execute_script(file, (const char16_t *const *)raw, count);
        if (EFI_ERROR(status))
            set_status(status);
    } else {
        status = execute_image(list, raw, count, &code);
        if (EFI_ERROR(status))
            set_status(complain_status(status, "%ls", file));
        else
            execute_set_last_error(code);
    }
    shell_free(file);
}

static void run_command(const struct command *command, const struct word *words, size_t count)
{
    EFI_STATUS status = command_run(command, words, count);
    if (!command->keeps_last_error)
        set_status(status);
}

static void run_other(struct arena *arena, const struct word *words, size_t count)
{
    EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *dynamic = dynamic_find(words[0].text);
    if (dynamic != NULL)
        run_dynamic(arena, dynamic, words, count);
    else
        run_file(arena, words, count);
}

static void run_words(struct arena *arena, struct word *words, size_t count)
{
    EFI_STATUS status = expand_aliases(arena, &words, &count);
    if (EFI_ERROR(status)) {
        set_status(status);
        return;
    }
    const struct command *command = command_find(words[0].text);
    if (is_volume_change(words, count))
        change_volume(words[0].text);
    else if (command != NULL)
        run_command(command, words + 1, count - 1);
    else if (!show_manual(words, count))
        run_other(arena, words, count);
}

/* Streams of one command of a pipeline. */
struct stage_streams {
    EFI_FILE_PROTOCOL *opened[STREAM_COUNT];
    EFI_FILE_PROTOCOL *former[STREAM_COUNT];
};

static EFI_FILE_PROTOCOL **stream_slot(enum standard_stream which)
{
    if (which == STREAM_INPUT)
        return &shell.input;
    return which == STREAM_OUTPUT ? &shell.output : &shell.error;
}

static EFI_STATUS redirect(struct stage_streams *streams, const struct stage *stage)
{
    for (enum standard_stream which = 0; which < STREAM_COUNT; which++) {
        const struct redirection *r = &stage->redirections[which];
        if (r->target == NULL)
            continue;
        EFI_STATUS status =
            stream_open_redirection(r, which != STREAM_INPUT, &streams->opened[which]);
        if (EFI_ERROR(status))
            return complain_status(status, "%ls", r->target);
    }
    return EFI_SUCCESS;
}

static void use_streams(struct stage_streams *streams)
{
    for (enum standard_stream which = 0; which < STREAM_COUNT; which++) {
        EFI_FILE_PROTOCOL **slot = stream_slot(which);
        streams->former[which] = *slot;
        if (streams->opened[which] != NULL)
            *slot = streams->opened[which];
    }
}

static void leave_streams(struct stage_streams *streams)
{
    for (enum standard_stream which = 0; which < STREAM_COUNT; which++)
        *stream_slot(which) = streams->former[which];
    for (enum standard_stream which = 0; which < STREAM_COUNT; which++) {
        EFI_FILE_PROTOCOL *file = streams->opened[which];
        EFI_STATUS status = file != NULL ? file->Close(file) : EFI_SUCCESS;
        if (EFI_ERROR(status))
            set_status(complain_status(status, "redirected output cannot be kept"));
    }
}

/* Runs one command; `*pipe` is what the one before wrote, and becomes what this one wrote. */
static void run_stage(struct arena *arena, struct stage *stage, bool last, EFI_FILE_PROTOCOL **pipe)
{
    struct stage_streams streams = {0};
    if (*pipe != NULL)
        stream_rewind_memory(*pipe);
    streams.opened[STREAM_INPUT] = *pipe;
    *pipe = NULL;
    EFI_STATUS status = redirect(&streams, stage);
    if (!EFI_ERROR(status) && !last) {
        *pipe = stream_open_memory();
        if (*pipe == NULL)
            status = EFI_OUT_OF_RESOURCES;
    }
    EFI_FILE_PROTOCOL *own_output = streams.opened[STREAM_OUTPUT];
    if (!last)
        streams.opened[STREAM_OUTPUT] = *pipe;
    use_streams(&streams);
    streams.opened[STREAM_OUTPUT] = own_output; /* the pipe stays open */
    if (EFI_ERROR(status))
        set_status(status);
    else
        run_words(arena, stage->words, stage->count);
    leave_streams(&streams);
}

static void run_pipeline(struct arena *arena, const struct command_line *line)
{
    EFI_FILE_PROTOCOL *pipe = NULL;
    for (size_t i = 0; i < line->count && !shell_interrupted(); i++)
        run_stage(arena, &line->stages[i], i + 1 == line->count, &pipe);
    file_close(pipe);
}

void execute_substituted(const char16_t *text)
{
    struct arena arena = {0};
    struct command_line line;
    const char *problem = NULL;
    bool paged = console_page_break();
    EFI_STATUS status = command_line_parse(&arena, text, &line, &problem);
    if (status == EFI_INVALID_PARAMETER)
        complain("%s", problem);
    if (EFI_ERROR(status))
        set_status(status);
    else
        run_pipeline(&arena, &line);
    if (!paged)
        console_set_page_break(false);
    arena_free(&arena);
}

static const char16_t *look_up(void *context, const char16_t *name, size_t length)
{
    const struct definition *d = definition_find(&environment, name, length);
    return d != NULL ? d->value : NULL;
}

void execute_line(const char16_t *line)
{
    static const struct variable_source source = {.environment = look_up};
    struct text text = {0};
    EFI_STATUS status = substitute(line, &source, &text);
    if (EFI_ERROR(status))
        set_status(status);
    else
        execute_substituted(text_string(&text));
    text_free(&text);
}
