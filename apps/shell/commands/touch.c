/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/files/tree.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { RECURSIVE };

static const struct option options[] = {
    {"-r", OPTION_FLAG, NULL, "Also what is in directories."},
};

static EFI_STATUS touch_one(void *context, const struct found *found)
{
    EFI_FILE_PROTOCOL *file;
    EFI_FILE_INFO *info = found->info;
    const EFI_TIME *now = context;
    if (found->name[0] == 0)
        return EFI_SUCCESS; /* a root has no time */
    EFI_STATUS status = file_open(found->full, FILE_READ_WRITE, 0, &file);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", found->full);
    info->ModificationTime = info->LastAccessTime = *now;
    status = file->SetInfo(file, GUID_OF(EFI_FILE_INFO), info->Size, info);
    file_close(file);
    return EFI_ERROR(status) ? complain_status(status, "%ls", found->full) : status;
}

static EFI_STATUS touch(struct invocation *i)
{
    EFI_TIME now;
    struct found *found;
    EFI_STATUS status = shell.rt->GetTime(&now, NULL);
    if (EFI_ERROR(status))
        return complain_status(status, "the clock");
    status = operands_files(i, 0, i->count, &found);
    for (; !EFI_ERROR(status) && found != NULL; found = found->next)
        status = tree_walk(found, i->values[RECURSIVE] != NULL ? TREE_PARENTS : TREE_ALONE,
                           touch_one, &now);
    return status;
}

SHELL_COMMAND(touch_command) = {
    .name = "touch",
    .run = touch,
    .summary = "Sets the time of files to the present.",
    .operands = "file…",
    .examples = "  touch note.txt\n  touch -r fs0:\\efi",
    OPTIONS(options),
    .least = 1,
    .most = ANY_NUMBER,
};
