/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/language/command_line.h"

/* How the shell was called (UEFI Shell 2.2 §3.2), and what it does before the first prompt. */
struct startup {
    struct arena arena;
    struct word
        *words; /* file-name and its options: what runs instead of startup.nsh, or after it */
    size_t count;
    uint64_t delay; /* seconds before startup.nsh */
    bool no_startup, with_startup, no_map, no_version, exit;
};

/* Reads the image's load options, or the parameters of a shell that started this one. */
EFI_STATUS startup_parse(struct startup *startup) MUST_CHECK;

/* Banner, mapping table, startup.nsh or the given command. */
EFI_STATUS startup_run(struct startup *startup) MUST_CHECK;
void startup_free(struct startup *startup);
