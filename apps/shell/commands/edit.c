/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/fullscreen/host_efi.h"
#include "shell/fullscreen/text_editor.h"
#include "shell/print.h"

static EFI_STATUS edit(struct invocation *i)
{
    const struct screen_host *screen = host_screen_open();
    const char16_t *name = i->count > 0 ? i->operands[0] : NULL;
    if (screen == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = text_editor_run(screen, &host_files, name);
    host_screen_close();
    return EFI_ERROR(status) ? complain_status(status, "%ls", name != NULL ? name : u"") : status;
}

SHELL_COMMAND(edit_command) = {
    .name = "edit",
    .run = edit,
    .summary = "Edits a text file on the full screen.",
    .operands = "[file]",
    .details =
        "A file that begins with the byte order mark FF FE is UCS-2, any other one ASCII or\n"
        "UTF-8; it stays so, until F9 (Ctrl-T) changes it. Ctrl-E lists the keys. Nothing is\n"
        "written before F2 (Ctrl-S).",
    .examples = "  edit startup.nsh",
    .most = 1,
};
