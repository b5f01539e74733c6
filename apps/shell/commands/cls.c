/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/console.h"
#include "shell/print.h"
#include "shell/shell.h"

/* Foreground and background as Simple Text Output has them (UEFI 2.10 §12.4.3). */
static EFI_STATUS take_colour(const char16_t *word, uint64_t most, uint64_t *ret)
{
    if (!command_number(word, false, ret))
        return EFI_INVALID_PARAMETER;
    if (*ret <= most)
        return EFI_SUCCESS;
    complain("colour %lu does not exist; %lu is the last one", *ret, most);
    return EFI_INVALID_PARAMETER;
}

static EFI_STATUS cls(struct invocation *i)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    uint64_t background, foreground = screen->Mode->Attribute & 0xf;
    EFI_STATUS status = EFI_SUCCESS;
    if (i->count > 0)
        status = take_colour(i->operands[0], 7, &background);
    if (!EFI_ERROR(status) && i->count > 1)
        status = take_colour(i->operands[1], 15, &foreground);
    if (EFI_ERROR(status))
        return status;
    if (i->count > 0)
        status = screen->SetAttribute(screen, foreground | background << 4);
    if (EFI_ERROR(status))
        return complain_status(status, "the screen");
    if (shell.no_console_out)
        return EFI_SUCCESS;
    return screen->ClearScreen(screen);
}

SHELL_COMMAND(cls_command) = {
    .name = "cls",
    .run = cls,
    .summary = "Clears the screen, with another colour if wished.",
    .operands = "[background [foreground]]",
    .details =
        "Colours: 0 black, 1 blue, 2 green, 3 cyan, 4 red, 5 magenta, 6 brown (yellow),\n"
        "7 light grey; of the foreground also 8 dark grey, 9 to 15 the bright ones of 1 to 7.",
    .examples = "  cls\n  cls 1 14",
    .most = 2,
};
