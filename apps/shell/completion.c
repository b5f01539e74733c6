/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/completion.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/dynamic.h"
#include "shell/environment.h"
#include "shell/files/find.h"
#include "shell/files/path.h"
#include "shell/files/volume.h"

#define MOST_CANDIDATES 1000

struct word_at_cursor {
    size_t start;
    bool first;       /* of its command */
    struct text text; /* without quotes */
};

static void find_word(const char16_t *line, size_t cursor, struct word_at_cursor *ret)
{
    bool quoted = false, first = true;
    ret->start = 0;
    ret->first = true;
    for (size_t i = 0; i < cursor; i++) {
        char16_t c = line[i];
        bool divides = !quoted && (text_is_space(c) || c == '|' || c == '>' || c == '<');
        if (c == '"')
            quoted = !quoted;
        if (!divides)
            continue;
        if (c == '|')
            first = true;
        else if (i > ret->start || !text_is_space(c))
            first = false;
        ret->start = i + 1;
        ret->first = first;
    }
    for (size_t i = ret->start; i < cursor; i++)
        if (line[i] != '"')
            text_put(&ret->text, line[i]);
}

static void add(struct completion *ret, struct text *candidate)
{
    char16_t *copy = candidate->failed
                         ? NULL
                         : arena_copy(&ret->arena, text_string(candidate), candidate->length);
    if (copy != NULL && ret->count < MOST_CANDIDATES)
        ret->candidates[ret->count++] = copy;
    text_free(candidate);
}

static bool begins_with(const char16_t *s, const struct text *prefix)
{
    return text_equal_n_ignoring_case(s, text_string(prefix), prefix->length);
}

/* A name, if it begins so. */
static void add_string(struct completion *ret, const struct text *prefix, const char16_t *name)
{
    struct text candidate = {0};
    if (!begins_with(name, prefix))
        return;
    text_append_string(&candidate, name);
    add(ret, &candidate);
}

static void add_commands(struct completion *ret, const struct text *prefix)
{
    TABLE_FOR_EACH(const struct command, command, shell_commands)
    {
        struct text name = {0};
        text_append_utf8(&name, command->name);
        if (begins_with(text_string(&name), prefix))
            add(ret, &name);
        else
            text_free(&name);
    }
    struct arena arena = {0};
    struct dynamic_commands dynamic;
    if (!EFI_ERROR(dynamic_list(&arena, &dynamic)))
        for (size_t i = 0; i < dynamic.count; i++)
            add_string(ret, prefix, dynamic.list[i]->CommandName);
    arena_free(&arena);
    LIST_FOR_EACH(node, &aliases.list)
    {
        add_string(ret, prefix, LIST_ENTRY(node, struct definition, link)->name);
    }
}

static void add_mappings(struct completion *ret, const struct text *prefix)
{
    LIST_FOR_EACH(node, &volumes)
    {
        const struct volume *volume = LIST_ENTRY(node, struct volume, link);
        LIST_FOR_EACH(mapping_node, &volume->mappings)
        {
            const struct mapping *mapping = LIST_ENTRY(mapping_node, struct mapping, link);
            if (volume->has_files)
                add_string(ret, prefix, mapping->name);
        }
    }
}

static void add_file(struct completion *ret, const struct text *prefix, const struct found *found)
{
    struct text name = {0}, quoted = {0};
    text_append(&name, text_string(prefix),
                (size_t)(path_name(text_string(prefix)) - text_string(prefix)));
    text_append_string(&name, found->name);
    if (found_is_directory(found))
        text_put(&name, '\\');
    text_append_word(&quoted, text_string(&name));
    text_free(&name);
    add(ret, &quoted);
}

static void add_files(struct completion *ret, const struct text *prefix)
{
    struct arena arena = {0};
    struct found *found = NULL;
    struct text pattern = {0};
    text_append(&pattern, text_string(prefix), prefix->length);
    text_put(&pattern, '*');
    if (!pattern.failed && !EFI_ERROR(find_files(&arena, text_string(&pattern), &found)))
        for (; found != NULL; found = found->next)
            add_file(ret, prefix, found);
    text_free(&pattern);
    arena_free(&arena);
}

void complete_line(void *context, const char16_t *line, size_t cursor, struct completion *ret)
{
    struct word_at_cursor word = {0};
    find_word(line, cursor, &word);
    ret->start = word.start;
    ret->candidates = arena_alloc(&ret->arena, MOST_CANDIDATES * sizeof *ret->candidates);
    if (ret->candidates != NULL && !word.text.failed) {
        bool plain = text_find(text_string(&word.text), '\\') == NULL &&
                     text_find(text_string(&word.text), '/') == NULL &&
                     text_find(text_string(&word.text), ':') == NULL;
        if (word.first && plain && word.text.length > 0)
            add_commands(ret, &word.text);
        add_files(ret, &word.text);
        if (plain && word.text.length > 0)
            add_mappings(ret, &word.text);
    }
    text_free(&word.text);
}
