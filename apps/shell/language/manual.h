/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "shell/text.h"

/* Manual files and the help of commands that drivers bring (UEFI Shell 2.2 appendix B): text with
 * lines `.TH command 0 "title"` and `.SH SECTION`. */

/* Is the section in the comma-separated list? NULL is all of them. */
bool manual_wants(const char16_t *sections, const char16_t *name, size_t length);

/* Appends the sections of `sections` (NULL: all, under their titles) that the manual has for the
 * command. A text without any .TH is about every command. False when there is nothing. */
bool manual_help(const char16_t *manual, const char16_t *command, const char16_t *sections,
                 struct text *ret);

/* Appends the command's title, else the first line of its NAME. */
bool manual_title(const char16_t *manual, const char16_t *command, struct text *ret);
