/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/language/script.h"
#include "shell/memory.h"
#include "shell/text.h"

/* A `for` that is running. */
struct script_loop {
    struct script_loop *outer;
    size_t line; /* of the `for` */
    char16_t name[32];
    size_t name_length;

    /* for … in: the names. */
    struct arena arena;
    const char16_t **names;
    size_t name_count, next_name;

    /* for … run: numbers. */
    bool counts, finished;
    int64_t number, last, step;
    char16_t digits[24];

    const char16_t *value; /* of the index variable */
};

/* Reads `for %name in …` or `for %name run (first last [step])`; `set` is what is behind `in` or
 * `run`, variables put in. EFI_INVALID_PARAMETER and `*ret_problem`. script_loop_close() in any
 * case. */
EFI_STATUS script_loop_open(struct script_loop *loop, const struct script_host *host,
                            const char16_t *set, bool counts, const char **ret_problem) MUST_CHECK;
void script_loop_close(struct script_loop *loop);

/* Goes on to the next value; false when there is none. */
bool script_loop_next(struct script_loop *loop);

/* Splits the line: the name goes into `loop`, and the set is returned; NULL and `*ret_problem` when
 * it is no `for`. */
const char16_t *script_loop_parse(struct script_loop *loop, const char16_t *line, bool *ret_counts,
                                  const char **ret_problem);
