/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "shell/fullscreen/document.h"
#include "shell/fullscreen/encoding.h"
#include "shell/memory.h"

/* What was removed may have kept two parts of one character apart. */
static void leave_character(struct document *d)
{
    uint32_t unused;
    for (size_t back = 1; back <= 3 && back <= d->cursor - d->start; back++) {
        size_t at = d->cursor - back;
        if (at < document_end(d) && (!d->wide || back == 2) &&
            document_next(d, at, &unused) > d->cursor) {
            d->cursor = at;
            return;
        }
    }
}

/* Replaces bytes at the cursor's place or in front of it; the cursor goes behind what is new. The
 * removed part ends at the cursor or begins there. */
static EFI_STATUS change(struct document *d, size_t at, size_t removed, const void *bytes,
                         size_t count)
{
    document_move_to(d, at);
    EFI_STATUS status = gap_replace(&d->bytes, at, removed, bytes, count);
    if (EFI_ERROR(status))
        return status;
    document_move_to(d, at + count);
    leave_character(d);
    return EFI_SUCCESS;
}

static size_t line_end(const struct document *d, uint8_t ret[4])
{
    uint8_t piece[ENCODED_MOST];
    size_t size = 0, count;
    if (d->crlf) {
        count = encode(d->wide, '\r', piece);
        memcpy(ret, piece, count);
        size = count;
    }
    count = encode(d->wide, '\n', piece);
    memcpy(ret + size, piece, count);
    return size + count;
}

EFI_STATUS document_insert(struct document *d, char16_t c)
{
    uint8_t bytes[4];
    size_t removed = 0, count = c == '\n' ? line_end(d, bytes) : encode(d->wide, c, bytes);
    if (d->overwrite && c != '\n' && d->cursor < document_end(d)) {
        uint32_t old;
        size_t next = document_next(d, d->cursor, &old);
        removed = old != '\n' ? next - d->cursor : 0;
    }
    return change(d, d->cursor, removed, bytes, count);
}

EFI_STATUS document_backspace(struct document *d)
{
    if (d->cursor == d->start)
        return EFI_SUCCESS;
    size_t at = document_previous(d, d->cursor);
    return change(d, at, d->cursor - at, NULL, 0);
}

EFI_STATUS document_delete(struct document *d)
{
    uint32_t c;
    if (d->cursor == document_end(d))
        return EFI_SUCCESS;
    return change(d, d->cursor, document_next(d, d->cursor, &c) - d->cursor, NULL, 0);
}

void cut_lines_free(struct cut_lines *cut)
{
    shell_free(cut->bytes);
    *cut = (struct cut_lines){0};
}

EFI_STATUS document_cut_line(struct document *d, struct cut_lines *cut, bool append)
{
    size_t start = document_line_start(d, d->cursor), next = document_next_line(d, d->cursor);
    size_t size = (next == DOCUMENT_NONE ? document_end(d) : next) - start;
    size_t before = append && cut->wide == d->wide ? cut->size : 0;
    if (size == 0)
        return EFI_SUCCESS;
    uint8_t *bytes = shell_alloc(before + size);
    if (bytes == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (before > 0)
        memcpy(bytes, cut->bytes, before);
    gap_copy(&d->bytes, start, size, bytes + before);
    cut_lines_free(cut);
    *cut = (struct cut_lines){bytes, before + size, d->wide};
    return change(d, start, size, NULL, 0);
}

/* The lines in this document's encoding, the last one with its end. */
static EFI_STATUS lines_to_paste(const struct document *d, const struct cut_lines *cut,
                                 struct gap *ret)
{
    struct document lines = {.wide = d->wide};
    EFI_STATUS status = gap_replace(&lines.bytes, 0, 0, cut->bytes, cut->size);
    if (!EFI_ERROR(status) && cut->wide != d->wide) {
        struct gap other = {0};
        status = encoding_convert(&lines.bytes, cut->wide, 0, cut->size, &other);
        gap_free(&lines.bytes);
        lines.bytes = other;
    }
    size_t end = gap_size(&lines.bytes);
    if (!EFI_ERROR(status) && document_line_start(&lines, end) != end) {
        uint8_t bytes[4];
        size_t count = line_end(d, bytes);
        status = gap_replace(&lines.bytes, end, 0, bytes, count);
    }
    *ret = lines.bytes;
    return status;
}

EFI_STATUS document_paste(struct document *d, const struct cut_lines *cut)
{
    struct gap lines;
    if (cut->size == 0)
        return EFI_SUCCESS;
    EFI_STATUS status = lines_to_paste(d, cut, &lines);
    if (!EFI_ERROR(status))
        status =
            change(d, document_line_start(d, d->cursor), 0, gap_flat(&lines), gap_size(&lines));
    gap_free(&lines);
    return status;
}

/* The first place in [from, to) where the pattern begins, DOCUMENT_NONE. */
static size_t find_between(const struct document *d, const struct gap *pattern, size_t from,
                           size_t to)
{
    size_t size = gap_size(pattern), end = document_end(d);
    for (size_t at = from; at < to && size <= end - at; at += d->wide ? 2 : 1) {
        size_t same = 0;
        while (same < size && gap_byte(&d->bytes, at + same) == gap_byte(pattern, same))
            same++;
        if (same == size)
            return at;
    }
    return DOCUMENT_NONE;
}

EFI_STATUS document_find(struct document *d, const struct text *what, size_t from, size_t *ret_size)
{
    struct gap pattern = {0};
    EFI_STATUS status = encode_text(d->wide, what, &pattern);
    if (!EFI_ERROR(status)) {
        size_t size = gap_size(&pattern), at = DOCUMENT_NONE;
        if (size > 0)
            at = find_between(d, &pattern, from, document_end(d));
        if (size > 0 && at == DOCUMENT_NONE)
            at = find_between(d, &pattern, d->start, from);
        status = at == DOCUMENT_NONE ? EFI_NOT_FOUND : EFI_SUCCESS;
        if (!EFI_ERROR(status)) {
            document_move_to(d, at);
            *ret_size = size;
        }
    }
    gap_free(&pattern);
    return status;
}

EFI_STATUS document_replace(struct document *d, size_t size, const struct text *by)
{
    struct gap bytes = {0};
    EFI_STATUS status = encode_text(d->wide, by, &bytes);
    if (!EFI_ERROR(status))
        status = change(d, d->cursor, size, gap_flat(&bytes), gap_size(&bytes));
    gap_free(&bytes);
    return status;
}

EFI_STATUS document_set_wide(struct document *d, bool wide)
{
    static const uint8_t mark[] = {0xff, 0xfe};
    struct gap other = {0};
    size_t line = d->line;
    if (wide == d->wide)
        return EFI_SUCCESS;
    EFI_STATUS status = EFI_SUCCESS;
    if (wide)
        status = gap_replace(&other, 0, 0, mark, sizeof mark);
    if (!EFI_ERROR(status))
        status = encoding_convert(&d->bytes, d->wide, d->start, gap_size(&d->bytes), &other);
    if (EFI_ERROR(status)) {
        gap_free(&other);
        return status;
    }
    gap_free(&d->bytes);
    d->bytes = other;
    d->wide = wide;
    d->start = d->cursor = wide ? sizeof mark : 0;
    d->line = 1;
    document_go_to_line(d, line);
    return EFI_SUCCESS;
}
