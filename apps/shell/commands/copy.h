/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/command.h"
#include "shell/files/find.h"

/* Copying, for cp and mv. */

/* Where operands shall go: `to` is a directory, or the new name of the one source. */
struct target {
    const char16_t *full;
    bool is_directory;
};

/* The last operand is the target, the current directory if there is one operand only. Complains
 * when several sources are to go where no directory is. */
EFI_STATUS copy_target(struct invocation *i, struct found **ret_sources,
                       struct target *ret) MUST_CHECK;

/* The full name of `source` at the target, in `arena`; EFI_ACCESS_DENIED, after a complaint, when
 * it is the source itself or lies in it. */
EFI_STATUS copy_place(struct arena *arena, const struct found *source, const struct target *target,
                      const char16_t **ret) MUST_CHECK;

/* Copies the file or, if `recursive`, the directory. Asks before it replaces anything, unless
 * `*quiet`. Complains by itself. `*ret_kept` is set when the user said no. */
EFI_STATUS copy_tree(const struct found *source, const char16_t *to, bool recursive, bool *quiet,
                     bool *ret_kept) MUST_CHECK;
