/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/execute.h"
#include "shell/print.h"
#include "shell/shell.h"

static EFI_STATUS leave(struct invocation *i)
{
    size_t at = 0;
    bool script = i->count > 0 && text_is(i->operands[0], "/b");
    uint64_t code = 0;
    at += script;
    if (i->count > at + 1) {
        complain("there are too many operands; 'exit -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    if (i->count > at && !command_number(i->operands[at], false, &code))
        return EFI_INVALID_PARAMETER;
    shell.exit_code = code;
    shell.leaving = script && shell.scripts > 0 ? SHELL_LEAVES_SCRIPT : SHELL_ENDS;
    return EFI_SUCCESS;
}

SHELL_COMMAND(exit_command) = {
    .name = "exit",
    .run = leave,
    .summary = "Ends the shell, or the script.",
    .operands = "[/b] [exit-code]",
    .details = "  /b             Ends the script that is running; without one, the shell.\n"
               "\n"
               "The exit code (0 if it is not given) is what the program that started the shell\n"
               "gets, or with /b what %lasterror% holds after the script.",
    .examples = "  exit\n  exit /b 0x1",
    .most = 2,
};
