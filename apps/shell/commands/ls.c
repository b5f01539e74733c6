/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/commands/attributes.h"
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/files/tree.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"

enum { RECURSIVE, ATTRIBUTES, SFO };

static const struct option options[] = {
    {"-r", OPTION_FLAG, NULL, "Also what is in the directories below."},
    {"-a", OPTION_ATTACHED, "ahsrd",
     "All files, or only those with these attributes: archive, "
     "hidden, system, read-only, directory."},
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

struct listing {
    bool sfo;
    bool every;      /* -a alone */
    bool whole;      /* directories with all that is in them */
    uint64_t wanted; /* attributes; 0: those that are neither hidden nor system files */
    const char16_t *pattern;
    size_t shown; /* in all directories */
    uint64_t bytes, files, directories;
};

static bool is_wanted(const struct listing *listing, const EFI_FILE_INFO *info)
{
    if (listing->every)
        return true;
    if (listing->wanted != 0)
        return (info->Attribute & listing->wanted) == listing->wanted;
    return (info->Attribute & (EFI_FILE_HIDDEN | EFI_FILE_SYSTEM)) == 0;
}

static void show_sfo(const struct found *found)
{
    const EFI_FILE_INFO *info = found->info;
    const EFI_TIME *times[] = {&info->CreateTime, &info->LastAccessTime, &info->ModificationTime};
    char text[8];
    sfo_row("FileInfo");
    sfo_text(found->full);
    sfo_column("%lu", info->FileSize);
    sfo_column("%lu", info->PhysicalSize);
    sfo_column("%s", attributes_text(info->Attribute, text));
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        const EFI_TIME *t = times[i];
        sfo_column("%02u:%02u:%02u", t->Hour, t->Minute, t->Second);
        sfo_column("%02u.%02u.%04u", t->Day, t->Month, t->Year);
    }
    sfo_end();
}

static void show(struct listing *listing, const struct found *found)
{
    const EFI_FILE_INFO *info = found->info;
    const EFI_TIME *t = &info->ModificationTime;
    bool directory = found_is_directory(found);
    char size[GROUPED_SIZE];
    listing->shown++;
    if (listing->sfo) {
        show_sfo(found);
        return;
    }
    listing->files += !directory;
    listing->directories += directory;
    listing->bytes += directory ? 0 : info->FileSize;
    print("%02u/%02u/%04u  %02u:%02u %-5s %c %12s  %ls\n", t->Month, t->Day, t->Year, t->Hour,
          t->Minute, directory ? "<DIR>" : "",
          (info->Attribute & EFI_FILE_READ_ONLY) != 0 ? 'r' : ' ', grouped(info->FileSize, size),
          found->name);
}

static void show_heading(const struct listing *listing, const char16_t *directory)
{
    size_t length = ucs2_length(directory, SIZE_MAX);
    if (!listing->sfo)
        print("Directory of: %ls%s\n", directory, directory[length - 1] == '\\' ? "" : "\\");
}

static void show_sums(const struct listing *listing)
{
    char bytes[GROUPED_SIZE];
    if (!listing->sfo)
        print("%11lu File(s) %12s bytes\n%11lu Dir(s)\n\n", listing->files,
              grouped(listing->bytes, bytes), listing->directories);
}

/* The entries of a directory that match. Of a pattern only directories that have some are named. */
static EFI_STATUS list_directory(struct listing *listing, const char16_t *directory)
{
    struct arena arena = {0};
    struct found *found = NULL;
    size_t before = listing->shown;
    listing->bytes = listing->files = listing->directories = 0;
    EFI_STATUS status = find_in_directory(&arena, directory, &found);
    if (!EFI_ERROR(status) && listing->whole)
        show_heading(listing, directory);
    for (; !EFI_ERROR(status) && found != NULL; found = found->next) {
        if (shell_interrupted())
            status = EFI_ABORTED;
        if (EFI_ERROR(status) || !path_matches(found->name, listing->pattern) ||
            !is_wanted(listing, found->info))
            continue;
        if (listing->shown == before && !listing->whole)
            show_heading(listing, directory);
        show(listing, found);
    }
    if (!EFI_ERROR(status) && (listing->whole || listing->shown > before))
        show_sums(listing);
    arena_free(&arena);
    return status;
}

static EFI_STATUS visit(void *context, const struct found *found)
{
    return found_is_directory(found) ? list_directory(context, found->full) : EFI_SUCCESS;
}

/* A directory stands for what is in it, anything else for itself in its directory. */
static EFI_STATUS list(struct invocation *i, struct listing *listing, const char16_t *operand)
{
    struct location location;
    struct found *directory;
    bool whole = listing->whole =
        !path_has_wildcards(path_name(operand)) && file_is_directory(operand);
    EFI_STATUS status = file_locate(i->arena, operand, &location);
    if (EFI_ERROR(status))
        return status;
    const char16_t *full = location.full;
    listing->pattern = whole ? u"*" : path_name(full);
    if (!whole)
        full = arena_copy(i->arena, full, path_directory_length(full));
    if (full == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = find_files(i->arena, full, &directory);
    for (; !EFI_ERROR(status) && directory != NULL; directory = directory->next)
        status = tree_walk(directory, i->values[RECURSIVE] != NULL ? TREE_PARENTS : TREE_ALONE,
                           visit, listing);
    bool nothing = !EFI_ERROR(status) && listing->shown == 0 && !whole;
    return nothing ? EFI_NOT_FOUND : status;
}

static void show_volume(struct volume *volume)
{
    EFI_FILE_SYSTEM_INFO *info;
    if (EFI_ERROR(volume_info(volume, &info)))
        return;
    sfo_row("VolumeInfo");
    sfo_text(info->VolumeLabel);
    sfo_column("%lu", info->VolumeSize);
    sfo_column("%s", info->ReadOnly ? "TRUE" : "FALSE");
    sfo_column("%lu", info->FreeSpace);
    sfo_column("%u", info->BlockSize);
    sfo_end();
    shell_free(info);
}

static EFI_STATUS ls(struct invocation *i)
{
    const char16_t *operand = i->count > 0 ? i->operands[0] : u".",
                   *letters = i->values[ATTRIBUTES];
    struct listing listing = {.sfo = i->values[SFO] != NULL};
    struct location location;
    if (letters != NULL && !attributes_parse(letters, &listing.wanted)) {
        complain("'%ls' is no list of attributes", letters);
        return EFI_INVALID_PARAMETER;
    }
    listing.every = letters != NULL && *letters == 0;
    EFI_STATUS status = file_locate(i->arena, operand, &location);
    if (EFI_ERROR(status))
        return complain_unless_aborted(status, operand);
    if (listing.sfo) {
        sfo_command("ls");
        show_volume(location.volume);
    }
    return complain_unless_aborted(list(i, &listing, operand), operand);
}

SHELL_COMMAND(ls_command) = {
    .name = "ls",
    .run = ls,
    .summary = "Lists files and directories.",
    .operands = "[file]",
    .details = "Without an operand the current directory is listed. Hidden files and system files\n"
               "are listed with -a only; -a with letters lists the files that have all of these\n"
               "attributes.",
    .examples = "  ls fs0:\\efi\n  ls -r -a *.efi\n  ls -ahs",
    OPTIONS(options),
    .most = 1,
};
