/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* An encoder of its own, by the text of UEFI 2.10 §19.2, feeds the decoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/protocols/decompress.h"

struct writer {
    uint8_t bytes[1 << 20];
    size_t bits;
};

static struct writer w;

static void put(unsigned value, unsigned count)
{
    while (count-- > 0) {
        if ((value >> count & 1) != 0)
            w.bytes[w.bits / 8] |= (uint8_t)(0x80 >> w.bits % 8);
        w.bits++;
    }
}

static void start(void)
{
    memset(&w, 0, sizeof w);
    w.bits = 64;
}

static void finish(uint32_t original)
{
    uint32_t compressed = (uint32_t)((w.bits + 7) / 8 - 8);
    memcpy(w.bytes, &compressed, 4);
    memcpy(w.bytes + 4, &original, 4);
}

/* Runs the decoder on heap copies of exact size. */
static EFI_STATUS run(size_t source_size, uint8_t *out, uint32_t out_size)
{
    uint32_t needed, scratch_size;
    uint8_t *source = malloc(source_size > 0 ? source_size : 1);
    memcpy(source, w.bytes, source_size);
    EFI_STATUS status = decompress_protocol.GetInfo(&decompress_protocol, source,
                                                    (uint32_t)source_size, &needed, &scratch_size);
    if (!EFI_ERROR(status)) {
        uint8_t *scratch = malloc(scratch_size), *to = malloc(out_size > 0 ? out_size : 1);
        status = decompress_protocol.Decompress(&decompress_protocol, source, (uint32_t)source_size,
                                                to, out_size, scratch, scratch_size);
        if (!EFI_ERROR(status))
            memcpy(out, to, needed);
        free(to);
        free(scratch);
    }
    free(source);
    return status;
}

static size_t stream_size(void)
{
    return (w.bits + 7) / 8;
}

/* Flat codes: symbols 0 and 1 have 8 bits, the other 508 have 9; positions 0 and 1 have 3, the
 * other twelve 4. */
static void put_flat_header(unsigned symbols)
{
    put(symbols, 16);
    put(12, 5); /* Extra: 10 and 11 (lengths 8 and 9) have one bit */
    for (int i = 0; i < 3; i++)
        put(0, 3);
    put(3, 2); /* three more zeros */
    for (int i = 6; i < 10; i++)
        put(0, 3);
    put(1, 3);
    put(1, 3);
    put(510, 9);
    for (int i = 0; i < 510; i++)
        put(i >= 2, 1);
    put(14, 4);
    for (int i = 0; i < 14; i++)
        put(i < 2 ? 3 : 4, 3);
}

static void put_flat_symbol(unsigned symbol)
{
    put(symbol < 2 ? symbol : symbol + 2, symbol < 2 ? 8 : 9);
}

static void put_flat_distance(uint32_t distance)
{
    uint32_t value = distance - 1;
    unsigned code = 0;
    while (value >> code != 0)
        code++;
    put(code < 2 ? code : code + 2, code < 2 ? 3 : 4);
    if (code > 1)
        put(value & ((1u << (code - 1)) - 1), code - 1);
}

static size_t longest_match(const uint8_t *data, size_t at, size_t size, size_t *ret_distance)
{
    size_t best = 0;
    for (size_t distance = 1; distance <= at && distance <= 8192; distance++) {
        size_t length = 0;
        while (at + length < size && length < 256 &&
               data[at + length] == data[at + length - distance])
            length++;
        if (length > best) {
            best = length;
            *ret_distance = distance;
        }
    }
    return best;
}

struct token {
    uint16_t symbol;
    uint16_t distance;
};

static void compress(const uint8_t *data, size_t size, size_t block)
{
    static struct token tokens[1 << 16];
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        size_t distance = 0, length = longest_match(data, at, size, &distance);
        if (length < 3) {
            tokens[count++] = (struct token){data[at], 0};
            at++;
        } else {
            tokens[count++] = (struct token){(uint16_t)(256 + length - 3), (uint16_t)distance};
            at += length;
        }
    }
    start();
    for (size_t i = 0; i < count; i++) {
        if (i % block == 0)
            put_flat_header((unsigned)(count - i < block ? count - i : block));
        put_flat_symbol(tokens[i].symbol);
        if (tokens[i].symbol >= 256)
            put_flat_distance(tokens[i].distance);
    }
    finish((uint32_t)size);
}

static void test_round_trip(void **state)
{
    static uint8_t data[20000], out[20000];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof data; i++) {
        random = random * 1664525 + 1013904223;
        data[i] = i % 977 < 300 ? (uint8_t)(random >> 24) : (uint8_t)(i / 7 % 23);
    }
    static const size_t blocks[] = {1, 7, 1000, 65535};
    for (size_t i = 0; i < 4; i++) {
        size_t size = i == 0 ? 300 : sizeof data;
        memset(out, 0, sizeof out);
        compress(data, size, blocks[i]);
        assert_int_equal(run(stream_size(), out, sizeof out), EFI_SUCCESS);
        assert_memory_equal(out, data, size);
    }
}

/* All three sets are one symbol: no bits at all behind the header. */
static void put_constant_header(unsigned symbols, unsigned symbol, unsigned position)
{
    put(symbols, 16);
    put(0, 5);
    put(5, 5);
    put(0, 9);
    put(symbol, 9);
    put(0, 4);
    put(position, 4);
}

