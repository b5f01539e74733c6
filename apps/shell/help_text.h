/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/shell_dynamic_command.h"
#include "shell/text.h"

/* Appends the sections (comma-separated; NULL: all) of the help for whatever runs by that name: a
 * command of the shell, one that a driver brings, or a program or script with a manual file beside
 * it or along %path%. False when there is none. */
bool help_text(const char16_t *name, const char16_t *sections, struct text *ret);

/* Appends one line about the command; nothing when its driver says nothing. */
void help_title_of_dynamic(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command, struct text *ret);

/* Is a word -?, not quoted? */
struct word;
bool help_is_asked(const struct word *words, size_t count);
