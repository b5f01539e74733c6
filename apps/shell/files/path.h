/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/types.h"
#include "shell/text.h"

/* Names of files: `MAP:\DIR\FILE`, with \ or / between directories (UEFI Shell 2.2 §3.7). No file
 * is looked at here. */

/* Length of the mapping with its colon, 0 when the path has none. */
size_t path_mapping_length(const char16_t *path);

/* Appends the absolute form of `path`, which has no mapping, as seen from `directory`: begins with
 * \, has single backslashes, no . and
 * .., and no backslash at its end unless it is the root. */
void path_absolute(struct text *ret, const char16_t *directory, const char16_t *path);

/* The last part of the path, "" for a root. */
const char16_t *path_name(const char16_t *path);

/* Length of what is in front of the last part, the backslash not counted unless it is the root's.
 */
size_t path_directory_length(const char16_t *path);

/* Does it contain characters of a pattern? */
bool path_has_wildcards(const char16_t *path);

/* Does the name match the pattern of * ? and [a-z], upper or lower case? */
bool path_matches(const char16_t *name, const char16_t *pattern);
