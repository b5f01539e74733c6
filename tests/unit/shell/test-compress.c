/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "efi/protocols/decompress.h"
#include "shell/compress/compress.h"
#include "shell/memory.h"

/* What the firmware's decoder makes of it is what went in. Returns the compressed size. */
static size_t there_and_back(const uint8_t *data, size_t size)
{
    uint32_t out_size, scratch_size;
    size_t compressed_size;
    void *compressed = compress(data, size, &compressed_size);
    assert_non_null(compressed);
    /* An allocation of its own, so that reading behind it is seen. */
    void *source = malloc(compressed_size);
    memcpy(source, compressed, compressed_size);
    shell_free(compressed);
    assert_int_equal(decompress_protocol.GetInfo(&decompress_protocol, source,
                                                 (uint32_t)compressed_size, &out_size,
                                                 &scratch_size),
                     EFI_SUCCESS);
    assert_int_equal(out_size, size);
    uint8_t *out = malloc(size + 1), *scratch = malloc(scratch_size + 1);
    assert_int_equal(decompress_protocol.Decompress(&decompress_protocol, source,
                                                    (uint32_t)compressed_size, out, out_size,
                                                    scratch, scratch_size),
                     EFI_SUCCESS);
    assert_memory_equal(out, data, size);
    free(source);
    free(out);
    free(scratch);
    return compressed_size;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void small_sizes(void **state)
{
    uint8_t data[600];
    for (size_t n = 0; n < sizeof data; n++)
        data[n] = (uint8_t)(n * n);
    for (size_t size = 0; size < sizeof data; size++)
        there_and_back(data, size);
}

static void one_symbol_takes_no_bits(void **state)
{
    static uint8_t data[100000];
    memset(data, 'a', sizeof data);
    assert_true(there_and_back(data, sizeof data) < 300);
    there_and_back(data, 1);
    there_and_back(data, 3);
}

static void random_bytes_grow_little(void **state)
{
    static uint8_t data[200000];
    uint32_t seed = 1;
    for (size_t n = 0; n < sizeof data; n++)
        data[n] = (uint8_t)next_random(&seed);
    assert_true(there_and_back(data, sizeof data) < sizeof data + sizeof data / 50);
}

/* Copies from everywhere in the window, at its edge, too. */
static void repeated_pieces(void **state)
{
    static uint8_t data[150000];
    uint32_t seed = 7;
    for (size_t n = 0; n < 9000; n++)
        data[n] = (uint8_t)next_random(&seed);
    for (size_t n = 9000; n < sizeof data;) {
        size_t back = n % 3 == 0 ? 8192 : 1 + next_random(&seed) % 8200;
        for (size_t left = 1 + next_random(&seed) % 400; left > 0 && n < sizeof data; left--, n++)
            data[n] = data[n - back];
    }
    assert_true(there_and_back(data, sizeof data) < sizeof data / 4);
}

/* Weights of Fibonacci numbers ask for the deepest tree. */
static void code_lengths_stay_short(void **state)
{
    static uint8_t data[120000];
    size_t at = 0, a = 1, b = 1;
    uint32_t seed = 3;
    for (uint8_t symbol = 0; at + a <= sizeof data; symbol++) {
        for (size_t n = 0; n < a; n++)
            data[at++] = symbol;
        size_t next = a + b;
        a = b;
        b = next;
    }
    for (size_t n = at - 1; n > 0; n--) {
        size_t other = (next_random(&seed) << 8 ^ next_random(&seed)) % (n + 1);
        uint8_t kept = data[n];
        data[n] = data[other];
        data[other] = kept;
    }
    there_and_back(data, at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sizes),
        cmocka_unit_test(one_symbol_takes_no_bits),
        cmocka_unit_test(random_bytes_grow_little),
        cmocka_unit_test(repeated_pieces),
        cmocka_unit_test(code_lengths_stay_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
