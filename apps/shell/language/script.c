/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/script.h"

#include "shell/language/script_lines.h"
#include "shell/language/script_loop.h"
#include "shell/language/substitute.h"

#define DEEPEST_LOOP 64

struct script {
    const struct script_host *host;
    struct arena arena;
    struct script_lines lines;
    size_t at; /* line that runs next */
    const char16_t *const *arguments;
    size_t argument_count;
    struct script_loop *loop; /* the innermost */
    unsigned depth;
};

static EFI_STATUS complain(struct script *script, size_t line, const char *problem)
{
    script->host->complain(script->host->context, line + 1, problem);
    return EFI_INVALID_PARAMETER;
}

static const char16_t *environment(void *context, const char16_t *name, size_t length)
{
    const struct script *script = context;
    return script->host->environment(script->host->context, name, length);
}

static const char16_t *parameter(void *context, unsigned number)
{
    const struct script *script = context;
    return number < script->argument_count ? script->arguments[number] : u"";
}

static const char16_t *index_variable(void *context, const char16_t *at, size_t *ret_length)
{
    const struct script *script = context;
    const struct script_loop *best = NULL;
    for (const struct script_loop *loop = script->loop; loop != NULL; loop = loop->outer)
        if (text_equal_n_ignoring_case(at, loop->name, loop->name_length) &&
            (best == NULL || loop->name_length > best->name_length))
            best = loop;
    if (best == NULL)
        return NULL;
    *ret_length = best->name_length;
    return best->value;
}

static EFI_STATUS expand_line(struct script *script, const char16_t *line, struct text *ret)
{
    const struct variable_source source = {environment, parameter, index_variable, script};
    return substitute(line, &source, ret);
}

/* Goes on behind the partner of `line`. */
static EFI_STATUS skip_to_partner(struct script *script, size_t line, const char *problem)
{
    size_t partner = script->lines.lines[line].partner;
    if (partner == NO_LINE)
        return complain(script, line, problem);
    script->at = partner + 1;
    return EFI_SUCCESS;
}

static EFI_STATUS run_if(struct script *script, size_t line, const char16_t *text)
{
    struct arena arena = {0};
    struct word *words;
    size_t count;
    const char *problem = NULL;
    bool result = false;
    EFI_STATUS status = words_parse(&arena, text + 2, &words, &count, &problem);
    if (!EFI_ERROR(status))
        status = condition_evaluate(words, count, &script->host->condition, &result, &problem);
    arena_free(&arena);
    if (status == EFI_INVALID_PARAMETER)
        return complain(script, line, problem);
    if (EFI_ERROR(status) || result)
        return status;
    return skip_to_partner(script, line, "this 'if' has no 'endif'");
}

static void leave_loop(struct script *script)
{
    struct script_loop *loop = script->loop;
    script->loop = loop->outer;
    script->depth--;
    script_loop_close(loop);
    shell_free(loop);
}

/* The next value of the innermost loop, or the line behind it. */
static EFI_STATUS go_round(struct script *script)
{
    size_t line = script->loop->line;
    if (script_loop_next(script->loop)) {
        script->at = line + 1;
        return EFI_SUCCESS;
    }
    leave_loop(script);
    return skip_to_partner(script, line, "this 'for' has no 'endfor'");
}

