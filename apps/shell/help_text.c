/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/help_text.h"

#include "shell/command.h"
#include "shell/dynamic.h"
#include "shell/execute.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/language/manual.h"
#include "shell/memory.h"

#define LARGEST_MANUAL (4u << 20)

static bool help_of_dynamic(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command, const char16_t *sections,
                            struct text *ret)
{
    char16_t *manual = command->GetHelp != NULL ? command->GetHelp(command, "en") : NULL;
    bool found = manual != NULL && manual_help(manual, command->CommandName, sections, ret);
    shell_free(manual);
    return found;
}

void help_title_of_dynamic(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command, struct text *ret)
{
    char16_t *manual = command->GetHelp != NULL ? command->GetHelp(command, "en") : NULL;
    if (manual != NULL)
        (void)manual_title(manual, command->CommandName, ret);
    shell_free(manual);
}

/* "\dir\NAME.man" is about NAME. */
static bool help_of_file(const char16_t *name, const char16_t *sections, struct text *ret)
{
    struct text manual = {0}, command = {0};
    EFI_FILE_PROTOCOL *file;
    char16_t *found;
    if (EFI_ERROR(execute_find_manual(name, &found)))
        return false;
    const char16_t *last = path_name(found);
    text_append_string(&command, last);
    if (command.length > 4)
        text_replace(&command, command.length - 4, 4, u"", 0);
    EFI_STATUS status = file_open(found, EFI_FILE_MODE_READ, 0, &file);
    if (!EFI_ERROR(status)) {
        status = file_read_text(file, LARGEST_MANUAL, &manual);
        file_close(file);
    }
    bool helped = !EFI_ERROR(status) && !manual.failed && !command.failed &&
                  manual_help(text_string(&manual), text_string(&command), sections, ret);
    shell_free(found);
    text_free(&manual);
    text_free(&command);
    return helped;
}

bool help_text(const char16_t *name, const char16_t *sections, struct text *ret)
{
    const struct command *command = command_find(name);
    if (command != NULL)
        return command_help(command, sections, ret);
    EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *dynamic = dynamic_find(name);
    if (dynamic != NULL)
        return help_of_dynamic(dynamic, sections, ret);
    return help_of_file(name, sections, ret);
}

bool help_is_asked(const struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!words[i].quoted && text_is(words[i].text, "-?"))
            return true;
    return false;
}
