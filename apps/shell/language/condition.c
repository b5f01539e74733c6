/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/condition.h"

#include "lib/ucs2.h"
#include "shell/text.h"

struct condition {
    const struct word *words;
    size_t count, at;
    const struct condition_host *host;
    bool ignore_case, as_strings;
    const char *problem;
};

/* One side of a comparison. */
struct operand {
    const char16_t *text;
    bool is_number;
    uint64_t value; /* two's complement when negative */
};

enum comparison {
    EQUAL,
    NOT_EQUAL,
    GREATER,
    LESS,
    GREATER_OR_EQUAL,
    LESS_OR_EQUAL,
    ABOVE,
    BELOW,
    ABOVE_OR_EQUAL,
    BELOW_OR_EQUAL,
};

static const struct {
    const char *word;
    enum comparison comparison;
} comparisons[] = {
    {"==", EQUAL},
    {"eq", EQUAL},
    {"ne", NOT_EQUAL},
    {"gt", GREATER},
    {"lt", LESS},
    {"ge", GREATER_OR_EQUAL},
    {"le", LESS_OR_EQUAL},
    {"ugt", ABOVE},
    {"ult", BELOW},
    {"uge", ABOVE_OR_EQUAL},
    {"ule", BELOW_OR_EQUAL},
};

/* Functions on status codes: an error number becomes the code of its kind (UEFI 2.10 appendix D).
 */
static const struct {
    const char *name;
    uint64_t bits;
} mappings[] = {
    {"uefierror(", 0x8000000000000000ull},
    {"pierror(", 0xa000000000000000ull},
    {"oemerror(", 0xc000000000000000ull},
};

static EFI_STATUS fail(struct condition *c, const char *problem)
{
    c->problem = problem;
    return EFI_INVALID_PARAMETER;
}

/* The word here, NULL at the end; `is_keyword` is false for quoted ones. */
static const struct word *current(const struct condition *c)
{
    return c->at < c->count ? &c->words[c->at] : NULL;
}

static bool take_keyword(struct condition *c, const char *keyword)
{
    const struct word *word = current(c);
    if (word == NULL || word->quoted || !text_is(word->text, keyword))
        return false;
    c->at++;
    return true;
}

static bool at_keyword(struct condition *c, const char *keyword)
{
    size_t at = c->at;
    bool found = take_keyword(c, keyword);
    c->at = at;
    return found;
}

static bool number_of(const char16_t *s, uint64_t *ret)
{
    bool negative;
    uint64_t value;
    if (!text_to_number(s, &value, &negative))
        return false;
    *ret = negative ? -value : value;
    return true;
}

/* NAME(number) */
static bool mapped_number(const struct word *word, uint64_t *ret)
{
    char16_t inner[40];
    size_t length = ucs2_length(word->text, SIZE_MAX);
    for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
        size_t name = 0;
        while (mappings[i].name[name] != '\0')
            name++;
        if (word->quoted || !text_starts_with(word->text, mappings[i].name) ||
            word->text[length - 1] != ')' || length - name - 1 >= ARRAY_SIZE(inner))
            continue;
        size_t n = length - name - 1;
        for (size_t j = 0; j < n; j++)
            inner[j] = word->text[name + j];
        inner[n] = 0;
        if (!number_of(inner, ret))
            return false;
        *ret |= mappings[i].bits;
        return true;
    }
    return false;
}

static EFI_STATUS take_operand(struct condition *c, struct operand *ret)
{
    const struct word *word = current(c);
    if (word == NULL)
        return fail(c, "the condition is incomplete");
    c->at++;
    ret->text = word->text;
    ret->is_number = number_of(word->text, &ret->value) || mapped_number(word, &ret->value);
    return EFI_SUCCESS;
}

static int compare_strings(const struct condition *c, const char16_t *a, const char16_t *b)
{
    if (c->ignore_case)
        return text_compare_ignoring_case(a, b);
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (int)*a - (int)*b;
}

