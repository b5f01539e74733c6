/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/print.h"
#include "shell/shell.h"

static EFI_STATUS echo(struct invocation *i)
{
    if (i->count == 1 && (text_is(i->operands[0], "-on") || text_is(i->operands[0], "-off"))) {
        shell.echo = text_is(i->operands[0], "-on");
        return EFI_SUCCESS;
    }
    if (i->count == 0) {
        print("Echo is %s.\n", shell.echo ? "on" : "off");
        return EFI_SUCCESS;
    }
    for (size_t at = 0; at < i->count; at++) {
        print("%s", at > 0 ? " " : "");
        print_text(i->operands[at]);
    }
    print("\n");
    return EFI_SUCCESS;
}

SHELL_COMMAND(echo_command) = {
    .name = "echo",
    .run = echo,
    .summary = "Shows a text, or says whether lines of scripts are shown before they run.",
    .operands = "[-on | -off | text…]",
    .details =
        "  -on, -off      Lines of scripts are shown, or not. What a script sets ends with it.\n"
        "\n"
        "Words of the text are shown with one space between them; quotes keep more.",
    .examples = "  echo -off\n  echo \"two  spaces\" > note.txt",
    .most = ANY_NUMBER,
    .keeps_last_error = true,
    .plain_words = true,
};
