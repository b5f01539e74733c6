/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/language/command_line.h"

/* The condition of `if` (UEFI Shell 2.2 §5.3, `if`). */
struct condition_host {
    /* Is there a file or directory that the pattern matches? */
    bool (*exists)(void *context, const char16_t *pattern);
    /* The same, or in the current directory or on the path? */
    bool (*available)(void *context, const char16_t *name);
    /* Is it one of the profiles in %profiles%? */
    bool (*has_profile)(void *context, const char16_t *name);
    void *context;
};

/* The words between `if` and the end of the line, `then` included. EFI_INVALID_PARAMETER and
 * `*ret_problem`. */
EFI_STATUS condition_evaluate(const struct word *words, size_t count,
                              const struct condition_host *host, bool *ret,
                              const char **ret_problem) MUST_CHECK;
