/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/dynamic.h"
#include "shell/files/path.h"
#include "shell/help_text.h"
#include "shell/memory.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { USAGE, VERBOSE, SECTION, SHORT_VERBOSE };

static const struct option options[] = {
    {"-usage", OPTION_FLAG, NULL, "How to write the command."},
    {"-verbose", OPTION_FLAG, NULL, "All that there is; of one command this is the default."},
    {"-section", OPTION_VALUE, "name", "One section: NAME, SYNOPSIS, OPTIONS, DESCRIPTION, …"},
    {"-v", OPTION_FLAG, NULL, "The same as -verbose."},
};

struct entry {
    const char16_t *name;
    const struct command *command; /* NULL: one that a driver brings */
    EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *dynamic;
};

struct entries {
    struct entry *list; /* sorted */
    size_t count;
};

/* Keeps the entry if its name matches; its name is the arena's. */
static EFI_STATUS add(struct arena *arena, struct entries *entries, struct entry entry,
                      const char16_t *pattern)
{
    if (!path_matches(entry.name, pattern))
        return EFI_SUCCESS;
    entry.name = arena_copy(arena, entry.name, ucs2_length(entry.name, SIZE_MAX));
    if (entry.name == NULL)
        return EFI_OUT_OF_RESOURCES;
    struct entry *list = entries->list;
    size_t at = entries->count++;
    for (; at > 0 && text_compare_ignoring_case(list[at - 1].name, entry.name) > 0; at--)
        list[at] = list[at - 1];
    list[at] = entry;
    return EFI_SUCCESS;
}

/* The commands whose names match. */
static EFI_STATUS collect(struct arena *arena, const char16_t *pattern, struct entries *ret)
{
    struct dynamic_commands dynamic;
    EFI_STATUS status = dynamic_list(arena, &dynamic);
    if (EFI_ERROR(status))
        return status;
    size_t most = dynamic.count;
    TABLE_FOR_EACH(const struct command, each, shell_commands)
    {
        most += each->name != NULL;
    }
    *ret = (struct entries){.list = arena_alloc(arena, most * sizeof *ret->list)};
    if (ret->list == NULL)
        return EFI_OUT_OF_RESOURCES;
    TABLE_FOR_EACH(const struct command, command, shell_commands)
    {
        char16_t name[32];
        ucs2_from_ascii(name, ARRAY_SIZE(name), command->name);
        status = add(arena, ret, (struct entry){name, command, NULL}, pattern);
        if (EFI_ERROR(status))
            return status;
    }
    for (size_t i = 0; i < dynamic.count && !EFI_ERROR(status); i++) {
        struct entry entry = {dynamic.list[i]->CommandName, NULL, dynamic.list[i]};
        if (command_find(entry.name) == NULL)
            status = add(arena, ret, entry, pattern);
    }
    return status;
}

static bool show_sections(const char16_t *name, const char16_t *sections)
{
    struct text text = {0};
    bool shown = help_text(name, sections, &text) && !text.failed;
    if (shown)
        print_text(text_string(&text));
    text_free(&text);
    return shown;
}

static void show_line(const struct entry *entry)
{
    struct text title = {0};
    if (entry->command != NULL)
        text_append_utf8(&title, entry->command->summary);
    else
        help_title_of_dynamic(entry->dynamic, &title);
    print("%-13ls - %ls\n", entry->name, text_string(&title));
    text_free(&title);
}

static EFI_STATUS show_special(void)
{
    print("Characters that mean something in a line:\n"
          "  #          the rest is a comment\n"
          "  >  >>      output into a file; behind it; >a ASCII, >v into a variable\n"
          "  <  <a <v   input from a file, or a variable\n"
          "  |  |a      output into the next command's input\n"
          "  %%name%%     the value of a variable; %%0 to %%9 are a script's parameters\n"
          "  \"...\"      one word, spaces and all\n"
          "  ^          the next character means nothing\n"
          "  *  ?  [a-z] stand for characters of files' names\n"
          "  :  @       in scripts: a label; a line that is not shown\n");
    return EFI_SUCCESS;
}

static EFI_STATUS help(struct invocation *i)
{
    const char16_t *sections = i->values[USAGE] != NULL ? u"SYNOPSIS" : i->values[SECTION];
    const char16_t *pattern = i->count > 0 ? i->operands[0] : u"*";
    struct entries entries;
    if (text_is(pattern, "special"))
        return show_special();
    EFI_STATUS status = collect(i->arena, pattern, &entries);
    if (EFI_ERROR(status))
        return complain_status(status, "help");
    bool brief = sections == NULL && entries.count != 1 && i->values[VERBOSE] == NULL &&
                 i->values[SHORT_VERBOSE] == NULL;
    for (size_t at = 0; at < entries.count && !shell_interrupted(); at++) {
        if (brief)
            show_line(&entries.list[at]);
        else
            (void)show_sections(entries.list[at].name, sections);
    }
    if (entries.count > 0 && i->count == 0 && brief)
        print("\n'help NAME' or 'NAME -?' tells more about a command; -b stops at each page.\n");
    if (entries.count > 0 || show_sections(pattern, sections))
        return EFI_SUCCESS;
    complain("there is no command '%ls', nor a manual of it", pattern);
    return EFI_NOT_FOUND;
}

SHELL_COMMAND(help_command) = {
    .name = "help",
    .run = help,
    .summary = "Lists the commands, or explains one.",
    .operands = "[command | pattern | special]",
    .details = "A pattern has * for any characters, ? for one, and [a-z] for one of a range. Of\n"
               "programs and scripts the file NAME.man is shown, beside them or along %path%.\n"
               "'special' is about the characters that mean something in a line.",
    .examples = "  help -b\n  help ls\n  help -usage c*",
    OPTIONS(options),
    .most = 1,
};
