/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/manual.h"

#include "lib/ucs2.h"

struct span {
    const char16_t *at;
    size_t length;
};

/* The line at `*at`, which moves behind it. */
static bool next_line(const char16_t **at, struct span *ret)
{
    const char16_t *s = *at;
    if (*s == 0)
        return false;
    while (*s != 0 && *s != '\n')
        s++;
    *ret = (struct span){*at, (size_t)(s - *at)};
    while (ret->length > 0 && ret->at[ret->length - 1] == '\r')
        ret->length--;
    *at = *s == '\n' ? s + 1 : s;
    return true;
}

static bool is_space(char16_t c)
{
    return c == ' ' || c == '\t';
}

/* The next word of the line, a quoted one without its quotes; what is left of the line stays. */
static struct span take_word(struct span *line)
{
    while (line->length > 0 && is_space(*line->at)) {
        line->at++;
        line->length--;
    }
    bool quoted = line->length > 0 && *line->at == '"';
    size_t start = quoted, end = start;
    while (end < line->length && (quoted ? line->at[end] != '"' : !is_space(line->at[end])))
        end++;
    struct span word = {line->at + start, end - start};
    end += quoted && end < line->length;
    line->at += end;
    line->length -= end;
    return word;
}

/* Is it a line that begins with .TH or .SH? What is behind that stays in it. */
static bool is_macro(struct span *line, const char *name)
{
    if (line->length < 3 || !text_starts_with(line->at, name) ||
        (line->length > 3 && !is_space(line->at[3])))
        return false;
    line->at += 3;
    line->length -= 3;
    return true;
}

static bool span_is(struct span span, const char16_t *text)
{
    return ucs2_length(text, SIZE_MAX) == span.length &&
           text_equal_n_ignoring_case(span.at, text, span.length);
}

bool manual_wants(const char16_t *sections, const char16_t *name, size_t length)
{
    for (const char16_t *s = sections; s != NULL;) {
        const char16_t *comma = text_find(s, ',');
        struct span each = {s, comma != NULL ? (size_t)(comma - s) : ucs2_length(s, SIZE_MAX)};
        if (each.length == length && text_equal_n_ignoring_case(each.at, name, length))
            return true;
        s = comma != NULL ? comma + 1 : NULL;
    }
    return sections == NULL;
}

/* Walking through the lines that are about one command. */
struct walk {
    const char16_t *at;
    const char16_t *command;
    bool about; /* the command */
    struct span title, section;
};

static bool has_chapters(const char16_t *manual)
{
    struct span line;
    while (next_line(&manual, &line))
        if (is_macro(&line, ".TH"))
            return true;
    return false;
}

static struct walk begin(const char16_t *manual, const char16_t *command)
{
    if (*manual == 0xfeff)
        manual++;
    return (struct walk){
        .at = manual, .command = command, .about = !has_chapters(manual), .section = {u"", 0}};
}

/* The next line of text or, with `*ret_begins`, a section's first, empty one. */
static bool next_text(struct walk *w, struct span *ret, bool *ret_begins)
{
    *ret_begins = false;
    while (next_line(&w->at, ret)) {
        if (is_macro(ret, ".TH")) {
            w->about = span_is(take_word(ret), w->command);
            (void)take_word(ret); /* the chapter's number */
            w->section = (struct span){u"", 0};
            if (w->about)
                w->title = take_word(ret);
        } else if (w->about && is_macro(ret, ".SH")) {
            w->section = take_word(ret);
            ret->length = 0;
            *ret_begins = true;
            return true;
        } else if (w->about && (ret->length == 0 || ret->at[0] != '.')) {
            return true;
        }
    }
    return false;
}

bool manual_help(const char16_t *manual, const char16_t *command, const char16_t *sections,
                 struct text *ret)
{
    size_t before = ret->length;
    struct walk walk = begin(manual, command);
    struct span line;
    bool begins;
    while (next_text(&walk, &line, &begins)) {
        if (!manual_wants(sections, walk.section.at, walk.section.length))
            continue;
        if (begins && sections != NULL)
            continue;
        if (begins)
            line = walk.section;
        if (begins && ret->length > before)
            text_put(ret, '\n');
        text_append(ret, line.at, line.length);
        text_put(ret, '\n');
    }
    return ret->length > before;
}

bool manual_title(const char16_t *manual, const char16_t *command, struct text *ret)
{
    struct walk walk = begin(manual, command);
    struct span line;
    bool begins;
    while (next_text(&walk, &line, &begins)) {
        if (walk.title.length > 0)
            line = walk.title;
        else if (begins || line.length == 0 ||
                 !manual_wants(u"NAME", walk.section.at, walk.section.length))
            continue;
        text_append(ret, line.at, line.length);
        return true;
    }
    return false;
}
