/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/key.h"
#include "console/terminal.h"

/* The console: one text screen shown on every terminal at once, and keys from any of them, as far
 * as each is used (terminal.h). A terminal that does not show errors has a gap where one stands.
 * Not re-entrant: the caller keeps others out (src/efi raises the TPL). */

/* The screen as UEFI sees it (UEFI 2.10 §12.4). What each terminal shows follows when it is needed.
 */
struct screen {
    uint16_t columns, rows;
    uint16_t column, row; /* of the cursor, always inside */
    uint8_t attribute;    /* bits 0–3 foreground, 4–6 background */
    bool cursor_visible;
};

#define CONSOLE_ATTRIBUTE 0x07 /* light grey on black: the terminal's own colours */

/* Shows the screen on one more terminal. It stays the caller's, and lives until console_remove().
 */
void console_add(struct terminal *terminal);
void console_remove(struct terminal *terminal);
bool console_has_terminal(void);

const struct screen *console_screen(void);

/* Writes one character at the cursor; BS, TAB, LF and CR move it, and NUL is nothing. False when it
 * cannot be shown and was passed over. console_end_output() makes visible what was written. */
bool console_put(char16_t c);
void console_end_output(void);

/* UTF-8 text, "\n" at line ends, visible when it returns. */
void console_write(const char *text, size_t length);

/* What is written from now on is an error message, or ordinary output again. */
void console_speak_of_errors(bool errors);

/* These take effect on terminals when next something is written, or somebody waits for a key. */
void console_set_attribute(uint8_t attribute);
void console_set_cursor(uint16_t column, uint16_t row);
void console_show_cursor(bool visible);

/* Clears with the attribute's background, cursor to the left upper corner. */
void console_clear(void);

/* A new size, 1 to 255 rows; clears. */
void console_set_size(uint16_t columns, uint16_t rows);

/* Forgets what terminals are thought to show: another program may have written to them. */
void console_forget(void);

/* Brings cursor and colours of every terminal up to date: before the user is waited for, and before
 * an OS takes over. */
void console_settle(void);

/* Asks terminals for their size, each once. For when somebody waits for input: the answers are
 * among it, and would otherwise be left for the OS, as if they had been typed. */
void console_ask_sizes(void);

/* Has a terminal told its size since this was asked last? */
bool console_sizes_told(void);

/* The largest screen that every terminal can show, as far as they know their size (a UART without a
 * reader never does); false when none knows. */
bool console_largest_size(uint16_t *ret_columns, uint16_t *ret_rows);

/* Looks for input; false when there was none. Keys wait in a queue; when it is full, input waits in
 * the devices. */
bool console_poll(void);
bool console_read_key(struct key *ret);
bool console_has_key(void);
void console_drop_keys(void);

/* Called for each key as it arrives, before it is queued; NULL: none. */
void console_set_key_hook(void (*hook)(const struct key *key));

/* For a log sink: shows a whole line in default colours, on a line of its own. */
void console_write_log(const char *line, size_t length);

/* Host tests: no terminals, 80 by 25. */
void console_reset(void);