static EFI_STATUS open_loop(struct script *script, struct script_loop *loop, const char16_t *text,
                            const char **ret_problem)
{
    bool counts;
    struct text set = {0};
    const char16_t *raw = script_loop_parse(loop, text, &counts, ret_problem);
    if (raw == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = expand_line(script, raw, &set);
    if (!EFI_ERROR(status))
        status = script_loop_open(loop, script->host, text_string(&set), counts, ret_problem);
    text_free(&set);
    return status;
}

static EFI_STATUS run_for(struct script *script, size_t line, const char16_t *text)
{
    const char *problem = NULL;
    if (script->lines.lines[line].partner == NO_LINE)
        return complain(script, line, "this 'for' has no 'endfor'");
    if (script->depth == DEEPEST_LOOP)
        return complain(script, line, "too many loops inside each other");
    struct script_loop *loop = shell_alloc(sizeof *loop);
    if (loop == NULL)
        return EFI_OUT_OF_RESOURCES;
    *loop = (struct script_loop){.line = line};
    EFI_STATUS status = open_loop(script, loop, text, &problem);
    if (EFI_ERROR(status)) {
        script_loop_close(loop);
        shell_free(loop);
        return status == EFI_INVALID_PARAMETER ? complain(script, line, problem) : status;
    }
    loop->outer = script->loop;
    script->loop = loop;
    script->depth++;
    return go_round(script);
}

static EFI_STATUS run_endfor(struct script *script, size_t line)
{
    if (script->loop == NULL || script->loop->line != script->lines.lines[line].partner)
        return complain(script, line, "this 'endfor' belongs to no 'for' that is running");
    return go_round(script);
}

/* Is there a loop around `line` that is not running? */
static bool inside_foreign_loop(const struct script *script, size_t line)
{
    for (size_t i = script->lines.lines[line].parent; i != NO_LINE;
         i = script->lines.lines[i].parent) {
        const struct script_loop *loop = script->loop;
        if (script->lines.lines[i].kind != LINE_FOR)
            continue;
        while (loop != NULL && loop->line != i)
            loop = loop->outer;
        if (loop == NULL)
            return true;
    }
    return false;
}

static EFI_STATUS run_goto(struct script *script, size_t line, const char16_t *text)
{
    struct arena arena = {0};
    struct word *words;
    size_t count, target = NO_LINE;
    const char *problem = NULL;
    EFI_STATUS status = words_parse(&arena, text + 4, &words, &count, &problem);
    if (!EFI_ERROR(status) && count == 1)
        target = script_find_label(&script->lines, words[0].text + (words[0].text[0] == ':'));
    arena_free(&arena);
    if (status == EFI_INVALID_PARAMETER || (!EFI_ERROR(status) && count != 1))
        return complain(script, line, "'goto' needs the name of a label");
    if (EFI_ERROR(status))
        return status;
    if (target == NO_LINE)
        return complain(script, line, "there is no such label");
    if (inside_foreign_loop(script, target))
        return complain(script, line, "the label is inside a loop");
    while (script->loop != NULL && !script_lies_in(&script->lines, target, script->loop->line))
        leave_loop(script);
    script->at = target + 1;
    return EFI_SUCCESS;
}

static EFI_STATUS run_expanded(struct script *script, size_t line, const char16_t *text)
{
    const struct script_line *l = &script->lines.lines[line];
    if (!l->silent)
        script->host->echo(script->host->context, text);
    switch (l->kind) {
    case LINE_IF:
        return run_if(script, line, text);
    case LINE_GOTO:
        return run_goto(script, line, text);
    default:
        if (*text_skip_spaces(text) != 0)
            script->host->run(script->host->context, text);
        return EFI_SUCCESS;
    }
}

static EFI_STATUS run_line(struct script *script, size_t line)
{
    const struct script_line *l = &script->lines.lines[line];
    struct text text = {0};
    EFI_STATUS status;
    bool has_variables = l->kind == LINE_COMMAND || l->kind == LINE_IF || l->kind == LINE_GOTO;
    if (!l->silent && !has_variables && l->kind != LINE_EMPTY && l->kind != LINE_LABEL)
        script->host->echo(script->host->context, l->text);
    switch (l->kind) {
    case LINE_EMPTY:
    case LINE_LABEL:
        return EFI_SUCCESS;
    case LINE_ENDIF:
        return l->partner != NO_LINE ? EFI_SUCCESS
                                     : complain(script, line, "this 'endif' has no 'if'");
    case LINE_ELSE: /* the other branch was taken */
        return skip_to_partner(script, line, "this 'else' has no 'if' or no 'endif'");
    case LINE_FOR:
        return run_for(script, line, l->text);
    case LINE_ENDFOR:
        return run_endfor(script, line);
    case LINE_SHIFT:
        script->arguments += script->argument_count > 0;
        script->argument_count -= script->argument_count > 0;
        return EFI_SUCCESS;
    default:
        status = expand_line(script, l->text, &text);
        if (!EFI_ERROR(status))
            status = run_expanded(script, line, text_string(&text));
        text_free(&text);
        return status;
    }
}

EFI_STATUS script_run(const struct script_host *host, const char16_t *text,
                      const char16_t *const *arguments, size_t argument_count)
{
    struct script script = {.host = host, .arguments = arguments, .argument_count = argument_count};
    EFI_STATUS status = script_lines_parse(&script.arena, text, &script.lines);
    while (!EFI_ERROR(status) && script.at < script.lines.count) {
        if (host->stopped(host->context)) {
            status = EFI_ABORTED;
            break;
        }
        size_t line = script.at++;
        status = run_line(&script, line);
    }
    while (script.loop != NULL)
        leave_loop(&script);
    arena_free(&script.arena);
    return status;
}
