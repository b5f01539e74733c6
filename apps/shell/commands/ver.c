/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/environment.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { SHORT, TERSE, TERSE_IN_FULL };

static const struct option options[] = {
    {"-s", OPTION_FLAG, NULL, "The version of the shell specification only."},
    {"-t", OPTION_FLAG, NULL, "The version of the shell only."},
    {"-terse", OPTION_FLAG, NULL, "The same."},
};

static EFI_STATUS ver(struct invocation *i)
{
    const EFI_SYSTEM_TABLE *table = shell.table;
    struct text revision = {0};
    bool terse = i->values[TERSE] != NULL || i->values[TERSE_IN_FULL] != NULL;
    if (i->values[SHORT] == NULL)
        print("UEFI Interactive Shell v");
    print("%d.%d\n", SHELL_MAJOR_VERSION, SHELL_MINOR_VERSION);
    if (i->values[SHORT] != NULL || terse)
        return EFI_SUCCESS;
    text_revision(&revision, table->Hdr.Revision);
    print("CloudHv\nUEFI v%ls (%ls, 0x%08X)\n", text_string(&revision), table->FirmwareVendor,
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
