/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/decompress.h"

#include "lib/memory.h"

/* The compressed data of UEFI 2.10 §19.2: LZ77 over a window of 8 KiB, its symbols coded with
 * Huffman codes that are sent, as code lengths, at the head of each block. Every loop takes at
 * least one bit of the source or makes at least one byte of the destination, and both are bounded.
 */

#define HEADER_SIZE 8

#define LITERAL_COUNT  256
#define MATCH_MIN      3
#define SYMBOL_COUNT   (LITERAL_COUNT + 254) /* "Char&Len": literals, and lengths 3 to 256 */
#define POSITION_COUNT 14
#define EXTRA_COUNT    19
#define CODE_BITS_MAX  16

/* Widths of the symbol counts at the head of a block, and of the single symbols when a set is all
 * one symbol. */
#define SYMBOL_BITS   9
#define POSITION_BITS 4
#define EXTRA_BITS    5

/* A canonical Huffman code: symbols sorted by code, and how many codes of each length there are. */
struct code {
    uint16_t count[CODE_BITS_MAX + 1];
    uint16_t sorted[SYMBOL_COUNT];
    bool constant; /* sorted[0] always, no bits */
};

struct decoder {
    const uint8_t *source;
    uint32_t source_size, source_position;
    unsigned bits, bit_count; /* the byte being read, and how many of its low bits are left */
    bool failed;              /* bits were asked for after the end */

    uint8_t lengths[SYMBOL_COUNT];
    struct code extra, symbols, positions;
};

static unsigned take_bit(struct decoder *d)
{
    if (d->bit_count == 0) {
        if (d->source_position == d->source_size) {
            d->failed = true;
            return 0;
        }
        d->bits = d->source[d->source_position++];
        d->bit_count = 8;
    }
    return d->bits >> --d->bit_count & 1;
}

static unsigned take_bits(struct decoder *d, unsigned count)
{
    unsigned value = 0;
    while (count-- > 0)
        value = value << 1 | take_bit(d);
    return value;
}

/* Builds the code from d->lengths[count]. False when the lengths make no complete code: then some
 * bit pattern would mean nothing, or two things. */
static bool make_code(const struct decoder *d, struct code *code, unsigned count)
{
    uint16_t next[CODE_BITS_MAX + 1];
    memset(code->count, 0, sizeof code->count);
    code->constant = false;
    for (unsigned i = 0; i < count; i++)
        code->count[d->lengths[i]]++;

    int free_codes = 1;
    next[1] = 0;
    for (unsigned bits = 1; bits <= CODE_BITS_MAX; bits++) {
        free_codes = 2 * free_codes - code->count[bits];
        if (free_codes < 0)
            return false;
        if (bits < CODE_BITS_MAX)
            next[bits + 1] = (uint16_t)(next[bits] + code->count[bits]);
    }
    if (free_codes != 0)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (d->lengths[i] != 0)
            code->sorted[next[d->lengths[i]]++] = (uint16_t)i;
    return true;
}

static bool make_constant(struct code *code, unsigned symbol, unsigned count)
{
    code->constant = true;
    code->sorted[0] = (uint16_t)symbol;
    return symbol < count;
}

static unsigned take_symbol(struct decoder *d, const struct code *code)
{
    if (code->constant)
        return code->sorted[0];
    int value = 0, first = 0, index = 0;
    for (unsigned bits = 1; bits <= CODE_BITS_MAX; bits++) {
        value |= (int)take_bit(d);
        int count = code->count[bits];
        if (value - first < count)
            return code->sorted[index + value - first];
        index += count;
        first = (first + count) << 1;
        value <<= 1;
    }
    d->failed = true; /* not reached: codes are complete */
    return 0;
}

/* The code lengths of the Extra and the Position set: three bits each; seven goes on in unary.
 * After `special` lengths of the Extra set comes a count of zero lengths. */
static bool read_small_code(struct decoder *d, struct code *code, unsigned size, unsigned width,
                            unsigned special)
{
    unsigned count = take_bits(d, width);
    if (count == 0)
        return make_constant(code, take_bits(d, width), size);
    if (count > size)
        return false;

    memset(d->lengths, 0, size);
    for (unsigned i = 0; i < count;) {
        unsigned length = take_bits(d, 3);
        while (length >= 7 && length <= CODE_BITS_MAX && take_bit(d) != 0)
            length++;
        if (length > CODE_BITS_MAX)
            return false;
        d->lengths[i++] = (uint8_t)length;
        if (i == special)
            i += take_bits(d, 2);
    }
    return !d->failed && make_code(d, code, size);
}

