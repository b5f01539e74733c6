/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/print.h"

static EFI_STATUS show(void)
{
    const struct volume *volume = volume_current();
    if (volume == NULL) {
        complain("there is no current directory; 'map' lists volumes, 'fs0:' takes one");
        return EFI_NOT_FOUND;
    }
    print("%ls%ls\n", volume_name(volume), volume->directory);
    return EFI_SUCCESS;
}

static EFI_STATUS cd(struct invocation *i)
{
    struct location location;
    if (i->count == 0)
        return show();
    EFI_STATUS status = file_locate(i->arena, i->operands[0], &location);
    if (!EFI_ERROR(status) && !file_is_directory(i->operands[0]))
        status = EFI_NOT_FOUND;
    if (!EFI_ERROR(status))
        status = volume_set_directory(location.volume, location.path);
    return complain_unless_aborted(status, i->operands[0]);
}

SHELL_COMMAND(cd_command) = {
    .name = "cd",
    .run = cd,
    .summary = "Shows or changes the current directory.",
    .operands = "[directory]",
    .details = "'..' is the directory above and '\\' the root. With the name of a volume in front\n"
               "the current directory of that volume changes; the volume itself is taken by its\n"
               "name alone, 'fs0:'.",
    .examples = "  cd efi\\boot\n  cd ..\n  cd fs1:\\tools",
    .most = 1,
};
