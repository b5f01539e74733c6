/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/environment.h"
#include "shell/execute.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/text.h"

static const char16_t *const extensions[] = {u".nsh", u".efi"};

static bool has_extension(const char16_t *name)
{
    size_t length = ucs2_length(name, SIZE_MAX);
    for (size_t i = 0; i < ARRAY_SIZE(extensions); i++)
        if (length > 4 && ucs2_equal_ignoring_case(name + length - 4, extensions[i]))
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
static char16_t *try(const char16_t *directory, size_t directory_length, const char16_t *name)
{
    struct text path = {0};
    char16_t *found = NULL;
    text_append(&path, directory, directory_length);
    if (directory_length > 0 && directory[directory_length - 1] != '\\' &&
        directory[directory_length - 1] != ':')
        text_put(&path, '\\');
    text_append_string(&path, name);
    size_t length = path.length;
    if (has_extension(name)) {
        found = full_name(text_string(&path));
    } else {
        for (size_t i = 0; i < ARRAY_SIZE(extensions) && found == NULL && !path.failed; i++) {
            path.length = length;
            text_append_string(&path, extensions[i]);
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

EFI_STATUS execute_find(const char16_t *name, char16_t **ret)
{
    const char16_t *path = environment_get(u"path");
    *ret = try(u"", 0, name);
    if (*ret != NULL)
        return EFI_SUCCESS;
    if (has_directory(name))
        return EFI_NOT_FOUND;
    while (path != NULL && *path != 0) {
        size_t length = 0;
        while (path[length] != 0 && path[length] != ';')
            length++;
        *ret = try(path, length, name);
        if (*ret != NULL)
            return EFI_SUCCESS;
        path += length + (path[length] != 0);
    }
    return EFI_NOT_FOUND;
}
