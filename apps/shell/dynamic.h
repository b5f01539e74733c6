/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/shell_dynamic_command.h"
#include "lib/macros.h"
#include "shell/memory.h"

/* Commands that drivers bring (UEFI Shell 2.2 §2.4). The shell's own come first. */

struct dynamic_commands {
    EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL **list; /* with names */
    size_t count;
};

EFI_STATUS dynamic_list(struct arena *arena, struct dynamic_commands *ret) MUST_CHECK;

/* NULL when there is none. */
EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *dynamic_find(const char16_t *name);

/* Runs it with the words, of which the first one is its name. `*ret_code` is the SHELL_STATUS that
 * it returned. */
EFI_STATUS dynamic_run(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command, char16_t **words, size_t count,
                       size_t *ret_code) MUST_CHECK;
