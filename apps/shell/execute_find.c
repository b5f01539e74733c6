/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/environment.h"
#include "shell/execute.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/text.h"

/* Of four characters each; NULL ends them. */
static const char16_t *const programs[] = {u".nsh", u".efi", NULL};
static const char16_t *const manuals[] = {u".man", NULL};

static bool has_extension(const char16_t *name, const char16_t *const *extensions)
{
    size_t length = ucs2_length(name, SIZE_MAX);
    for (; *extensions != NULL; extensions++)
        if (length > 4 && ucs2_equal_ignoring_case(name + length - 4, *extensions))
            return true;
    return false;
}

/* The full name of a file that is there and no directory; NULL. */
static char16_t *full_name(const char16_t *name)
{
    struct arena arena = {0};
    struct location location;
    struct text full = {0};
    char16_t *taken = NULL;
    if (file_exists(name) && !file_is_directory(name) &&
        !EFI_ERROR(file_locate(&arena, name, &location))) {
        text_append_string(&full, location.full);
        taken = text_take(&full);
    }
    arena_free(&arena);
    return taken;
}

/* Tries the name as it is, or with each extension. */
static char16_t *try(const char16_t *directory, size_t directory_length, const char16_t *name,
                     const char16_t *const *extensions)
{
    struct text path = {0};
    char16_t *found = NULL;
    text_append(&path, directory, directory_length);
    if (directory_length > 0 && directory[directory_length - 1] != '\\' &&
        directory[directory_length - 1] != ':')
        text_put(&path, '\\');
    text_append_string(&path, name);
    size_t length = path.length;
    if (has_extension(name, extensions)) {
        found = full_name(text_string(&path));
    } else {
        for (; *extensions != NULL && found == NULL && !path.failed; extensions++) {
            path.length = length;
            text_append_string(&path, *extensions);
            found = full_name(text_string(&path));
        }
    }
    text_free(&path);
    return found;
}

static bool has_directory(const char16_t *name)
{
    return text_find(name, '\\') != NULL || text_find(name, '/') != NULL ||
           text_find(name, ':') != NULL;
}

static EFI_STATUS find(const char16_t *name, const char16_t *const *extensions, char16_t **ret)
{
    const char16_t *path = environment_get(u"path");
    *ret = try(u"", 0, name, extensions);
    if (*ret != NULL)
        return EFI_SUCCESS;
    if (has_directory(name))
        return EFI_NOT_FOUND;
    while (path != NULL && *path != 0) {
        size_t length = 0;
        while (path[length] != 0 && path[length] != ';')
            length++;
        *ret = try(path, length, name, extensions);
        if (*ret != NULL)
            return EFI_SUCCESS;
        path += length + (path[length] != 0);
    }
    return EFI_NOT_FOUND;
}

EFI_STATUS execute_find(const char16_t *name, char16_t **ret)
{
    return find(name, programs, ret);
}

EFI_STATUS execute_find_manual(const char16_t *name, char16_t **ret)
{
    struct text stem = {0};
    size_t length = ucs2_length(name, SIZE_MAX);
    text_append(&stem, name, has_extension(name, programs) ? length - 4 : length);
    EFI_STATUS status = stem.failed ? EFI_OUT_OF_RESOURCES : find(text_string(&stem), manuals, ret);
    text_free(&stem);
    return status;
}
