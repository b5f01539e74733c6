/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/memory.h"

/* The lines of a script and how its blocks lie in each other. */

enum line_kind {
    LINE_EMPTY, /* or a comment */
    LINE_COMMAND,
    LINE_LABEL,
    LINE_IF,
    LINE_ELSE,
    LINE_ENDIF,
    LINE_FOR,
    LINE_ENDFOR,
    LINE_GOTO,
    LINE_SHIFT,
};

#define NO_LINE SIZE_MAX

struct script_line {
    char16_t *text; /* without leading spaces and @ */
    enum line_kind kind;
    bool silent;    /* had the @ that keeps it from being echoed */
    size_t parent;  /* the innermost `if` or `for` that it lies in; NO_LINE */
    size_t partner; /* if: its else or endif; else: its endif; for: its endfor; endfor: its for;
                       endif: what it closes; NO_LINE when that is missing */
};

struct script_lines {
    struct script_line *lines;
    size_t count;
};

EFI_STATUS script_lines_parse(struct arena *arena, const char16_t *text,
                              struct script_lines *ret) MUST_CHECK;

/* The line of label `name`, upper or lower case; NO_LINE. */
size_t script_find_label(const struct script_lines *script, const char16_t *name);

/* Does `line` lie, at whatever depth, in the block that begins at `block`? */
bool script_lies_in(const struct script_lines *script, size_t line, size_t block);
