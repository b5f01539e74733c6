/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/copy.h"
#include "shell/shell.h"

enum { RECURSIVE, QUIET };

static const struct option options[] = {
    {"-r", OPTION_FLAG, NULL, "Directories with all that is in them."},
    {"-q", OPTION_FLAG, NULL, "Replaces files without asking, as scripts do anyway."},
};

static EFI_STATUS cp(struct invocation *i)
{
    struct found *source;
    struct target target;
    bool quiet = i->values[QUIET] != NULL || shell.scripts > 0, kept = false;
    EFI_STATUS status = copy_target(i, &source, &target);
    for (; !EFI_ERROR(status) && source != NULL; source = source->next) {
        const char16_t *place;
        status = copy_place(i->arena, source, &target, &place);
        if (!EFI_ERROR(status))
            status = copy_tree(source, place, i->values[RECURSIVE] != NULL, &quiet, &kept);
    }
    return status;
}

SHELL_COMMAND(cp_command) = {
    .name = "cp",
    .run = cp,
    .summary = "Copies files and directories.",
    .operands = "source… [destination]",
    .details =
        "The destination is a directory, or the new name if there is one source only. Without\n"
        "it the current directory is meant. Times and attributes are kept.",
    .examples = "  cp fs1:\\kernel\n  cp -r efi fs1:\\backup\n  cp -q *.efi tools",
    OPTIONS(options),
    .least = 1,
    .most = ANY_NUMBER,
};
