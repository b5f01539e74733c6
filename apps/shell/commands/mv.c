/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/guid.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/commands/copy.h"
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/files/tree.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { QUIET };

static const struct option options[] = {
    {"-q", OPTION_FLAG, NULL, "Replaces files without asking, as scripts do anyway."},
};

/* Gives the file another name on its volume. */
static EFI_STATUS rename(EFI_FILE_PROTOCOL *file, const struct found *source, const char16_t *path)
{
    size_t size = sizeof(EFI_FILE_INFO) + ucs2_size(path);
    EFI_FILE_INFO *info = shell_alloc(size);
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(info, source->info, sizeof *info);
    memcpy(info->FileName, path, ucs2_size(path));
    info->Size = size;
    EFI_STATUS status = file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info);
    shell_free(info);
    return status;
}

/* To another volume: a copy, and the source is deleted when all of it is there. */
static EFI_STATUS move_away(const struct found *source, const char16_t *to, bool *quiet)
{
    bool kept = false;
    EFI_STATUS status = copy_tree(source, to, true, quiet, &kept);
    if (EFI_ERROR(status) || kept)
        return status;
    return tree_walk(source, TREE_CHILDREN, delete_found, NULL);
}

/* Makes room at the destination. EFI_ABORTED: the user cancels; EFI_ALREADY_STARTED: keeps it. */
static EFI_STATUS make_room(const char16_t *to, bool *quiet)
{
    if (!file_exists(to))
        return EFI_SUCCESS;
    if (file_is_directory(to))
        return complain_status(EFI_ACCESS_DENIED, "%ls is there already", to);
    enum answer answer = *quiet ? ANSWER_YES : ask("Replace", to);
    *quiet |= answer == ANSWER_ALL;
    if (answer == ANSWER_CANCEL)
        return EFI_ABORTED;
    if (answer == ANSWER_NO)
        return EFI_ALREADY_STARTED;
    return delete_named(to);
}

static EFI_STATUS move(struct invocation *i, const struct found *source,
                       const struct target *target, bool *quiet)
{
    const char16_t *to;
    struct location from_location, to_location;
    if (found_is_in_use(source))
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = copy_place(i->arena, source, target, &to);
    if (!EFI_ERROR(status))
        status = file_locate(i->arena, source->full, &from_location);
    if (!EFI_ERROR(status))
        status = file_locate(i->arena, to, &to_location);
    if (EFI_ERROR(status))
        return status;
    if (from_location.volume != to_location.volume)
        return move_away(source, to, quiet);

    /* What cannot be moved, as a read-only file, does not cost the one at the destination. */
    EFI_FILE_PROTOCOL *file;
    status = file_open(source->full, FILE_READ_WRITE, 0, &file);
    if (EFI_ERROR(status))
        return complain_unless_aborted(status, source->full);
    status = make_room(to, quiet);
    if (!EFI_ERROR(status))
        status = complain_unless_aborted(rename(file, source, to_location.path), source->full);
    file_close(file);
    if (!EFI_ERROR(status))
        print("%ls -> %ls\n", source->full, to);
    return status == EFI_ALREADY_STARTED ? EFI_SUCCESS : status;
}

static EFI_STATUS mv(struct invocation *i)
{
    struct found *source;
    struct target target;
    bool quiet = i->values[QUIET] != NULL || shell.scripts > 0;
    EFI_STATUS result = copy_target(i, &source, &target);
    if (EFI_ERROR(result))
        return result;
    for (; result != EFI_ABORTED && source != NULL; source = source->next) {
        EFI_STATUS status = move(i, source, &target, &quiet);
        if (EFI_ERROR(status))
            result = status;
    }
    return result;
}

SHELL_COMMAND(mv_command) = {
    .name = "mv",
    .run = mv,
    .summary = "Moves or renames files and directories.",
    .operands = "source… [destination]",
    .details =
        "The destination is a directory, or the new name if there is one source only. Without\n"
        "it the current directory is meant, which itself stays where it is. What goes to another "
        "volume is copied, and then\n"
        "deleted here.",
    .examples = "  mv a.txt b.txt\n  mv *.efi tools\n  mv logs fs1:\\",
    OPTIONS(options),
    .least = 1,
    .most = ANY_NUMBER,
};
