/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/files/path.h"
#include "shell/memory.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { USAGE, VERBOSE, SECTION };

static const struct option options[] = {
    {"-usage", OPTION_FLAG, NULL, "How to write the command."},
    {"-verbose", OPTION_FLAG, NULL, "All that there is; of one command this is the default."},
    {"-section", OPTION_VALUE, "name", "One section: NAME, SYNOPSIS, OPTIONS, DESCRIPTION, …"},
};

struct entry {
    const struct command *command;
    const char16_t *name;
};

/* The commands whose names match, sorted. */
static EFI_STATUS collect(struct arena *arena, const char16_t *pattern, struct entry **ret,
                          size_t *ret_count)
{
    size_t most = 0, count = 0;
    TABLE_FOR_EACH(const struct command, each, shell_commands)
    {
        most += each->name != NULL;
    }
    struct entry *list = arena_alloc(arena, most * sizeof *list);
    if (list == NULL)
        return EFI_OUT_OF_RESOURCES;
    TABLE_FOR_EACH(const struct command, command, shell_commands)
    {
        char16_t name[32];
        ucs2_from_ascii(name, ARRAY_SIZE(name), command->name);
        if (!path_matches(name, pattern))
            continue;
        struct entry entry = {command, arena_copy(arena, name, ucs2_length(name, SIZE_MAX))};
        if (entry.name == NULL)
            return EFI_OUT_OF_RESOURCES;
        size_t at = count++;
        for (; at > 0 && text_compare_ignoring_case(list[at - 1].name, entry.name) > 0; at--)
            list[at] = list[at - 1];
        list[at] = entry;
    }
    *ret = list;
    *ret_count = count;
    return EFI_SUCCESS;
}

static void show_sections(const struct command *command, const char16_t *sections)
{
    struct text text = {0};
    if (command_help(command, sections, &text) && !text.failed)
        print_text(text_string(&text));
    text_free(&text);
}

static EFI_STATUS help(struct invocation *i)
{
    const char16_t *sections = i->values[USAGE] != NULL ? u"SYNOPSIS" : i->values[SECTION];
    const char16_t *pattern = i->count > 0 ? i->operands[0] : u"*";
    struct entry *list;
    size_t count;
    EFI_STATUS status = collect(i->arena, pattern, &list, &count);
    if (EFI_ERROR(status))
        return complain_status(status, "help");
    bool brief = sections == NULL && count != 1 && i->values[VERBOSE] == NULL;
    for (size_t at = 0; at < count && !shell_interrupted(); at++) {
        if (brief)
            print("%-13s - %s\n", list[at].command->name, list[at].command->summary);
        else
            show_sections(list[at].command, sections);
    }
    if (count > 0 && i->count == 0 && brief)
        print("\n'help NAME' or 'NAME -?' tells more about a command; -b stops at each page.\n");
    if (count > 0)
        return EFI_SUCCESS;
    complain("there is no command '%ls'", pattern);
    return EFI_NOT_FOUND;
}

SHELL_COMMAND(help_command) = {
    .name = "help",
    .run = help,
    .summary = "Lists the commands, or explains one.",
    .operands = "[command | pattern]",
    .details = "A pattern has * for any characters, ? for one, and [a-z] for one of a range.",
    .examples = "  help -b\n  help ls\n  help -usage c*",
    OPTIONS(options),
    .most = 1,
};
