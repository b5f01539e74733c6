/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/copy.h"

#include "lib/ucs2.h"
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/files/tree.h"
#include "shell/print.h"
#include "shell/shell.h"

#define COPY_SIZE (256u << 10) /* bytes at a time */

EFI_STATUS copy_target(struct invocation *i, struct found **ret_sources, struct target *ret)
{
    struct location location;
    size_t sources = MAX(i->count, 2u) - 1;
    const char16_t *to = i->count > 1 ? i->operands[i->count - 1] : u".";
    EFI_STATUS status = operands_files(i, 0, sources, ret_sources);
    if (EFI_ERROR(status))
        return status;
    status = file_locate(i->arena, to, &location);
    if (EFI_ERROR(status))
        return complain_unless_aborted(status, to);
    *ret = (struct target){location.full, file_is_directory(to)};
    if (ret->is_directory || (*ret_sources)->next == NULL)
        return EFI_SUCCESS;
    complain("%ls is no directory", location.full);
    return EFI_INVALID_PARAMETER;
}

EFI_STATUS copy_place(struct arena *arena, const struct found *source, const struct target *target,
                      const char16_t **ret)
{
    struct text place = {0};
    text_append_string(&place, target->full);
    if (target->is_directory && source->name[0] != 0) {
        if (place.length > 0 && place.data[place.length - 1] != '\\')
            text_put(&place, '\\');
        text_append_string(&place, source->name);
    }
    const char16_t *full =
        place.failed ? NULL : arena_copy(arena, text_string(&place), place.length);
    text_free(&place);
    if (full == NULL)
        return EFI_OUT_OF_RESOURCES;
    struct location from, to;
    EFI_STATUS status = file_locate(arena, source->full, &from);
    if (!EFI_ERROR(status))
        status = file_locate(arena, full, &to);
    if (EFI_ERROR(status))
        return status;
    if (location_lies_in(&to, from.volume, from.path)) {
        complain("%ls would go into itself", source->full);
        return EFI_INVALID_PARAMETER;
    }
    *ret = full;
    return EFI_SUCCESS;
}

static EFI_STATUS copy_bytes(EFI_FILE_PROTOCOL *from, EFI_FILE_PROTOCOL *to)
{
    EFI_STATUS status = EFI_SUCCESS;
    size_t size = COPY_SIZE;
    void *buffer = shell_alloc(COPY_SIZE);
    if (buffer == NULL)
        return EFI_OUT_OF_RESOURCES;
    while (!EFI_ERROR(status) && size > 0) {
        size = COPY_SIZE;
        status = shell_interrupted() ? EFI_ABORTED : file_read(from, buffer, &size);
        if (!EFI_ERROR(status) && size > 0)
            status = file_write(to, buffer, size);
    }
    shell_free(buffer);
    return status;
}

/* The copy keeps time and attributes. */
static EFI_STATUS copy_info(const struct found *source, EFI_FILE_PROTOCOL *to)
{
    EFI_FILE_INFO *info;
    EFI_STATUS status = file_get_info(to, &info);
    if (EFI_ERROR(status))
        return status;
    info->CreateTime = source->info->CreateTime;
    info->LastAccessTime = source->info->LastAccessTime;
    info->ModificationTime = source->info->ModificationTime;
    info->Attribute |= source->info->Attribute & ~EFI_FILE_DIRECTORY;
    status = to->SetInfo(to, GUID_OF(EFI_FILE_INFO), info->Size, info);
    shell_free(info);
    return status;
}

/* What was copied in part only is deleted again. */
static EFI_STATUS copy_file(const struct found *source, const char16_t *to)
{
    EFI_FILE_PROTOCOL *in, *out;
    EFI_STATUS status = file_open(source->full, EFI_FILE_MODE_READ, 0, &in);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", source->full);
    status = file_create(to, &out);
    if (EFI_ERROR(status)) {
        file_close(in);
        return complain_status(status, "%ls", to);
    }
    status = copy_bytes(in, out);
    if (!EFI_ERROR(status))
        status = copy_info(source, out);
    file_close(in);
    if (!EFI_ERROR(status)) {
        status = out->Close(out);
    } else if (EFI_ERROR(file_delete(out))) {
        complain("%ls is incomplete", to);
    }
    if (!EFI_ERROR(status))
        print("%ls -> %ls\n", source->full, to);
    return complain_unless_aborted(status, to);
}

static EFI_STATUS copy_directory(const char16_t *to)
{
    EFI_FILE_PROTOCOL *file;
    if (file_is_directory(to))
        return EFI_SUCCESS;
    EFI_STATUS status =
        file_open(to, FILE_READ_WRITE | EFI_FILE_MODE_CREATE, EFI_FILE_DIRECTORY, &file);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", to);
    file_close(file);
    print("%ls is made.\n", to);
    return EFI_SUCCESS;
}

struct copy {
    size_t prefix; /* characters of the root's full name */
    const char16_t *to;
    bool *quiet, *kept;
};

static EFI_STATUS copy_visit(void *context, const struct found *found)
{
    struct copy *copy = context;
    struct text to = {0};
    text_append_string(&to, copy->to);
    text_append_string(&to, found->full + copy->prefix);
    EFI_STATUS status = to.failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
    if (!EFI_ERROR(status) && found_is_directory(found)) {
        status = copy_directory(text_string(&to));
    } else if (!EFI_ERROR(status)) {
        enum answer answer = ANSWER_YES;
        if (!*copy->quiet && file_exists(text_string(&to)))
            answer = ask("Replace", text_string(&to));
        *copy->quiet |= answer == ANSWER_ALL;
        *copy->kept |= answer == ANSWER_NO;
        if (answer == ANSWER_CANCEL)
            status = EFI_ABORTED;
        else if (answer != ANSWER_NO)
            status = copy_file(found, text_string(&to));
    }
    text_free(&to);
    return status;
}

EFI_STATUS copy_tree(const struct found *source, const char16_t *to, bool recursive, bool *quiet,
                     bool *ret_kept)
{
    struct copy copy = {ucs2_length(source->full, SIZE_MAX), to, quiet, ret_kept};
    if (found_is_directory(source) && !recursive) {
        complain("%ls is a directory, which -r copies", source->full);
        return EFI_INVALID_PARAMETER;
    }
    /* "FS0:\" has the backslash that its children's names go on with. */
    if (source->name[0] == 0)
        copy.prefix--;
    return tree_walk(source, recursive ? TREE_PARENTS : TREE_ALONE, copy_visit, &copy);
}
