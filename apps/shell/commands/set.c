/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/environment.h"
#include "shell/print.h"

enum { DELETE, VOLATILE };

static const struct option options[] = {
    {"-d", OPTION_VALUE, "name", "Deletes the variable."},
    {"-v", OPTION_FLAG, NULL, "The variable is forgotten at the next start of the machine."},
};

static void show(const struct definition *d)
{
    print("%c %16ls = %ls\n", d->is_volatile ? '*' : ' ', d->name, d->value);
}

static EFI_STATUS change(const char16_t *name, const char16_t *value, bool is_volatile)
{
    EFI_STATUS status = definition_set(&environment, name, value, is_volatile);
    return EFI_ERROR(status) ? complain_status(status, "%ls", name) : status;
}

static EFI_STATUS set(struct invocation *i)
{
    if (i->values[DELETE] != NULL)
        return change(i->values[DELETE], NULL, false);
    if (i->count == 2)
        return change(i->operands[0], i->operands[1], i->values[VOLATILE] != NULL);
    bool found = i->count == 0;
    LIST_FOR_EACH(node, &environment.list)
    {
        const struct definition *d = LIST_ENTRY(node, struct definition, link);
        if (i->count == 1 && text_compare_ignoring_case(d->name, i->operands[0]) != 0)
            continue;
        show(d);
        found = true;
    }
    return found ? EFI_SUCCESS : complain_status(EFI_NOT_FOUND, "%ls", i->operands[0]);
}

SHELL_COMMAND(set_command) = {
    .name = "set",
    .run = set,
    .summary = "Shows, sets or deletes environment variables.",
    .operands = "[name [value]]",
    .details =
        "Without operands all variables are listed; * marks those that the next start of the\n"
        "machine does not know. %name% in a line stands for the value. cwd, lasterror,\n"
        "profiles, shellsupport, uefishellsupport, uefishellversion and uefiversion are the\n"
        "shell's own.",
    .examples = "  set\n  set -v src fs0:\\efi\n  echo %src%\n  set -d src",
    OPTIONS(options),
    .most = 2,
};
