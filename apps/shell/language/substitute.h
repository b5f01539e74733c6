/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/text.h"

/* %…% in a line (UEFI Shell 2.2 §3.4 and §3.6): %0 to %9, environment variables, and the index
 * variables of `for`, which have no second percent sign. */
struct variable_source {
    /* The value of the variable whose name is `name[length]`, or NULL. */
    const char16_t *(*environment)(void *context, const char16_t *name, size_t length);
    /* The positional parameter, "" when there are fewer; NULL outside scripts, where %1 is no
     * parameter. */
    const char16_t *(*parameter)(void *context, unsigned number);
    /* The value of the index variable with the longest name that `at` begins with, and the name's
     * length; NULL when there is none. */
    const char16_t *(*index)(void *context, const char16_t *at, size_t *ret_length);
    void *context;
};

/* Appends `line` to `ret` with every variable replaced by its value, and by nothing when there is
 * no such variable. ^% stands for itself. EFI_OUT_OF_RESOURCES. */
EFI_STATUS substitute(const char16_t *line, const struct variable_source *source,
                      struct text *ret) MUST_CHECK;
