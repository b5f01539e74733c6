/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/files/tree.h"
#include "shell/print.h"

enum { QUIET };

static const struct option options[] = {
    {"-q", OPTION_FLAG, NULL, "Does not ask before it deletes what is in directories."},
};

static EFI_STATUS delete (void *context, const struct found *found)
{
    EFI_STATUS status = delete_found(context, found);
    if (!EFI_ERROR(status))
        print("%ls is deleted.\n", found->full);
    return status;
}

static EFI_STATUS remove(const struct found *found, bool *quiet)
{
    if (found_is_in_use(found))
        return EFI_ACCESS_DENIED;
    if (found_is_directory(found) && !*quiet) {
        enum answer answer = ask("Delete the directory and all in it:", found->full);
        if (answer == ANSWER_CANCEL)
            return EFI_ABORTED;
        if (answer == ANSWER_NO)
            return EFI_SUCCESS;
        *quiet = answer == ANSWER_ALL;
    }
    return tree_walk(found, TREE_CHILDREN, delete, NULL);
}

static EFI_STATUS rm(struct invocation *i)
{
    bool quiet = i->values[QUIET] != NULL;
    struct found *found;
    EFI_STATUS status = operands_files(i, 0, i->count, &found);
    for (; !EFI_ERROR(status) && found != NULL; found = found->next)
        status = remove(found, &quiet);
    return status;
}

SHELL_COMMAND(rm_command) = {
    .name = "rm",
    .run = rm,
    .summary = "Deletes files and directories.",
    .operands = "file…",
    .details = "A directory goes with all that is in it. Read-only files are not deleted, and\n"
               "neither is the current directory.",
    .examples = "  rm *.log\n  rm -q fs0:\\old",
    OPTIONS(options),
    .least = 1,
    .most = ANY_NUMBER,
};
