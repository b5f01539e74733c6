/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/hex_buffer.h"

#include "shell/memory.h"

static void unselect(struct hex_buffer *b)
{
    b->first = b->last = HEX_NONE;
}

void hex_open(struct hex_buffer *b, void *data, size_t size, bool fixed)
{
    uint8_t *cut = b->cut;
    size_t cut_size = b->cut_size;
    gap_free(&b->bytes);
    *b = (struct hex_buffer){.fixed = fixed, .cut = cut, .cut_size = cut_size};
    gap_adopt(&b->bytes, data, size);
    unselect(b);
}

void hex_close(struct hex_buffer *b)
{
    gap_free(&b->bytes);
    shell_free(b->cut);
}

void hex_move_to(struct hex_buffer *b, uint64_t at)
{
    b->cursor = (size_t)MIN(at, (uint64_t)gap_size(&b->bytes));
    b->low = false;
}

void hex_left(struct hex_buffer *b)
{
    if (b->low)
        b->low = false;
    else if (b->cursor > 0) {
        b->cursor--;
        b->low = true;
    }
}

void hex_right(struct hex_buffer *b)
{
    if (b->cursor == gap_size(&b->bytes))
        return;
    b->cursor += b->low;
    b->low = !b->low;
}

/* Replaces bytes at the cursor, which stays. */
static EFI_STATUS change(struct hex_buffer *b, size_t removed, const void *bytes, size_t count)
{
    if (b->fixed && removed != count)
        return EFI_BAD_BUFFER_SIZE;
    if (removed != count)
        unselect(b);
    return gap_replace(&b->bytes, b->cursor, removed, bytes, count);
}

EFI_STATUS hex_type(struct hex_buffer *b, uint8_t value)
{
    bool added = b->cursor == gap_size(&b->bytes) || (b->insert && !b->low && !b->fixed);
    uint8_t byte = added ? 0 : gap_byte(&b->bytes, b->cursor);
    byte = b->low ? (uint8_t)((byte & 0xf0) | value) : (uint8_t)((byte & 0x0f) | value << 4);
    EFI_STATUS status = change(b, added ? 0 : 1, &byte, 1);
    if (!EFI_ERROR(status))
        hex_right(b);
    return status;
}

EFI_STATUS hex_backspace(struct hex_buffer *b)
{
    if (b->cursor == 0)
        return EFI_SUCCESS;
    if (b->fixed)
        return EFI_BAD_BUFFER_SIZE;
    b->cursor--;
    return hex_delete(b);
}

EFI_STATUS hex_delete(struct hex_buffer *b)
{
    b->low = false;
    if (b->cursor == gap_size(&b->bytes))
        return EFI_SUCCESS;
    return change(b, 1, NULL, 0);
}

void hex_select_first(struct hex_buffer *b)
{
    b->first = b->cursor;
    if (b->last != HEX_NONE && b->last < b->first)
        b->last = HEX_NONE;
}

void hex_select_last(struct hex_buffer *b)
{
    if (b->first != HEX_NONE && b->first > b->cursor)
        b->first = HEX_NONE;
    b->last = b->cursor;
}

bool hex_is_selected(const struct hex_buffer *b, size_t at)
{
    if (b->first == HEX_NONE || b->last == HEX_NONE)
        return at == b->first || at == b->last;
    return at >= b->first && at <= b->last;
}

EFI_STATUS hex_cut(struct hex_buffer *b)
{
    if (b->first == HEX_NONE || b->last == HEX_NONE || b->first >= gap_size(&b->bytes))
        return EFI_NOT_FOUND;
    size_t first = b->first, size = MIN(b->last + 1, gap_size(&b->bytes)) - first;
    uint8_t *bytes = shell_alloc(size);
    if (bytes == NULL)
        return EFI_OUT_OF_RESOURCES;
    gap_copy(&b->bytes, first, size, bytes);
    if (!b->fixed) {
        hex_move_to(b, first);
        EFI_STATUS status = change(b, size, NULL, 0);
        if (EFI_ERROR(status)) {
            shell_free(bytes);
            return status;
        }
    }
    shell_free(b->cut);
    b->cut = bytes;
    b->cut_size = size;
    unselect(b);
    return EFI_SUCCESS;
}

EFI_STATUS hex_paste(struct hex_buffer *b)
{
    if (b->cut_size == 0)
        return EFI_SUCCESS;
    if (b->fixed && b->cut_size > gap_size(&b->bytes) - b->cursor)
        return EFI_BAD_BUFFER_SIZE;
    EFI_STATUS status = change(b, b->fixed ? b->cut_size : 0, b->cut, b->cut_size);
    if (!EFI_ERROR(status))
        hex_move_to(b, b->cursor + b->cut_size);
    return status;
}
