/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/environment.h"
#include "shell/print.h"

enum { DELETE, VOLATILE };

static const struct option options[] = {
    {"-d", OPTION_VALUE, "name", "Deletes the alias."},
    {"-v", OPTION_FLAG, NULL, "The alias is forgotten at the next start of the machine."},
};

static void show(const struct definition *d)
{
    print("%c%c %12ls : %ls\n", d->is_volatile ? '*' : ' ', d->read_only ? '!' : ' ', d->name,
          d->value);
}

static EFI_STATUS show_all(void)
{
    LIST_FOR_EACH(node, &aliases.list)
    show(LIST_ENTRY(node, struct definition, link));
    return EFI_SUCCESS;
}

static EFI_STATUS change(const char16_t *name, const char16_t *value, bool is_volatile)
{
    EFI_STATUS status = definition_set(&aliases, name, value, is_volatile);
    return EFI_ERROR(status) ? complain_status(status, "%ls", name) : status;
}

static EFI_STATUS alias(struct invocation *i)
{
    if (i->values[DELETE] != NULL)
        return change(i->values[DELETE], NULL, false);
    if (i->count == 0)
        return show_all();
    if (i->count == 2)
        return change(i->operands[0], i->operands[1], i->values[VOLATILE] != NULL);
    const struct definition *d =
        definition_find(&aliases, i->operands[0], ucs2_length(i->operands[0], SIZE_MAX));
    if (d == NULL)
        return complain_status(EFI_NOT_FOUND, "%ls", i->operands[0]);
    show(d);
    return EFI_SUCCESS;
}

SHELL_COMMAND(alias_command) = {
    .name = "alias",
    .run = alias,
    .summary = "Shows, makes or deletes other names of commands.",
    .operands = "[name [value]]",
    .details = "Without operands all aliases are listed: * marks those that the next start of the\n"
               "machine does not know, ! those that are part of the shell and stay as they are.\n"
               "The value may be a command with operands, in quotes.",
    .examples = "  alias\n  alias myls \"ls -a\"\n  alias -d myls",
    OPTIONS(options),
    .most = 2,
};
