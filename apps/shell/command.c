/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"

#include "lib/printf.h"
#include "lib/ucs2.h"
#include "shell/console.h"
#include "shell/help_text.h"
#include "shell/language/manual.h"
#include "shell/print.h"

const struct command *command_find(const char16_t *name)
{
    TABLE_FOR_EACH(const struct command, command, shell_commands)
    {
        if (text_is(name, command->name))
            return command;
    }
    return NULL;
}

static size_t name_length(const struct option *option)
{
    size_t length = 0;
    while (option->name[length] != '\0')
        length++;
    return length;
}

/* The option that the word is; exact names first, since -r is also the begin of -reset. NULL. */
static const struct option *find_option(const struct command *command, const char16_t *word)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (text_is(word, command->options[i].name))
            return &command->options[i];
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].kind == OPTION_ATTACHED &&
            text_starts_with(word, command->options[i].name))
            return &command->options[i];
    return NULL;
}

/* Takes the option at words[*at]. */
static EFI_STATUS take_option(struct invocation *i, const struct word *words, size_t count,
                              size_t *at)
{
    const char16_t *word = words[*at].text;
    const struct option *option = find_option(i->command, word);
    if (option == NULL && text_is(word, "-b")) {
        console_set_page_break(true);
        return EFI_SUCCESS;
    }
    if (option == NULL) {
        complain("there is no option '%ls'; '%s -?' explains", word, i->command->name);
        return EFI_INVALID_PARAMETER;
    }
    const char16_t **value = &i->values[option - i->command->options];
    if (*value != NULL) {
        complain("option '%s' is given twice", option->name);
        return EFI_INVALID_PARAMETER;
    }
    *value = option->kind == OPTION_ATTACHED ? word + name_length(option) : u"";
    if (option->kind != OPTION_VALUE)
        return EFI_SUCCESS;
    if (*at + 1 == count) {
        complain("option '%s' needs a value", option->name);
        return EFI_INVALID_PARAMETER;
    }
    *value = words[++*at].text;
    return EFI_SUCCESS;
}

static bool looks_like_option(const struct word *word)
{
    return !word->quoted && word->text[0] == '-' && word->text[1] != 0;
}

static EFI_STATUS take_words(struct invocation *i, const struct word *words, size_t count)
{
    i->operands = arena_alloc(i->arena, (count + 1) * sizeof *i->operands);
    if (i->operands == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t at = 0; at < count; at++) {
        if (i->command->plain_words || !looks_like_option(&words[at])) {
            i->operands[i->count++] = words[at].text;
            continue;
        }
        EFI_STATUS status = take_option(i, words, count, &at);
        if (EFI_ERROR(status))
            return status;
    }
    if (i->count >= i->command->least &&
        (i->command->most == ANY_NUMBER || i->count <= i->command->most))
        return EFI_SUCCESS;
    complain("there are too %s operands; '%s -?' explains",
             i->count < i->command->least ? "few" : "many", i->command->name);
    return EFI_INVALID_PARAMETER;
}

static EFI_STATUS show_help(const struct command *command, const struct word *words, size_t count)
{
    struct text text = {0};
    for (size_t i = 0; i < count; i++)
        if (text_is(words[i].text, "-b"))
            console_set_page_break(true);
    command_help(command, NULL, &text);
    if (!text.failed)
        print_text(text_string(&text));
    EFI_STATUS status = text.failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
    text_free(&text);
    return status;
}

EFI_STATUS command_run(const struct command *command, const struct word *words, size_t count)
{
    struct arena arena = {0};
    struct invocation i = {.command = command, .arena = &arena};
    const char *former = print_set_command(command->name);
    EFI_STATUS status;
    if (help_is_asked(words, count)) {
        status = show_help(command, words, count);
    } else {
        status = take_words(&i, words, count);
        if (!EFI_ERROR(status))
            status = command->run(&i);
    }
    (void)print_set_command(former);
    arena_free(&arena);
    return status;
}

bool command_number(const char16_t *word, bool hex, uint64_t *ret)
{
    if (hex ? text_to_hex(word, ret) : text_to_number(word, ret, NULL))
        return true;
    complain("'%ls' is no number", word);
    return false;
}

/* Help. */

static bool wants(const char16_t *sections, const char *name)
{
    char16_t wide[16];
    ucs2_from_ascii(wide, ARRAY_SIZE(wide), name);
    return manual_wants(sections, wide, ucs2_length(wide, SIZE_MAX));
}

static void add_synopsis(const struct command *command, struct text *ret)
{
    text_append_utf8(ret, command->name);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        const char *gap = option->kind == OPTION_VALUE ? " " : "";
        const char *open = option->kind == OPTION_ATTACHED ? "[" : "";
        const char *close = option->kind == OPTION_ATTACHED ? "]" : "";
        text_format(ret, " [%s%s%s%s%s]", option->name, gap, open,
                    option->value != NULL ? option->value : "", close);
    }
    if (command->operands[0] != '\0')
        text_format(ret, " %s", command->operands);
    text_append_utf8(ret, "\n");
}

static void add_options(const struct command *command, struct text *ret)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        char name[24];
        format_text(name, sizeof name, "%s%s%s", option->name,
                    option->kind == OPTION_VALUE ? " " : "",
                    option->value != NULL ? option->value : "");
        text_format(ret, "  %-14s %s\n", name, option->help);
    }
}

bool command_help(const struct command *command, const char16_t *sections, struct text *ret)
{
    size_t before = ret->length;
    bool titles = sections == NULL;
    if (wants(sections, "NAME"))
        text_format(ret, "%s: %s\n", command->name, command->summary);
    if (wants(sections, "SYNOPSIS")) {
        text_append_utf8(ret, titles ? "\n" : "");
        add_synopsis(command, ret);
    }
    if (wants(sections, "OPTIONS") && command->option_count > 0) {
        text_append_utf8(ret, titles ? "\n" : "");
        add_options(command, ret);
    }
    if (wants(sections, "DESCRIPTION") && command->details != NULL)
        text_format(ret, "%s%s\n", titles ? "\n" : "", command->details);
    if (wants(sections, "EXAMPLES") && command->examples != NULL)
        text_format(ret, "%s%s\n", titles ? "\nExamples:\n" : "", command->examples);
    return ret->length > before;
}
