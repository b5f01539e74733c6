/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/find.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/shell.h"

/* A list that grows at its end. */
struct found_list {
    struct arena *arena;
    struct found *first, **end;
};

static void list_begin(struct found_list *list, struct arena *arena)
{
    *list = (struct found_list){.arena = arena};
    list->end = &list->first;
}

/* "directory\name", or a root without a name. */
static char16_t *join(struct arena *arena, const char16_t *directory, const char16_t *name)
{
    struct text text = {0};
    text_append_string(&text, directory);
    if (*name != 0 && text.length > 0 && text.data[text.length - 1] != '\\')
        text_put(&text, '\\');
    text_append_string(&text, name);
    char16_t *joined = text.failed ? NULL : arena_copy(arena, text_string(&text), text.length);
    text_free(&text);
    return joined;
}

static EFI_STATUS list_add(struct found_list *list, const char16_t *full, const EFI_FILE_INFO *info)
{
    struct found *found = arena_alloc(list->arena, sizeof *found);
    EFI_FILE_INFO *copy = arena_alloc(list->arena, info->Size);
    if (found == NULL || copy == NULL || full == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(copy, info, info->Size);
    *found = (struct found){.full = full, .name = path_name(full), .info = copy};
    *list->end = found;
    list->end = &found->next;
    return EFI_SUCCESS;
}

/* Merges two sorted lists. */
static struct found *merge(struct found *a, struct found *b)
{
    struct found *first = NULL, **end = &first;
    while (a != NULL && b != NULL) {
        struct found **less = text_compare_ignoring_case(b->name, a->name) < 0 ? &b : &a;
        *end = *less;
        *less = (*less)->next;
        end = &(*end)->next;
    }
    *end = a != NULL ? a : b;
    return first;
}

/* Takes the first `count` entries off the list, sorted by name. */
static struct found *take_sorted(struct found **list, size_t count)
{
    struct found *first = *list;
    if (count == 0)
        return NULL;
    if (count > 1) {
        first = take_sorted(list, count / 2);
        return merge(first, take_sorted(list, count - count / 2));
    }
    *list = first->next;
    first->next = NULL;
    return first;
}

/* Adds the entries of a directory that match, in the order of their names. */
static EFI_STATUS search(struct found_list *list, const char16_t *directory,
                         const char16_t *pattern, bool directories_only)
{
    EFI_FILE_PROTOCOL *file;
    EFI_FILE_INFO *info;
    struct found **begin = list->end;
    size_t count = 0;
    EFI_STATUS status = file_open(directory, EFI_FILE_MODE_READ, 0, &file);
    if (EFI_ERROR(status))
        return status;
    for (;;) {
        status = shell_interrupted() ? EFI_ABORTED : file_next_entry(file, &info);
        if (EFI_ERROR(status) || info == NULL)
            break;
        bool wanted = path_matches(info->FileName, pattern) &&
                      (!directories_only || (info->Attribute & EFI_FILE_DIRECTORY) != 0);
        if (wanted)
            status = list_add(list, join(list->arena, directory, info->FileName), info);
        shell_free(info);
        if (EFI_ERROR(status))
            break;
        count += wanted;
    }
    file_close(file);
    if (EFI_ERROR(status))
        return status;
    struct found *unsorted = *begin;
    *begin = take_sorted(&unsorted, count);
    while (*list->end != NULL)
        list->end = &(*list->end)->next;
    return EFI_SUCCESS;
}

EFI_STATUS find_in_directory(struct arena *arena, const char16_t *directory, struct found **ret)
{
    struct found_list list;
    list_begin(&list, arena);
    EFI_STATUS status = search(&list, directory, u"*", false);
    if (!EFI_ERROR(status))
        *ret = list.first;
    return status;
}

/* One that is named in full. */
static EFI_STATUS add_named(struct found_list *list, const char16_t *full)
{
    EFI_FILE_PROTOCOL *file;
    EFI_FILE_INFO *info;
    EFI_STATUS status = file_open(full, EFI_FILE_MODE_READ, 0, &file);
    if (EFI_ERROR(status))
        return status;
    status = file_get_info(file, &info);
    file_close(file);
    if (EFI_ERROR(status))
        return status;
    status = list_add(list, full, info);
    shell_free(info);
    return status;
}

/* The entries `name` of all directories in `in`. A missing one is no failure. */
static EFI_STATUS descend(struct found_list *out, const struct found *in, const char16_t *name,
                          bool last)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (; in != NULL && !EFI_ERROR(status); in = in->next) {
        char16_t *full = join(out->arena, in->full, name);
        if (full == NULL)
            return EFI_OUT_OF_RESOURCES;
        status = add_named(out, full);
        /* What a file system says to * as a name is its own matter. */
        if (EFI_ERROR(status) && status != EFI_OUT_OF_RESOURCES && path_has_wildcards(name))
            status = search(out, in->full, name, !last);
        if (status == EFI_NOT_FOUND)
            status = EFI_SUCCESS;
    }
    return status;
}

EFI_STATUS find_files(struct arena *arena, const char16_t *pattern, struct found **ret)
{
    struct location location;
    struct found_list list;
    EFI_STATUS status = file_locate(arena, pattern, &location);
    if (EFI_ERROR(status))
        return status;
    size_t root = (size_t)(location.path - location.full) + 1;
    const char16_t *root_name = arena_copy(arena, location.full, root);
    if (root_name == NULL)
        return EFI_OUT_OF_RESOURCES;
    list_begin(&list, arena);
    status = add_named(&list, root_name);
    const char16_t *part = location.path + 1;
    while (*part != 0 && !EFI_ERROR(status)) {
        const char16_t *end = text_find(part, '\\');
        size_t length = end != NULL ? (size_t)(end - part) : ucs2_length(part, SIZE_MAX);
        const char16_t *name = arena_copy(arena, part, length);
        struct found *directories = list.first;
        if (name == NULL)
            return EFI_OUT_OF_RESOURCES;
        list_begin(&list, arena);
        status = descend(&list, directories, name, part[length] == 0);
        part += length + (part[length] != 0);
    }
    if (EFI_ERROR(status))
        return status;
    if (list.first == NULL)
        return EFI_NOT_FOUND;
    *ret = list.first;
    return EFI_SUCCESS;
}
