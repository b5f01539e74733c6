/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/script_loop.h"

#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/ucs2.h"

#define MOST_NAMES 100000

static bool ends_word(char16_t c)
{
    return c == 0 || text_is_space(c);
}

const char16_t *script_loop_parse(struct script_loop *loop, const char16_t *line, bool *ret_counts,
                                  const char **ret_problem)
{
    const char16_t *at = text_skip_spaces(line + 3); /* "for" */
    if (*at++ != '%') {
        *ret_problem = "the index variable of 'for' needs a %";
        return NULL;
    }
    loop->name_length = 0;
    while (!ends_word(*at) && *at != '%' && loop->name_length + 1 < ARRAY_SIZE(loop->name))
        loop->name[loop->name_length++] = *at++;
    if (loop->name_length == 0 || !ends_word(*at)) {
        *ret_problem = "the name of the index variable of 'for' is not usable";
        return NULL;
    }
    loop->name[loop->name_length] = 0;
    at = text_skip_spaces(at);
    bool in = text_starts_with(at, "in") && ends_word(at[2]);
    *ret_counts = text_starts_with(at, "run") && (ends_word(at[3]) || at[3] == '(');
    if (in || *ret_counts)
        return at + (in ? 2 : 3);
    *ret_problem = "'in' or 'run' is expected in 'for'";
    return NULL;
}

static bool take_name(void *sink, const char16_t *name)
{
    struct script_loop *loop = sink;
    size_t count = loop->name_count;
    if (count == MOST_NAMES)
        return false;
    if ((count & (count - 1)) == 0) { /* full */
        const char16_t **larger =
            arena_alloc(&loop->arena, (count == 0 ? 1 : count * 2) * sizeof *larger);
        if (larger == NULL)
            return false;
        if (count > 0)
            memcpy(larger, loop->names, count * sizeof *larger);
        loop->names = larger;
    }
    loop->names[count] = arena_copy(&loop->arena, name, ucs2_length(name, SIZE_MAX));
    if (loop->names[count] == NULL)
        return false;
    loop->name_count++;
    return true;
}

static bool is_pattern(const char16_t *s)
{
    return text_find(s, '*') != NULL || text_find(s, '?') != NULL || text_find(s, '[') != NULL;
}

static EFI_STATUS collect_names(struct script_loop *loop, const struct script_host *host,
                                const char16_t *set, const char **ret_problem)
{
    struct word *words;
    size_t count;
    EFI_STATUS status = words_parse(&loop->arena, set, &words, &count, ret_problem);
    for (size_t i = 0; i < count && !EFI_ERROR(status); i++) {
        size_t before = loop->name_count;
        if (is_pattern(words[i].text))
            status = host->expand(host->context, words[i].text, take_name, loop);
        if (!EFI_ERROR(status) && loop->name_count == before && !take_name(loop, words[i].text))
            status = EFI_OUT_OF_RESOURCES;
    }
    return status;
}

static bool take_number(const char16_t **at, int64_t *ret)
{
    char16_t digits[24];
    size_t length = 0;
    uint64_t value;
    bool negative;
    *at = text_skip_spaces(*at);
    while (!ends_word(**at) && **at != ')' && length + 1 < ARRAY_SIZE(digits))
        digits[length++] = *(*at)++;
    digits[length] = 0;
    if (!text_to_number(digits, &value, &negative) || value > INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* (first last [step]) */
static EFI_STATUS parse_range(struct script_loop *loop, const char16_t *set,
                              const char **ret_problem)
{
    const char16_t *at = text_skip_spaces(set);
    *ret_problem = "'run' needs (first last) or (first last step)";
    if (*at++ != '(' || !take_number(&at, &loop->number) || !take_number(&at, &loop->last))
        return EFI_INVALID_PARAMETER;
    loop->step = loop->number <= loop->last ? 1 : -1;
    at = text_skip_spaces(at);
    if (*at != ')' && !take_number(&at, &loop->step))
        return EFI_INVALID_PARAMETER;
    at = text_skip_spaces(at);
    if (*at != ')')
        return EFI_INVALID_PARAMETER;
    at = text_skip_spaces(at + 1);
    if (*at != 0 && *at != '#')
        return EFI_INVALID_PARAMETER;
    if (loop->step == 0) {
        *ret_problem = "a step of 0 never ends";
        return EFI_INVALID_PARAMETER;
    }
    return EFI_SUCCESS;
}

EFI_STATUS script_loop_open(struct script_loop *loop, const struct script_host *host,
                            const char16_t *set, bool counts, const char **ret_problem)
{
    loop->counts = counts;
    return counts ? parse_range(loop, set, ret_problem)
                  : collect_names(loop, host, set, ret_problem);
}

void script_loop_close(struct script_loop *loop)
{
    arena_free(&loop->arena);
}

static bool next_number(struct script_loop *loop)
{
    if (loop->finished || (loop->step > 0 ? loop->number > loop->last : loop->number < loop->last))
        return false;
    char digits[24];
    format_text(digits, sizeof digits, "%lld", (long long)loop->number);
    ucs2_from_ascii(loop->digits, ARRAY_SIZE(loop->digits), digits);
    loop->value = loop->digits;
    loop->finished = __builtin_add_overflow(loop->number, loop->step, &loop->number);
    return true;
}

bool script_loop_next(struct script_loop *loop)
{
    if (loop->counts)
        return next_number(loop);
    if (loop->next_name == loop->name_count)
        return false;
    loop->value = loop->names[loop->next_name++];
    return true;
}
