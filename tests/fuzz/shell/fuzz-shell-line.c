/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* One command line through substitution, syntax and conditions. Of what is accepted, every pointer
 * and number can be followed. */
#include <stdlib.h>
#include <string.h>

#include "lib/ucs2.h"
#include "shell/language/command_line.h"
#include "shell/language/condition.h"
#include "shell/language/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char16_t *environment(void *context, const char16_t *name, size_t length)
{
    return length == 1 ? u"a \"b^" : length == 2 ? u"> | #" : NULL;
}

static const char16_t *parameter(void *context, unsigned number)
{
    return number < 5 ? u"p" : u"";
}

static bool answer(void *context, const char16_t *name)
{
    return ucs2_length(name, SIZE_MAX) % 2 == 0;
}

static void follow(const struct command_line *line)
{
    size_t total = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct stage *stage = &line->stages[i];
        if (stage->count == 0)
            abort();
        for (size_t j = 0; j < stage->count; j++)
            total += ucs2_length(stage->words[j].text, SIZE_MAX);
        for (size_t j = 0; j < STREAM_COUNT; j++)
            if (stage->redirections[j].target != NULL && *stage->redirections[j].target == 0)
                abort();
    }
    if (total > 1u << 20)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct condition_host host = {answer, answer, answer, NULL};
    const struct variable_source source = {environment, parameter, NULL, NULL};
    struct arena arena = {0};
    struct text text = {0};
    struct command_line line;
    struct word *words;
    size_t count;
    const char *problem = NULL;
    bool result;

    if (size > 65536) /* as long as lines are in test_shell_limits.py */
        return 0;
    char16_t *raw = calloc(size + 1, sizeof *raw);
    for (size_t i = 0; i < size; i++)
        raw[i] = data[i];
    if (!EFI_ERROR(substitute(raw, &source, &text))) {
        EFI_STATUS status = command_line_parse(&arena, text_string(&text), &line, &problem);
        if (!EFI_ERROR(status))
            follow(&line);
        else if (problem == NULL)
            abort();
        if (!EFI_ERROR(words_parse(&arena, raw, &words, &count, &problem)))
            (void)!condition_evaluate(words, count, &host, &result, &problem);
    }
    text_free(&text);
    arena_free(&arena);
    free(raw);
    return 0;
}
