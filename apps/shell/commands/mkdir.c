/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/print.h"

static EFI_STATUS make(const char16_t *name)
{
    EFI_FILE_PROTOCOL *file;
    if (file_exists(name)) {
        complain("%ls is there already", name);
        return EFI_ACCESS_DENIED;
    }
    EFI_STATUS status =
        file_open(name, FILE_READ_WRITE | EFI_FILE_MODE_CREATE, EFI_FILE_DIRECTORY, &file);
    if (!EFI_ERROR(status))
        file_close(file);
    return complain_unless_aborted(status, name);
}

static EFI_STATUS mkdir(struct invocation *i)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (size_t at = 0; at < i->count && !EFI_ERROR(status); at++)
        status = make(i->operands[at]);
    return status;
}

SHELL_COMMAND(mkdir_command) = {
    .name = "mkdir",
    .run = mkdir,
    .summary = "Makes directories.",
    .operands = "directory…",
    .details = "The directory above must be there.",
    .examples = "  mkdir tools\n  mkdir fs0:\\efi\\boot",
    .least = 1,
    .most = ANY_NUMBER,
};
