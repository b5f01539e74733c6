/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/console.h"
#include "shell/print.h"
#include "shell/shell.h"

static void show_modes(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen)
{
    print("Modes of the console:\n");
    for (int mode = 0; mode < screen->Mode->MaxMode; mode++) {
        size_t columns, rows;
        if (!EFI_ERROR(screen->QueryMode(screen, (size_t)mode, &columns, &rows)))
            print("  %zu columns, %zu rows%s\n", columns, rows,
                  mode == screen->Mode->Mode ? " *" : "");
    }
}

static EFI_STATUS mode_command_run(struct invocation *i)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    uint64_t wanted_columns, wanted_rows;
    if (i->count == 0) {
        show_modes(screen);
        return EFI_SUCCESS;
    }
    if (i->count != 2) {
        complain("columns and rows are needed");
        return EFI_INVALID_PARAMETER;
    }
    if (!command_number(i->operands[0], false, &wanted_columns) ||
        !command_number(i->operands[1], false, &wanted_rows))
        return EFI_INVALID_PARAMETER;
    for (int mode = 0; mode < screen->Mode->MaxMode; mode++) {
        size_t columns, rows;
        if (EFI_ERROR(screen->QueryMode(screen, (size_t)mode, &columns, &rows)) ||
            columns != wanted_columns || rows != wanted_rows)
            continue;
        EFI_STATUS status = screen->SetMode(screen, (size_t)mode);
        return EFI_ERROR(status) ? complain_status(status, "mode") : status;
    }
    complain("the console has no such mode; 'mode' lists them");
    return EFI_INVALID_PARAMETER;
}

SHELL_COMMAND(mode_command) = {
    .name = "mode",
    .run = mode_command_run,
    .summary = "Shows or sets the console's size.",
    .operands = "[columns rows]",
    .examples = "  mode\n  mode 80 25",
    .most = 2,
};
