/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"
#include "shell/fullscreen/gap.h"
#include "shell/text.h"

/* A text file that is being edited: its bytes as they are, and a cursor among them. What is not
 * edited stays as it was, bit by bit: malformed UTF-8, mixed line ends, an odd byte at the end of a
 * UCS-2 file. Positions are byte offsets, and never inside of a character or of CR LF. */

struct document {
    struct gap bytes;
    bool wide;    /* UCS-2, little endian; else UTF-8, which ASCII is a part of */
    bool crlf;    /* how Enter ends a line */
    size_t start; /* of the text, behind a byte order mark */
    size_t cursor;
    size_t line; /* the cursor's, from 1 */
    size_t goal; /* the column that Up and Down aim at; DOCUMENT_NONE: where the cursor is */
    bool overwrite;
};

#define DOCUMENT_NONE SIZE_MAX
#define DOCUMENT_BAD  0x110000u /* a byte that is no UTF-8, a character beyond the basic plane */
#define DOCUMENT_TAB  8u

/* Lines that were cut, with their ends. */
struct cut_lines {
    uint8_t *bytes;
    size_t size;
    bool wide;
};

/* Takes over memory of shell_alloc(), which may be NULL for an empty file. The encoding is by the
 * byte order mark. */
void document_open(struct document *d, void *data, size_t size);
void document_close(struct document *d);

/* The end of the text. */
size_t document_end(const struct document *d);

/* The offset behind the character at `at`, which is before the end; the character. A line end,
 * LF or CR LF, is one character, '\n'. */
size_t document_next(const struct document *d, size_t at, uint32_t *ret);

/* The offset of the character before `at`, which is not the start. */
size_t document_previous(const struct document *d, size_t at);

/* The start of the line that `at` is in, and of the one behind it (DOCUMENT_NONE: there is none).
 */
size_t document_line_start(const struct document *d, size_t at);
size_t document_next_line(const struct document *d, size_t at);

/* The screen column of an offset; tabs are up to eight wide. */
size_t document_column(const struct document *d, size_t at);
size_t document_column_behind(size_t column, uint32_t c);

void document_move_to(struct document *d, size_t at);
void document_left(struct document *d);
void document_right(struct document *d);
void document_home(struct document *d);
void document_line_end(struct document *d);
void document_up(struct document *d, size_t lines);
void document_down(struct document *d, size_t lines);
/* The last line when there are fewer. */
void document_go_to_line(struct document *d, uint64_t line);

/* Changes; errors are EFI_OUT_OF_RESOURCES, with nothing changed. */
EFI_STATUS document_insert(struct document *d, char16_t c) MUST_CHECK; /* or over, or a line end */
EFI_STATUS document_backspace(struct document *d) MUST_CHECK;
EFI_STATUS document_delete(struct document *d) MUST_CHECK;

/* Moves the cursor's line to `cut`, behind what is there if `append`. */
EFI_STATUS document_cut_line(struct document *d, struct cut_lines *cut, bool append) MUST_CHECK;
/* In front of the cursor's line. EFI_UNSUPPORTED: they cannot be said in this encoding. */
EFI_STATUS document_paste(struct document *d, const struct cut_lines *cut) MUST_CHECK;
void cut_lines_free(struct cut_lines *cut);

/* Puts the cursor on the next place of `what`, from `from` on, then from the start to there.
 * EFI_NOT_FOUND. `*ret_size`: of that place, in bytes. */
EFI_STATUS document_find(struct document *d, const struct text *what, size_t from,
                         size_t *ret_size) MUST_CHECK;

/* Replaces `size` bytes at the cursor, which goes behind. */
EFI_STATUS document_replace(struct document *d, size_t size, const struct text *by) MUST_CHECK;

/* UCS-2 or UTF-8 from now on. EFI_UNSUPPORTED, and nothing is changed: some characters cannot be
 * said. */
EFI_STATUS document_set_wide(struct document *d, bool wide) MUST_CHECK;
