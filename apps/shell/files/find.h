/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"
#include "shell/memory.h"

/* Files that a pattern stands for (UEFI Shell 2.2 §3.7.1). */
struct found {
    struct found *next;
    const char16_t *full; /* "FS0:\A\B" */
    const char16_t *name; /* its last part, "" for a root */
    EFI_FILE_INFO *info;
};

static inline bool found_is_directory(const struct found *found)
{
    return (found->info->Attribute & EFI_FILE_DIRECTORY) != 0;
}

/* All files and directories that match, sorted by name within each directory, in memory of
 * `arena`.
 * EFI_NOT_FOUND when there is none, or when a directory on the way is missing; EFI_ABORTED by the
 * user; errors of the file system. */
EFI_STATUS find_files(struct arena *arena, const char16_t *pattern, struct found **ret) MUST_CHECK;

/* Everything in a directory, sorted by name. */
EFI_STATUS find_in_directory(struct arena *arena, const char16_t *directory,
                             struct found **ret) MUST_CHECK;
