/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/files/replace.h"
#include "shell/print.h"

static EFI_STATUS resize(const char16_t *name, uint64_t size)
{
    EFI_FILE_PROTOCOL *file;
    if (file_is_directory(name))
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = file_open(name, FILE_READ_WRITE | EFI_FILE_MODE_CREATE, 0, &file);
    if (EFI_ERROR(status))
        return status;
    status = file_set_size(file, size);
    file_close(file);
    return status;
}

static EFI_STATUS setsize(struct invocation *i)
{
    uint64_t size;
    EFI_STATUS status = EFI_SUCCESS;
    if (!command_number(i->operands[0], false, &size))
        return EFI_INVALID_PARAMETER;
    for (size_t at = 1; at < i->count && !EFI_ERROR(status); at++) {
        status = complain_unless_aborted(resize(i->operands[at], size), i->operands[at]);
        if (!EFI_ERROR(status))
            print("%ls has %lu bytes.\n", i->operands[at], size);
    }
    return status;
}

SHELL_COMMAND(setsize_command) = {
    .name = "setsize",
    .run = setsize,
    .summary = "Makes files longer or shorter.",
    .operands = "size file…",
    .details = "A file that is not there is made. What is added to a file is whatever the file\n"
               "system puts there.",
    .examples = "  setsize 0 log.txt\n  setsize 0x100000 image.bin",
    .least = 2,
    .most = ANY_NUMBER,
};
