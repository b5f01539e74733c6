/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/editor/line_editor.h"

/* What Tab offers: commands and aliases for the first word, mappings, and files (UEFI Shell 2.2
 * §3.2). */
void complete_line(void *context, const char16_t *line, size_t cursor, struct completion *ret);
