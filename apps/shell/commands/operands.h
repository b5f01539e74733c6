/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/command.h"
#include "shell/files/find.h"

/* What commands on files have in common. */

/* The files that an operand stands for, after a complaint when there is none. */
EFI_STATUS operand_files(struct invocation *i, const char16_t *operand,
                         struct found **ret) MUST_CHECK;

/* The same for all operands from `first` up to, but not including, `end`. */
EFI_STATUS operands_files(struct invocation *i, size_t first, size_t end,
                          struct found **ret) MUST_CHECK;

/* The one file that an operand stands for. */
EFI_STATUS operand_file(struct invocation *i, const char16_t *operand,
                        struct found **ret) MUST_CHECK;

/* Asks until Y, N, A or C is pressed. Ctrl-C, and a shell without a keyboard, cancel. */
enum answer {
    ANSWER_YES,
    ANSWER_NO,
    ANSWER_ALL,
    ANSWER_CANCEL,
};
enum answer ask(const char *question, const char16_t *about);

/* Complains about an error, unless it is the user's Ctrl-C; returns `status`. */
EFI_STATUS complain_unless_aborted(EFI_STATUS status, const char16_t *about);

/* Is it a root, or a directory that is or holds the current one, which stays where it is? Complains
 * then. */
bool found_is_in_use(const struct found *found);

/* Deletes a file or an empty directory, with a complaint when that cannot be. The second one is for
 * tree_walk(). */
EFI_STATUS delete_named(const char16_t *name) MUST_CHECK;
EFI_STATUS delete_found(void *context, const struct found *found) MUST_CHECK;
