/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/compress/compress.h"

#include <stdbool.h>

#include "lib/memory.h"
#include "shell/compress/huffman.h"
#include "shell/compress/match.h"
#include "shell/memory.h"

#define BLOCK     16384u /* tokens */
#define POSITIONS 14u
#define EXTRAS    19u

/* Widths of the counts at the head of a block, and of the only symbol of a set. */
#define SYMBOL_BITS   9u
#define POSITION_BITS 4u
#define EXTRA_BITS    5u

/* Bits, the highest of a byte first. */
struct output {
    uint8_t *data;
    size_t size, capacity;
    uint32_t held;
    unsigned held_bits;
    bool failed;
};

static void put_byte(struct output *out, uint8_t byte)
{
    if (out->size == out->capacity) {
        size_t capacity = 2 * out->capacity + 4096;
        uint8_t *larger = out->failed ? NULL : shell_alloc(capacity);
        if (larger == NULL) {
            out->failed = true;
            return;
        }
        if (out->size > 0)
            memcpy(larger, out->data, out->size);
        shell_free(out->data);
        out->data = larger;
        out->capacity = capacity;
    }
    out->data[out->size++] = byte;
}

/* At most 16. */
static void put_bits(struct output *out, uint32_t value, unsigned count)
{
    out->held = out->held << count | value;
    out->held_bits += count;
    while (out->held_bits >= 8) {
        out->held_bits -= 8;
        put_byte(out, (uint8_t)(out->held >> out->held_bits));
    }
}

static void put_symbol(struct output *out, const struct huffman *code, size_t symbol)
{
    put_bits(out, code->code[symbol], code->length[symbol]);
}

/* Instead of lengths: that a set has this one symbol, which then takes no bits. */
static void put_only(struct output *out, const uint32_t *counts, size_t count, unsigned width)
{
    size_t only = 0;
    while (only < count && counts[only] == 0)
        only++;
    put_bits(out, 0, width);
    put_bits(out, only < count ? (uint32_t)only : 0, width);
}

/* The code lengths of a small set. After the one at `special` - 1 stands how many zeros follow. */
static void put_small_set(struct output *out, struct huffman *code, const uint32_t *counts,
                          size_t count, unsigned width, size_t special)
{
    huffman_make(code, counts, count);
    if (code->used == 0) {
        put_only(out, counts, count, width);
        return;
    }
    put_bits(out, (uint32_t)code->used, width);
    for (size_t at = 0; at < code->used;) {
        unsigned length = code->length[at++];
        if (length < 7)
            put_bits(out, length, 3);
        else
            put_bits(out, (1u << (length - 3)) - 2, length - 3);
        if (at != special)
            continue;
        uint32_t zeros = 0;
        while (zeros < 3 && at < code->used && code->length[at] == 0) {
            zeros++;
            at++;
        }
        put_bits(out, zeros, 2);
    }
}

/* What the lengths of the large set are sent as: symbols of the Extra set, some with bits behind.
 */
struct extra {
    uint16_t symbol, value;
    uint8_t bits;
};

static size_t extras_of(const struct huffman *code, struct extra *ret)
{
    size_t count = 0;
    for (size_t at = 0; at < code->used;) {
        if (code->length[at] != 0) {
            ret[count++] = (struct extra){(uint16_t)(code->length[at++] + 2), 0, 0};
            continue;
        }
        size_t zeros = 0;
        while (at < code->used && code->length[at] == 0) {
            zeros++;
            at++;
        }
        if (zeros >= 20) {
            ret[count++] = (struct extra){2, (uint16_t)(zeros - 20), 9};
            continue;
        }
        if (zeros == 19) { /* one more than the next form holds, one less than the last does */
            ret[count++] = (struct extra){0};
            zeros--;
        }
        if (zeros >= 3) {
            ret[count++] = (struct extra){1, (uint16_t)(zeros - 3), 4};
            continue;
        }
        for (; zeros > 0; zeros--)
            ret[count++] = (struct extra){0};
    }
    return count;
}

static void put_large_set(struct output *out, struct huffman *code, const uint32_t *counts)
{
    struct extra extras[MATCH_SYMBOLS];
    uint32_t extra_counts[EXTRAS] = {0};
    struct huffman extra_code;
    huffman_make(code, counts, MATCH_SYMBOLS);
    if (code->used == 0) {
        put_bits(out, 0, EXTRA_BITS);
        put_bits(out, 0, EXTRA_BITS);
        put_only(out, counts, MATCH_SYMBOLS, SYMBOL_BITS);
        return;
    }
    size_t count = extras_of(code, extras);
    for (size_t n = 0; n < count; n++)
        extra_counts[extras[n].symbol]++;
    put_small_set(out, &extra_code, extra_counts, EXTRAS, EXTRA_BITS, 3);
    put_bits(out, (uint32_t)code->used, SYMBOL_BITS);
    for (size_t n = 0; n < count; n++) {
        put_symbol(out, &extra_code, extras[n].symbol);
        put_bits(out, extras[n].value, extras[n].bits);
    }
}

/* A position is sent as its number of bits, and the bits but the first. */
static unsigned bits_of(uint32_t position)
{
    return position == 0 ? 0 : 32 - (unsigned)__builtin_clz(position);
}

static void put_block(struct output *out, const struct token *tokens, size_t count)
{
    uint32_t symbol_counts[MATCH_SYMBOLS] = {0}, position_counts[POSITIONS] = {0};
    struct huffman symbols, positions;
    for (size_t n = 0; n < count; n++) {
        symbol_counts[tokens[n].symbol]++;
        if (tokens[n].symbol >= 256)
            position_counts[bits_of(tokens[n].position)]++;
    }
    put_bits(out, (uint32_t)count, 16);
    put_large_set(out, &symbols, symbol_counts);
    put_small_set(out, &positions, position_counts, POSITIONS, POSITION_BITS, SIZE_MAX);
    for (size_t n = 0; n < count; n++) {
        put_symbol(out, &symbols, tokens[n].symbol);
        if (tokens[n].symbol < 256)
            continue;
        unsigned bits = bits_of(tokens[n].position);
        put_symbol(out, &positions, bits);
        if (bits > 1)
            put_bits(out, tokens[n].position - (1u << (bits - 1)), bits - 1);
    }
}

static void put_u32_at(uint8_t *at, uint32_t value)
{
    for (unsigned n = 0; n < 4; n++)
        at[n] = (uint8_t)(value >> (8 * n));
}

void *compress(const void *data, size_t size, size_t *ret_size)
{
    struct output out = {0};
    size_t count;
    struct token *tokens = size <= UINT32_MAX ? match_tokens(data, size, &count) : NULL;
    if (tokens == NULL)
        return NULL;
    for (unsigned n = 0; n < 8; n++)
        put_byte(&out, 0); /* the sizes */
    for (size_t at = 0; at < count; at += BLOCK)
        put_block(&out, tokens + at, MIN(count - at, (size_t)BLOCK));
    put_bits(&out, 0, (8 - out.held_bits) % 8);
    put_byte(&out, 0); /* decoders read ahead */
    shell_free(tokens);
    if (out.failed || out.size - 8 > UINT32_MAX) {
        shell_free(out.data);
        return NULL;
    }
    put_u32_at(out.data, (uint32_t)(out.size - 8));
    put_u32_at(out.data + 4, (uint32_t)size);
    *ret_size = out.size;
    return out.data;
}
