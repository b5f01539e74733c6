/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "lib/utf8.h"
#include "storage/fuse/private.h"

static bool is_dots(struct path_component component, size_t count)
{
    for (size_t i = 0; i < component.length; i++)
        if (component.name[i] != '.')
            return false;
    return component.length == count;
}

/* Appends "/name". */
static EFI_STATUS append(char *path, size_t *length, struct path_component component)
{
    size_t at = *length;
    if (at >= FUSE_PATH_MAX - 1)
        return EFI_INVALID_PARAMETER;
    path[at++] = '/';
    for (size_t i = 0; i < component.length; i++) {
        char bytes[3];
        size_t count = utf8_encode(component.name[i], bytes);
        if (count >= FUSE_PATH_MAX - at)
            return EFI_INVALID_PARAMETER;
        memcpy(path + at, bytes, count);
        at += count;
    }
    if (at - *length - 1 > FUSE_NAME_MAX)
        return EFI_INVALID_PARAMETER;
    *length = at;
    return EFI_SUCCESS;
}

EFI_STATUS fuse_path_join(const char *directory, const char16_t *path, char **ret)
{
    CLEANUP_POOL char *joined = pool_alloc(FUSE_PATH_MAX);
    if (joined == NULL)
        return EFI_OUT_OF_RESOURCES;
    size_t length = path_is_separator(*path) ? 0 : ascii_length(directory, FUSE_PATH_MAX);
    memcpy(joined, directory, length);
    if (length == 1)
        length = 0; /* the root: every name brings its own separator */
    for (;;) {
        struct path_component component = path_next(&path);
        EFI_STATUS status = EFI_SUCCESS;
        if (component.length == 0)
            break;
        if (is_dots(component, 2)) {
            if (length == 0)
                return EFI_NOT_FOUND;
            while (joined[--length] != '/')
                ;
        } else if (!is_dots(component, 1)) {
            status = append(joined, &length, component);
        }
        if (EFI_ERROR(status))
            return status;
    }
    if (length == 0)
        joined[length++] = '/';
    joined[length] = '\0';
    *ret = TAKE_POINTER(joined);
    return EFI_SUCCESS;
}

const char *fuse_path_name(const char *path)
{
    const char *name = path;
    for (; *path != '\0'; path++)
        if (*path == '/')
            name = path + 1;
    return name;
}

/* Only what comes out as the same bytes again can be opened by its name. */
static bool encodes_to(const char16_t *text, const uint8_t *name, size_t length)
{
    size_t at = 0;
    for (; *text != 0; text++) {
        char bytes[3];
        size_t count = utf8_encode(*text, bytes);
        if (count > length - at || memcmp(name + at, bytes, count) != 0)
            return false;
        at += count;
    }
    return at == length;
}

bool fuse_name_decode(const uint8_t *name, size_t length, char16_t ret[FILE_NAME_MAX + 1])
{
    struct utf8_decoder decoder = {0};
    size_t count = 0;
    if (length == 0 || length > FUSE_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        char16_t c;
        if (!utf8_decode(&decoder, name[i], &c))
            continue;
        if (c == 0 || path_is_separator(c))
            return false;
        ret[count++] = c;
    }
    ret[count] = 0;
    return encodes_to(ret, name, length);
}