static int compare(const struct condition *c, const struct operand *a, const struct operand *b,
                   bool as_unsigned)
{
    if (c->as_strings || !a->is_number || !b->is_number)
        return compare_strings(c, a->text, b->text);
    if (as_unsigned)
        return (a->value > b->value) - (a->value < b->value);
    return ((int64_t)a->value > (int64_t)b->value) - ((int64_t)a->value < (int64_t)b->value);
}

static bool decide(const struct condition *c, enum comparison comparison, const struct operand *a,
                   const struct operand *b)
{
    int order = compare(c, a, b, comparison >= ABOVE);
    switch (comparison) {
    case EQUAL:
        return order == 0;
    case NOT_EQUAL:
        return order != 0;
    case GREATER:
    case ABOVE:
        return order > 0;
    case LESS:
    case BELOW:
        return order < 0;
    case GREATER_OR_EQUAL:
    case ABOVE_OR_EQUAL:
        return order >= 0;
    default:
        return order <= 0;
    }
}

static EFI_STATUS take_comparison(struct condition *c, bool *ret)
{
    struct operand a, b;
    EFI_STATUS status = take_operand(c, &a);
    if (EFI_ERROR(status))
        return status;
    for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
        if (!take_keyword(c, comparisons[i].word))
            continue;
        status = take_operand(c, &b);
        if (!EFI_ERROR(status))
            *ret = decide(c, comparisons[i].comparison, &a, &b);
        return status;
    }
    return fail(c, "a comparison is expected");
}

/* A keyword and its argument, or a comparison. */
static EFI_STATUS take_term(struct condition *c, bool *ret)
{
    static const char *const names[] = {"exist", "exists", "available", "profile", "isint"};
    const struct condition_host *host = c->host;
    size_t which = 0;
    while (which < ARRAY_SIZE(names) && !take_keyword(c, names[which]))
        which++;
    if (which == ARRAY_SIZE(names))
        return take_comparison(c, ret);

    const struct word *word = current(c);
    if (word == NULL || at_keyword(c, "then"))
        return fail(c, "the condition is incomplete");
    c->at++;
    uint64_t unused;
    switch (which) {
    case 0:
    case 1:
        *ret = host->exists(host->context, word->text);
        break;
    case 2:
        *ret = host->available(host->context, word->text);
        break;
    case 3:
        *ret = host->has_profile(host->context, word->text);
        break;
    default:
        *ret = number_of(word->text, &unused);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS take_negatable(struct condition *c, bool *ret)
{
    bool negate = false;
    while (take_keyword(c, "not"))
        negate = !negate;
    EFI_STATUS status = take_term(c, ret);
    *ret ^= negate;
    return status;
}

/* `and` and `or` bind alike, from left to right. */
static EFI_STATUS take_condition(struct condition *c, bool *ret)
{
    bool result = false, term = false;
    EFI_STATUS status = take_negatable(c, &result);
    while (!EFI_ERROR(status)) {
        bool conjunction = take_keyword(c, "and");
        if (!conjunction && !take_keyword(c, "or"))
            break;
        status = take_negatable(c, &term);
        result = conjunction ? result && term : result || term;
    }
    *ret = result;
    return status;
}

EFI_STATUS condition_evaluate(const struct word *words, size_t count,
                              const struct condition_host *host, bool *ret,
                              const char **ret_problem)
{
    struct condition c = {.words = words, .count = count, .host = host};
    bool result = false, more = true;
    while (more) {
        more = false;
        if (take_keyword(&c, "/i"))
            more = c.ignore_case = true;
        if (take_keyword(&c, "/s"))
            more = c.as_strings = true;
    }
    EFI_STATUS status = take_condition(&c, &result);
    if (!EFI_ERROR(status) && !take_keyword(&c, "then"))
        status = fail(&c, "'then' is missing");
    if (!EFI_ERROR(status) && c.at < c.count)
        status = fail(&c, "there is something after 'then'");
    if (EFI_ERROR(status))
        *ret_problem = c.problem;
    else
        *ret = result;
    return status;
}
