/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/command_line.h"

#include "lib/memory.h"
#include "shell/text.h"

/* Lists that grow in an arena, by doubling. */
#define GROW(arena, list, count)                                                                   \
    (((count) & ((count)-1)) != 0 || grow((arena), (void **)&(list), (count), sizeof *(list)))

struct parser {
    struct arena *arena;
    const char16_t *at;
    bool operators; /* redirection and pipes are special */
    const char *problem;
    struct text word;
};

/* Called when `count` is a power of two or 0: room for twice as many. */
static bool grow(struct arena *arena, void **list, size_t count, size_t size)
{
    void *larger = arena_alloc(arena, (count == 0 ? 1 : count * 2) * size);
    if (larger == NULL)
        return false;
    if (count > 0)
        memcpy(larger, *list, count * size);
    *list = larger;
    return true;
}

static bool is_operator(const struct parser *p, char16_t c)
{
    return p->operators && (c == '>' || c == '<' || c == '|');
}

static bool ends_word(const struct parser *p, char16_t c)
{
    return c == 0 || c == '#' || text_is_space(c) || is_operator(p, c);
}

static EFI_STATUS fail(struct parser *p, const char *problem)
{
    p->problem = problem;
    return EFI_INVALID_PARAMETER;
}

/* Reads a word that begins here. */
static EFI_STATUS take_word(struct parser *p, struct word *ret)
{
    const char16_t *begin = p->at;
    bool in_quotes = false;
    ret->quoted = false;
    text_clear(&p->word);
    for (; in_quotes ? *p->at != 0 : !ends_word(p, *p->at); p->at++) {
        char16_t c = *p->at;
        if (c == '"') {
            in_quotes = !in_quotes;
            ret->quoted = true;
            continue;
        }
        if (c == '^' && p->at[1] != 0) {
            c = *++p->at;
            ret->quoted = true;
        }
        text_put(&p->word, c);
    }
    if (in_quotes)
        return fail(p, "a closing quotation mark is missing");
    ret->text = p->word.failed ? NULL : arena_copy(p->arena, text_string(&p->word), p->word.length);
    ret->raw = ret->quoted ? arena_copy(p->arena, begin, (size_t)(p->at - begin)) : ret->text;
    return ret->text != NULL && ret->raw != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static void skip_spaces(struct parser *p)
{
    p->at = text_skip_spaces(p->at);
    if (*p->at == '#')
        while (*p->at != 0)
            p->at++;
}

/* After `>`, `>>` or `<`: a, v or nothing, then the target. */
static EFI_STATUS take_redirection(struct parser *p, struct stage *stage,
                                   enum standard_stream stream)
{
    struct redirection *r = &stage->redirections[stream];
    char16_t mark = *p->at++;
    if (r->target != NULL)
        return fail(p, "a stream is redirected twice");
    if (mark == '>' && *p->at == '>') {
        r->append = true;
        p->at++;
    }
    if ((*p->at == 'a' || *p->at == 'v') && text_is_space(p->at[1])) {
        r->format = *p->at == 'a' ? FORMAT_ASCII : FORMAT_VARIABLE;
        p->at++;
    }
    skip_spaces(p);
    if (ends_word(p, *p->at))
        return fail(p, "the target of a redirection is missing");
    struct word target;
    EFI_STATUS status = take_word(p, &target);
    if (EFI_ERROR(status))
        return status;
    if (target.text[0] == 0)
        return fail(p, "the target of a redirection is empty");
    r->target = target.text;
    return EFI_SUCCESS;
}

/* `>`, `1>`, `2>` or `<` here? */
static bool at_redirection(const struct parser *p, enum standard_stream *ret)
{
    if (!p->operators)
        return false;
    if (*p->at == '<')
        *ret = STREAM_INPUT;
    else if (*p->at == '>' || (p->at[0] == '1' && p->at[1] == '>'))
        *ret = STREAM_OUTPUT;
    else if (p->at[0] == '2' && p->at[1] == '>')
        *ret = STREAM_ERROR;
    else
        return false;
    return true;
}

/* Words and redirections up to a pipe or the end. */
static EFI_STATUS take_stage(struct parser *p, struct stage *stage)
{
    for (;;) {
        enum standard_stream stream;
        EFI_STATUS status;
        skip_spaces(p);
        if (*p->at == 0 || (p->operators && *p->at == '|'))
            return EFI_SUCCESS;
        if (at_redirection(p, &stream)) {
            if (*p->at == '1' || *p->at == '2')
                p->at++;
            status = take_redirection(p, stage, stream);
        } else {
            if (!GROW(p->arena, stage->words, stage->count))
                return EFI_OUT_OF_RESOURCES;
            status = take_word(p, &stage->words[stage->count]);
            stage->count++;
        }
        if (EFI_ERROR(status))
            return status;
    }
}

static bool has_redirection(const struct stage *stage)
{
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (stage->redirections[i].target != NULL)
            return true;
    return false;
}

static EFI_STATUS check_stage(struct parser *p, const struct stage *stage, bool first, bool last)
{
    if (stage->count == 0)
        return fail(p, "a command is missing");
    if (!first && stage->redirections[STREAM_INPUT].target != NULL)
        return fail(p, "input comes from a pipe and from a redirection");
    if (!last && stage->redirections[STREAM_OUTPUT].target != NULL)
        return fail(p, "output goes to a pipe and to a redirection");
    return EFI_SUCCESS;
}

static EFI_STATUS take_line(struct parser *p, struct command_line *line)
{
    for (;;) {
        if (!GROW(p->arena, line->stages, line->count))
            return EFI_OUT_OF_RESOURCES;
        struct stage *stage = &line->stages[line->count++];
        *stage = (struct stage){0};
        EFI_STATUS status = take_stage(p, stage);
        if (EFI_ERROR(status))
            return status;
        bool last = *p->at == 0;
        if (last && line->count == 1 && stage->count == 0 && !has_redirection(stage)) {
            line->count = 0;
            return EFI_SUCCESS;
        }
        status = check_stage(p, stage, line->count == 1, last);
        if (EFI_ERROR(status) || last)
            return status;
        p->at++; /* | */
        if (*p->at == 'a' && text_is_space(p->at[1])) {
            stage->pipe_ascii = true;
            p->at++;
        }
    }
}

EFI_STATUS command_line_parse(struct arena *arena, const char16_t *text, struct command_line *ret,
                              const char **ret_problem)
{
    struct parser p = {.arena = arena, .at = text, .operators = true};
    struct command_line line = {0};
    EFI_STATUS status = take_line(&p, &line);
    text_free(&p.word);
    if (EFI_ERROR(status))
        *ret_problem = p.problem;
    else
        *ret = line;
    return status;
}

EFI_STATUS words_parse(struct arena *arena, const char16_t *text, struct word **ret,
                       size_t *ret_count, const char **ret_problem)
{
    struct parser p = {.arena = arena, .at = text};
    struct stage stage = {0};
    EFI_STATUS status = take_stage(&p, &stage);
    text_free(&p.word);
    if (EFI_ERROR(status)) {
        *ret_problem = p.problem;
        return status;
    }
    *ret = stage.words;
    *ret_count = stage.count;
    return EFI_SUCCESS;
}
