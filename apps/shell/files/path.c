/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/path.h"

#include "lib/ucs2.h"

static bool is_separator(char16_t c)
{
    return c == '\\' || c == '/';
}

size_t path_mapping_length(const char16_t *path)
{
    for (size_t i = 0; path[i] != 0 && !is_separator(path[i]); i++)
        if (path[i] == ':')
            return i + 1;
    return 0;
}

static void drop_last(struct text *path, size_t root)
{
    while (path->length > root && path->data[path->length - 1] != '\\')
        path->length--;
    if (path->length > root)
        path->length--;
    if (path->data != NULL)
        path->data[path->length] = 0;
}

/* Appends each part of `path` to what begins at `root`. */
static void append_parts(struct text *ret, size_t root, const char16_t *path)
{
    while (*path != 0) {
        size_t length = 0;
        while (path[length] != 0 && !is_separator(path[length]))
            length++;
        bool dot = length == 1 && path[0] == '.';
        bool dots = length == 2 && path[0] == '.' && path[1] == '.';
        if (dots) {
            drop_last(ret, root);
        } else if (length > 0 && !dot) {
            text_put(ret, '\\');
            text_append(ret, path, length);
        }
        path += length;
        if (*path != 0)
            path++;
    }
}

void path_absolute(struct text *ret, const char16_t *directory, const char16_t *path)
{
    size_t root = ret->length;
    if (!is_separator(*path))
        append_parts(ret, root, directory);
    append_parts(ret, root, path);
    if (ret->length == root)
        text_put(ret, '\\');
}

const char16_t *path_name(const char16_t *path)
{
    const char16_t *name = path + path_mapping_length(path);
    for (const char16_t *at = name; *at != 0; at++)
        if (is_separator(*at))
            name = at + 1;
    return name;
}

size_t path_directory_length(const char16_t *path)
{
    size_t length = (size_t)(path_name(path) - path), mapping = path_mapping_length(path);
    if (length > mapping + 1)
        length--;
    return length;
}

bool path_has_wildcards(const char16_t *path)
{
    return text_find(path, '*') != NULL || text_find(path, '?') != NULL ||
           text_find(path, '[') != NULL;
}

/* [abc], [a-z]: true when `c` is in it. `*pattern` is behind the bracket, and moves behind the
 * closing one. False, and nothing moved, when there is no closing one. */
static bool take_set(const char16_t **pattern, char16_t c, bool *ret_match)
{
    const char16_t *end = text_find(*pattern, ']');
    if (end == NULL)
        return false;
    *ret_match = false;
    for (const char16_t *at = *pattern; at < end; at++) {
        char16_t first = ucs2_upper(*at), last = first;
        if (at[1] == '-' && at + 2 < end) {
            last = ucs2_upper(at[2]);
            at += 2;
        }
        if (c >= first && c <= last)
            *ret_match = true;
    }
    *pattern = end + 1;
    return true;
}

/* Does one character match what the pattern has next? Moves over that. */
static bool match_one(const char16_t **pattern, char16_t c)
{
    bool match;
    char16_t p = *(*pattern)++;
    if (p == '?')
        return true;
    if (p == '[' && take_set(pattern, ucs2_upper(c), &match))
        return match;
    return ucs2_upper(p) == ucs2_upper(c);
}

bool path_matches(const char16_t *name, const char16_t *pattern)
{
    const char16_t *star = NULL, *retry = NULL;
    while (*name != 0) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
            continue;
        }
        const char16_t *next = pattern;
        if (*pattern != 0 && match_one(&next, *name)) {
            pattern = next;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == 0;
}
