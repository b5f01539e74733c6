/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/print.h"
#include "shell/shell.h"

static EFI_STATUS getmtc(struct invocation *i)
{
    uint64_t count;
    EFI_STATUS status = shell.bs->GetNextMonotonicCount(&count);
    if (EFI_ERROR(status))
        return complain_status(status, "the counter");
    print("0x%lX\n", count);
    return EFI_SUCCESS;
}

SHELL_COMMAND(getmtc_command) = {
    .name = "getmtc",
    .run = getmtc,
    .summary = "Shows the next value of the counter that only goes up.",
    .operands = "",
    .details = "The low half counts calls, the high half starts of the machine.",
};
