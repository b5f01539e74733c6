/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/environment.h"
#include "shell/execute.h"
#include "shell/files/files.h"
#include "shell/files/find.h"
#include "shell/files/path.h"
#include "shell/language/script.h"
#include "shell/print.h"
#include "shell/prompt.h"
#include "shell/shell.h"

#define LARGEST_SCRIPT (16u << 20)
#define DEEPEST_SCRIPT 32 /* each takes some KiB of the firmware's stack */

static void run(void *context, const char16_t *line)
{
    execute_substituted(line);
}

static void echo(void *context, const char16_t *line)
{
    if (!shell.echo)
        return;
    struct text text = {0};
    prompt_append(&text);
    text_append_string(&text, line);
    text_put(&text, '\n');
    if (!text.failed)
        print_text(text_string(&text));
    text_free(&text);
}

static bool stopped(void *context)
{
    return shell.leaving != SHELL_GOES_ON || shell_interrupted();
}

static const char16_t *look_up(void *context, const char16_t *name, size_t length)
{
    const struct definition *d = definition_find(&environment, name, length);
    return d != NULL ? d->value : NULL;
}

static EFI_STATUS expand(void *context, const char16_t *pattern, script_take_name take, void *sink)
{
    struct arena arena = {0};
    struct found *found = NULL;
    EFI_STATUS status = find_files(&arena, pattern, &found);
    if (status == EFI_NOT_FOUND)
        status = EFI_SUCCESS;
    for (; found != NULL && !EFI_ERROR(status); found = found->next)
        if (!take(sink, found->full))
            status = EFI_OUT_OF_RESOURCES;
    arena_free(&arena);
    return status;
}

static void complain_line(void *context, size_t line, const char *problem)
{
    complain("%ls, line %zu: %s", (const char16_t *)context, line, problem);
}

static bool exists(void *context, const char16_t *pattern)
{
    struct arena arena = {0};
    struct found *found;
    EFI_STATUS status = find_files(&arena, pattern, &found);
    arena_free(&arena);
    return !EFI_ERROR(status);
}

static bool available(void *context, const char16_t *name)
{
    char16_t *file;
    if (exists(context, name))
        return true;
    if (EFI_ERROR(execute_find(name, &file)))
        return false;
    shell_free(file);
    return true;
}

/* Is it a word of %profiles%, which has ; between them? */
static bool has_profile(void *context, const char16_t *name)
{
    const char16_t *profiles = environment_get(u"profiles");
    size_t length = ucs2_length(name, SIZE_MAX);
    while (profiles != NULL && *profiles != 0) {
        size_t here = 0;
        while (profiles[here] != 0 && profiles[here] != ';')
            here++;
        if (here == length && text_equal_n_ignoring_case(profiles, name, length))
            return true;
        profiles += here + (profiles[here] != 0);
    }
    return false;
}

static EFI_STATUS read_script(const char16_t *file, struct text *ret)
{
    EFI_FILE_PROTOCOL *handle;
    EFI_STATUS status = file_open(file, EFI_FILE_MODE_READ, 0, &handle);
    if (EFI_ERROR(status))
        return status;
    status = file_read_text(handle, LARGEST_SCRIPT, ret);
    file_close(handle);
    return status;
}

EFI_STATUS execute_script(const char16_t *file, const char16_t *const *arguments, size_t count)
{
    struct script_host host = {
        .run = run,
        .echo = echo,
        .stopped = stopped,
        .environment = look_up,
        .expand = expand,
        .complain = complain_line,
        .condition = {exists, available, has_profile, NULL},
        .context = (void *)file,
    };
    struct text text = {0};
    if (shell.scripts == DEEPEST_SCRIPT) {
        complain("%ls: too many scripts inside each other", file);
        return EFI_OUT_OF_RESOURCES;
    }
    EFI_STATUS status = read_script(file, &text);
    if (EFI_ERROR(status)) {
        text_free(&text);
        return complain_status(status, "%ls", file);
    }
    bool former_echo = shell.echo;
    shell.scripts++;
    status = script_run(&host, text_string(&text), arguments, count);
    shell.scripts--;
    shell.echo = former_echo;
    text_free(&text);
    if (shell.leaving == SHELL_LEAVES_SCRIPT) {
        shell.leaving = SHELL_GOES_ON;
        execute_set_last_error(shell.exit_code);
    }
    return status == EFI_ABORTED && !shell_interrupted() ? EFI_SUCCESS : status;
}