static void test_constant_codes(void **state)
{
    uint8_t out[1000];
    start();
    put_constant_header(10, 'x', 0);
    put_constant_header(2, 256 + 252, 0); /* 255 bytes at distance 1, twice */
    finish(520);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_SUCCESS);
    for (size_t i = 0; i < 520; i++)
        assert_int_equal(out[i], 'x');

    start();
    put_constant_header(1, 511, 0);
    finish(1);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_INVALID_PARAMETER);
    start();
    put_constant_header(1, 'x', 14);
    finish(1);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_INVALID_PARAMETER);
}

/* Lengths 1, 2, … 16, 16 for the Extra set, so that the unary tail is used, and runs of each kind.
 */
static void test_long_codes(void **state)
{
    uint8_t out[4];
    start();
    put(4, 16);
    put(17, 5);
    for (unsigned i = 1; i <= 17; i++) {
        unsigned length = i < 16 ? i : 16;
        put(length < 7 ? length : 7, 3);
        for (unsigned unary = 7; unary < length; unary++)
            put(1, 1);
        if (length >= 7)
            put(0, 1);
        if (i == 3)
            put(0, 2);
    }
    /* Extra 0 is "0", 1 is "10", 2 is "110", 3 (length 1) is "1110". 'A' (65) and 'B' get one bit
     * each. */
    put(67, 9);
    put(6, 3);
    put(20, 9); /* 40 zeros */
    put(2, 2);
    put(15, 4); /* 18 */
    put(2, 2);
    put(3, 4); /* 6 */
    put(0, 1); /* 1 */
    put(14, 4);
    put(14, 4);
    put(0, 4);
    put(0, 4);
    put(5, 4); /* "A" is 0, "B" is 1 */
    finish(4);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_SUCCESS);
    assert_memory_equal(out, "ABAB", 4);
}

static void test_truncated(void **state)
{
    static uint8_t data[500], out[500];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * i / 50);
    compress(data, sizeof data, 100);
    size_t size = stream_size();
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(run(cut, out, sizeof out), EFI_INVALID_PARAMETER);
        if (cut < 8)
            continue;
        uint32_t compressed = (uint32_t)(cut - 8), whole;
        memcpy(&whole, w.bytes, 4);
        memcpy(w.bytes, &compressed, 4);
        assert_int_equal(run(cut, out, sizeof out), EFI_INVALID_PARAMETER);
        memcpy(w.bytes, &whole, 4);
    }
    assert_int_equal(run(size, out, sizeof data - 1), EFI_INVALID_PARAMETER);
    assert_int_equal(run(size, out, sizeof data), EFI_SUCCESS);
}

static void test_corrupt(void **state)
{
    uint8_t out[1000];
    start(); /* a copy from before the beginning */
    put_flat_header(2);
    put_flat_symbol('a');
    put_flat_symbol(256);
    put_flat_distance(2);
    finish(4);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_INVALID_PARAMETER);

    start(); /* a match that goes on after the end */
    put_flat_header(2);
    put_flat_symbol('a');
    put_flat_symbol(256);
    put_flat_distance(1);
    finish(3);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_INVALID_PARAMETER);

    start(); /* an empty block */
    put(0, 16);
    put(0, 16);
    put(0, 16);
    finish(1);
    assert_int_equal(run(stream_size(), out, sizeof out), EFI_INVALID_PARAMETER);

    static const unsigned lengths[][2] = {{1, 2},
                                          {0, 1}}; /* oversubscribed with a third, incomplete */
    for (size_t i = 0; i < 2; i++) {
        start();
        put(1, 16);
        put(3, 5);
        put(lengths[i][0], 3);
        put(lengths[i][1], 3);
        put(i == 0 ? 1 : 0, 3);
        put(0, 2);
        put(0, 32);
        put(0, 32);
        finish(1);
        assert_int_equal(run(stream_size(), out, sizeof out), EFI_INVALID_PARAMETER);
    }
}

static void test_parameters(void **state)
{
    EFI_DECOMPRESS_PROTOCOL *p = &decompress_protocol;
    uint8_t out[8], scratch[8192];
    uint32_t size, scratch_size;
    start();
    put_constant_header(8, 'x', 0);
    finish(8);
    uint32_t source_size = (uint32_t)stream_size();
    assert_int_equal(p->GetInfo(p, w.bytes, source_size, &size, &scratch_size), EFI_SUCCESS);
    assert_int_equal(size, 8);
    assert_in_range(scratch_size, 1, sizeof scratch);
    assert_int_equal(p->GetInfo(p, NULL, source_size, &size, &scratch_size), EFI_INVALID_PARAMETER);
    assert_int_equal(p->GetInfo(p, w.bytes, 7, &size, &scratch_size), EFI_INVALID_PARAMETER);
    assert_int_equal(p->GetInfo(p, w.bytes, source_size - 1, &size, &scratch_size),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(p->GetInfo(p, w.bytes, source_size, NULL, &scratch_size),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(p->Decompress(p, w.bytes, source_size, out, 8, scratch, scratch_size - 1),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(p->Decompress(p, w.bytes, source_size, out, 8, NULL, scratch_size),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(p->Decompress(p, w.bytes, source_size, NULL, 8, scratch, scratch_size),
                     EFI_INVALID_PARAMETER);
    /* Scratch memory need not be aligned. */
    assert_int_equal(p->Decompress(p, w.bytes, source_size, out, 8, scratch + 1, scratch_size),
                     EFI_SUCCESS);
    assert_memory_equal(out, "xxxxxxxx", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_constant_codes),
        cmocka_unit_test(test_long_codes), cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_corrupt),    cmocka_unit_test(test_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
