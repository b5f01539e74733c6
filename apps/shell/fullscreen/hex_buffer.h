/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shell/fullscreen/gap.h"

/* Bytes that are being edited as hexadecimal digits. */

#define HEX_NONE SIZE_MAX

struct hex_buffer {
    struct gap bytes;
    size_t cursor;      /* up to the size: there bytes are appended */
    bool low;           /* the next digit is the byte's second one */
    bool insert;        /* else digits go over what is there */
    bool fixed;         /* memory and disks: the size stays */
    size_t first, last; /* selected; HEX_NONE: not */
    uint8_t *cut;
    size_t cut_size;
};

/* Takes over memory of shell_alloc(). */
void hex_open(struct hex_buffer *b, void *data, size_t size, bool fixed);
void hex_close(struct hex_buffer *b);

/* `at` beyond the size is the size. */
void hex_move_to(struct hex_buffer *b, uint64_t at);
void hex_left(struct hex_buffer *b);
void hex_right(struct hex_buffer *b);

/* Changes. EFI_BAD_BUFFER_SIZE: the size cannot change; EFI_OUT_OF_RESOURCES. */
EFI_STATUS hex_type(struct hex_buffer *b, uint8_t value) MUST_CHECK;
EFI_STATUS hex_backspace(struct hex_buffer *b) MUST_CHECK;
EFI_STATUS hex_delete(struct hex_buffer *b) MUST_CHECK;

/* Select up to or from the cursor; an end on the wrong side drops the other one. */
void hex_select_first(struct hex_buffer *b);
void hex_select_last(struct hex_buffer *b);
bool hex_is_selected(const struct hex_buffer *b, size_t at);

/* Keeps the selected bytes, and takes them out unless the size is fixed. EFI_NOT_FOUND: nothing is
 * selected. */
EFI_STATUS hex_cut(struct hex_buffer *b) MUST_CHECK;

/* Puts in what was cut; where the size is fixed it goes over what is there. */
EFI_STATUS hex_paste(struct hex_buffer *b) MUST_CHECK;
