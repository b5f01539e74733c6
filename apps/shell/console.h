/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/simple_file_system.h"
#include "efi/protocol/simple_text_in_ex.h"
#include "efi/protocol/simple_text_out.h"
#include "lib/macros.h"
#include "shell/editor/line_editor.h"

/* The user's keyboard and screen. */

/* Takes the system table's console, and asks for Ctrl-C and Ctrl-S. */
EFI_STATUS console_open(void) MUST_CHECK;
void console_close(void);

EFI_FILE_PROTOCOL *console_input(void);
EFI_FILE_PROTOCOL *console_output(void);
EFI_FILE_PROTOCOL *console_error(void);
EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *console_screen(void);

/* Waits with the processor halted. EFI_UNSUPPORTED: there is no keyboard. */
EFI_STATUS console_wait_key(EFI_KEY_DATA *ret) MUST_CHECK;

/* Reads a line with the editor. EFI_ABORTED: Ctrl-C. `history` and `completer` may be NULL. */
EFI_STATUS console_read_line(const char16_t *prompt, struct history *history,
                             const struct editor_completer *completer, struct text *ret) MUST_CHECK;

/* Stops at the end of each page (-b). Off again before the next command. */
void console_set_page_break(bool on);
bool console_page_break(void);

/* Ends an interruption: keys typed before it are forgotten, the prompt gets a line of its own. */
void console_reset_input(void);

/* The screen's size. */
void console_size(size_t *ret_columns, size_t *ret_rows);
