/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/environment.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { SHORT, TERSE };

static const struct option options[] = {
    {"-s", OPTION_FLAG, NULL, "The version of the shell specification only."},
    {"-t", OPTION_FLAG, NULL, "The same with the support level, short."},
};

static EFI_STATUS ver(struct invocation *i)
{
    const EFI_SYSTEM_TABLE *table = shell.table;
    struct text revision = {0};
    if (i->values[SHORT] != NULL || i->values[TERSE] != NULL) {
        print(i->values[SHORT] != NULL ? "%d.%d\n" : "%d.%d level 3\n", SHELL_MAJOR_VERSION,
              SHELL_MINOR_VERSION);
        return EFI_SUCCESS;
    }
    text_revision(&revision, table->Hdr.Revision);
    print("UEFI Interactive Shell v%d.%d\nCloudHv\nUEFI v%ls (%ls, 0x%08X)\n", SHELL_MAJOR_VERSION,
          SHELL_MINOR_VERSION, text_string(&revision), table->FirmwareVendor,
          table->FirmwareRevision);
    text_free(&revision);
    return EFI_SUCCESS;
}

SHELL_COMMAND(ver_command) = {
    .name = "ver",
    .run = ver,
    .summary = "Shows the versions of the shell and of the firmware.",
    .operands = "",
    OPTIONS(options),
};