/* The code lengths of the Char&Len set, themselves coded: Extra symbols 0 to 2 are runs of zero
 * lengths, others are a length plus two. */
static bool read_symbol_code(struct decoder *d)
{
    unsigned count = take_bits(d, SYMBOL_BITS);
    if (count == 0)
        return make_constant(&d->symbols, take_bits(d, SYMBOL_BITS), SYMBOL_COUNT);
    if (count > SYMBOL_COUNT)
        return false;

    memset(d->lengths, 0, SYMBOL_COUNT);
    for (unsigned i = 0; i < count && !d->failed;) {
        unsigned extra = take_symbol(d, &d->extra);
        if (extra == 0)
            i++;
        else if (extra == 1)
            i += 3 + take_bits(d, 4);
        else if (extra == 2)
            i += 20 + take_bits(d, SYMBOL_BITS);
        else
            d->lengths[i++] = (uint8_t)(extra - 2);
    }
    return !d->failed && make_code(d, &d->symbols, SYMBOL_COUNT);
}

static bool read_block_header(struct decoder *d, unsigned *ret_symbols)
{
    *ret_symbols = take_bits(d, 16);
    return *ret_symbols != 0 && read_small_code(d, &d->extra, EXTRA_COUNT, EXTRA_BITS, 3) &&
           read_symbol_code(d) &&
           read_small_code(d, &d->positions, POSITION_COUNT, POSITION_BITS, POSITION_COUNT + 1) &&
           !d->failed;
}

/* Distance of a match: a position code tells the number of its bits. */
static uint32_t take_distance(struct decoder *d)
{
    unsigned position = take_symbol(d, &d->positions);
    if (position > 1)
        position = 1u << (position - 1) | take_bits(d, position - 1);
    return position + 1;
}

static bool decode(struct decoder *d, uint8_t *out, uint32_t out_size)
{
    unsigned symbols_left = 0;
    for (uint32_t at = 0; at < out_size; symbols_left--) {
        if (symbols_left == 0 && !read_block_header(d, &symbols_left))
            return false;
        unsigned symbol = take_symbol(d, &d->symbols);
        if (d->failed)
            return false;
        if (symbol < LITERAL_COUNT) {
            out[at++] = (uint8_t)symbol;
            continue;
        }
        uint32_t length = symbol - LITERAL_COUNT + MATCH_MIN, distance = take_distance(d);
        if (d->failed || distance > at || length > out_size - at)
            return false;
        for (; length > 0; length--, at++)
            out[at] = out[at - distance]; /* source and destination may overlap */
    }
    return true;
}

static bool read_header(const void *source, uint32_t source_size, uint32_t *ret_compressed,
                        uint32_t *ret_original)
{
    if (source == NULL || source_size < HEADER_SIZE)
        return false;
    uint32_t compressed;
    memcpy(&compressed, source, sizeof compressed);
    if (compressed > source_size - HEADER_SIZE)
        return false;
    *ret_compressed = compressed;
    memcpy(ret_original, (const uint8_t *)source + sizeof compressed, sizeof *ret_original);
    return true;
}

static EFI_STATUS EFIAPI get_info(EFI_DECOMPRESS_PROTOCOL *This, void *Source, uint32_t SourceSize,
                                  uint32_t *DestinationSize, uint32_t *ScratchSize)
{
    uint32_t compressed, original;
    if (DestinationSize == NULL || ScratchSize == NULL ||
        !read_header(Source, SourceSize, &compressed, &original))
        return EFI_INVALID_PARAMETER;
    *DestinationSize = original;
    *ScratchSize = sizeof(struct decoder) + _Alignof(struct decoder) - 1;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI decompress(EFI_DECOMPRESS_PROTOCOL *This, void *Source,
                                    uint32_t SourceSize, void *Destination,
                                    uint32_t DestinationSize, void *Scratch, uint32_t ScratchSize)
{
    uint32_t compressed, original;
    if (!read_header(Source, SourceSize, &compressed, &original) || Scratch == NULL ||
        ScratchSize < sizeof(struct decoder) + _Alignof(struct decoder) - 1 ||
        original > DestinationSize || (Destination == NULL && original != 0))
        return EFI_INVALID_PARAMETER;

    struct decoder *d = (struct decoder *)ALIGN_UP((uintptr_t)Scratch, _Alignof(struct decoder));
    d->source = (const uint8_t *)Source + HEADER_SIZE;
    d->source_size = compressed;
    d->source_position = d->bits = d->bit_count = 0;
    d->failed = false;
    return decode(d, Destination, original) ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

EFI_DECOMPRESS_PROTOCOL decompress_protocol = {.GetInfo = get_info, .Decompress = decompress};
