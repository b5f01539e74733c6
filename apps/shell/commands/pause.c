/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/console.h"
#include "shell/keyboard.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { QUIET };

static const struct option options[] = {
    {"-q", OPTION_FLAG, NULL, "Says nothing."},
};

static EFI_STATUS pause(struct invocation *i)
{
    EFI_KEY_DATA key;
    if (i->values[QUIET] == NULL)
        print("Enter 'q' to quit, any other key to continue: ");
    EFI_STATUS status = console_wait_key(&key);
    if (i->values[QUIET] == NULL)
        print("\n");
    if (EFI_ERROR(status))
        return complain_status(status, "the keyboard");
    if ((key.Key.UnicodeChar | 0x20) != 'q' && !shell_interrupted())
        return EFI_SUCCESS;
    if (shell.scripts > 0 && !shell_interrupted())
        shell.leaving = SHELL_LEAVES_SCRIPT;
    return EFI_ABORTED;
}

SHELL_COMMAND(pause_command) = {
    .name = "pause",
    .run = pause,
    .summary = "Waits for a key; Q ends the script.",
    .operands = "",
    OPTIONS(options),
};

static EFI_STATUS stall(struct invocation *i)
{
    uint64_t microseconds;
    if (!command_number(i->operands[0], false, &microseconds))
        return EFI_INVALID_PARAMETER;
    return shell_sleep(microseconds) ? EFI_SUCCESS : EFI_ABORTED;
}

SHELL_COMMAND(stall_command) = {
    .name = "stall",
    .run = stall,
    .summary = "Waits for so many microseconds.",
    .operands = "microseconds",
    .examples = "  stall 2000000",
    .least = 1,
    .most = 1,
};
