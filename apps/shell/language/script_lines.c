/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/script_lines.h"

#include "shell/text.h"

static const struct {
    const char *word;
    enum line_kind kind;
} keywords[] = {
    {"if", LINE_IF},         {"else", LINE_ELSE}, {"endif", LINE_ENDIF}, {"for", LINE_FOR},
    {"endfor", LINE_ENDFOR}, {"goto", LINE_GOTO}, {"shift", LINE_SHIFT},
};

static size_t count_lines(const char16_t *text)
{
    size_t count = 1;
    for (; *text != 0; text++)
        count += *text == '\n';
    return count;
}

static size_t line_length(const char16_t *text)
{
    size_t length = 0;
    while (text[length] != 0 && text[length] != '\n')
        length++;
    return length;
}

/* Is the first word of `text` this one? */
static bool begins_with_word(const char16_t *text, const char *word)
{
    size_t length = 0;
    while (word[length] != '\0')
        length++;
    return text_starts_with(text, word) &&
           (text[length] == 0 || text[length] == '#' || text_is_space(text[length]));
}

static enum line_kind kind_of(const char16_t *text)
{
    if (*text == 0 || *text == '#')
        return LINE_EMPTY;
    if (*text == ':')
        return LINE_LABEL;
    for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
        if (begins_with_word(text, keywords[i].word))
            return keywords[i].kind;
    return LINE_COMMAND;
}

static void trim_end(char16_t *text, size_t length)
{
    /* A space that ^ escapes stays. */
    while (length > 0 && text_is_space(text[length - 1]) &&
           !(length > 1 && text[length - 2] == '^' && text[length - 1] == ' '))
        text[--length] = 0;
}

static EFI_STATUS parse_line(struct arena *arena, const char16_t *text, size_t length,
                             struct script_line *ret)
{
    char16_t *copy = arena_copy(arena, text, length);
    if (copy == NULL)
        return EFI_OUT_OF_RESOURCES;
    trim_end(copy, length);
    const char16_t *begin = text_skip_spaces(copy);
    if (*begin == '@') {
        ret->silent = true;
        begin = text_skip_spaces(begin + 1);
    }
    ret->text = copy + (begin - copy);
    ret->kind = kind_of(ret->text);
    ret->partner = NO_LINE;
    return EFI_SUCCESS;
}

static void join(struct script_lines *script, size_t opening, size_t closing)
{
    if (opening != NO_LINE)
        script->lines[opening].partner = closing;
}

static enum line_kind kind_at(const struct script_lines *script, size_t line)
{
    return line == NO_LINE ? LINE_EMPTY : script->lines[line].kind;
}

/* An `if` and its `else` are one block after the other inside the same parent. A line that closes
 * nothing has no partner. */
static void find_blocks(struct script_lines *script)
{
    size_t open = NO_LINE;
    for (size_t i = 0; i < script->count; i++) {
        struct script_line *line = &script->lines[i];
        enum line_kind inside = kind_at(script, open);
        size_t outer = open == NO_LINE ? NO_LINE : script->lines[open].parent;
        bool closes = (line->kind == LINE_ELSE && inside == LINE_IF) ||
                      (line->kind == LINE_ENDIF && (inside == LINE_IF || inside == LINE_ELSE)) ||
                      (line->kind == LINE_ENDFOR && inside == LINE_FOR);
        line->parent = closes ? outer : open;
        if (closes) {
            join(script, open, i);
            if (line->kind != LINE_ELSE)
                line->partner = open;
            open = outer;
        }
        if (line->kind == LINE_IF || line->kind == LINE_FOR || (line->kind == LINE_ELSE && closes))
            open = i;
    }
}

EFI_STATUS script_lines_parse(struct arena *arena, const char16_t *text, struct script_lines *ret)
{
    struct script_lines script = {.count = count_lines(text)};
    script.lines = arena_alloc(arena, script.count * sizeof *script.lines);
    if (script.lines == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t i = 0; i < script.count; i++) {
        size_t length = line_length(text);
        EFI_STATUS status = parse_line(arena, text, length, &script.lines[i]);
        if (EFI_ERROR(status))
            return status;
        text += length + 1;
    }
    find_blocks(&script);
    *ret = script;
    return EFI_SUCCESS;
}

size_t script_find_label(const struct script_lines *script, const char16_t *name)
{
    for (size_t i = 0; i < script->count; i++)
        if (script->lines[i].kind == LINE_LABEL) {
            const char16_t *label = text_skip_spaces(script->lines[i].text + 1);
            if (text_compare_ignoring_case(label, name) == 0)
                return i;
        }
    return NO_LINE;
}

bool script_lies_in(const struct script_lines *script, size_t line, size_t block)
{
    for (size_t i = script->lines[line].parent; i != NO_LINE; i = script->lines[i].parent)
        if (i == block)
            return true;
    return false;
}
