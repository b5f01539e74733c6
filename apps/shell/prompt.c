/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/prompt.h"

#include "shell/completion.h"
#include "shell/console.h"
#include "shell/execute.h"
#include "shell/files/volume.h"
#include "shell/shell.h"

void prompt_append(struct text *ret)
{
    const struct volume *volume = volume_current();
    if (volume == NULL) {
        text_append_utf8(ret, "Shell> ");
        return;
    }
    text_append_string(ret, volume_name(volume));
    text_append_string(ret, volume->directory);
    text_append_utf8(ret, "> ");
}

/* Reads one line; EFI_ABORTED is an empty one. */
static EFI_STATUS read_line(struct history *history, struct text *ret)
{
    static const struct editor_completer completer = {complete_line, NULL};
    struct text prompt = {0};
    prompt_append(&prompt);
    EFI_STATUS status = prompt.failed
                            ? EFI_OUT_OF_RESOURCES
                            : console_read_line(text_string(&prompt), history, &completer, ret);
    text_free(&prompt);
    return status;
}

EFI_STATUS prompt_loop(void)
{
    struct history history = {0};
    EFI_STATUS status = EFI_SUCCESS;
    while (shell.leaving == SHELL_GOES_ON) {
        struct text line = {0};
        status = read_line(&history, &line);
        if (EFI_ERROR(status) && status != EFI_ABORTED) {
            text_free(&line);
            break;
        }
        if (shell.interrupted)
            console_reset_input();
        if (!EFI_ERROR(status)) {
            history_add(&history, text_string(&line));
            execute_line(text_string(&line));
        }
        if (shell.interrupted)
            console_reset_input();
        if (shell.leaving == SHELL_LEAVES_SCRIPT)
            shell.leaving = SHELL_GOES_ON;
        text_free(&line);
        status = EFI_SUCCESS;
    }
    history_free(&history);
    return status;
}
