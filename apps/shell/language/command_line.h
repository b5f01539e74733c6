/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"
#include "shell/memory.h"

/* The syntax of one line (UEFI Shell 2.2 §3.3 to §3.7), after variables were put in: words, quotes,
 * ^ escapes, comments, redirection and pipes. */

struct word {
    char16_t *text; /* without quotes and escapes */
    char16_t *raw;  /* as it stands on the line */
    bool quoted;    /* some of it was in quotes or escaped */
};

enum stream_format {
    FORMAT_UNICODE,
    FORMAT_ASCII,    /* >a <a */
    FORMAT_VARIABLE, /* >v <v: an environment variable */
};

enum standard_stream {
    STREAM_INPUT,
    STREAM_OUTPUT,
    STREAM_ERROR,
    STREAM_COUNT,
};

struct redirection {
    char16_t *target; /* NULL: none */
    enum stream_format format;
    bool append;
};

/* One command of a pipeline. */
struct stage {
    size_t count;
    struct word *words;
    struct redirection redirections[STREAM_COUNT];
    bool pipe_ascii; /* the pipe to the next one: |a */
};

struct command_line {
    size_t count; /* 0: nothing but spaces or a comment */
    struct stage *stages;
};

/* EFI_INVALID_PARAMETER with `*ret_problem` set to what is wrong, EFI_OUT_OF_RESOURCES. */
EFI_STATUS command_line_parse(struct arena *arena, const char16_t *line, struct command_line *ret,
                              const char **ret_problem) MUST_CHECK;

/* Splits into words only; nothing but quotes, escapes and the comment are special. */
EFI_STATUS words_parse(struct arena *arena, const char16_t *line, struct word **ret,
                       size_t *ret_count, const char **ret_problem) MUST_CHECK;
