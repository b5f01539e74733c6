/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

/* The firmware's own functions under other names, against libc's. */
#define memcpy  firmware_memcpy
#define memmove firmware_memmove
#define memset  firmware_memset
#define memcmp  firmware_memcmp
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
#include "../../../src/lib/memory.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define SIZE 96

static uint8_t ours[SIZE], theirs[SIZE];

static void fill(void)
{
    for (unsigned i = 0; i < SIZE; i++)
        ours[i] = theirs[i] = (uint8_t)(i * 7 + 1);
}

static void copies(void **state)
{
    static uint8_t source[SIZE];
    for (unsigned i = 0; i < SIZE; i++)
        source[i] = (uint8_t)(200 - i);
    for (unsigned to = 0; to < 9; to++)
        for (unsigned from = 0; from < 9; from++)
            for (unsigned n = 0; n < 70; n++) {
                fill();
                assert_ptr_equal(firmware_memcpy(ours + to, source + from, n), ours + to);
                memcpy(theirs + to, source + from, n);
                assert_memory_equal(ours, theirs, SIZE);
            }
}

static void moves(void **state)
{
    for (unsigned to = 0; to < 20; to++)
        for (unsigned from = 0; from < 20; from++)
            for (unsigned n = 0; n < 70; n++) {
                fill();
                assert_ptr_equal(firmware_memmove(ours + to, ours + from, n), ours + to);
                memmove(theirs + to, theirs + from, n);
                assert_memory_equal(ours, theirs, SIZE);
            }
}

static void sets(void **state)
{
    for (unsigned to = 0; to < 9; to++)
        for (unsigned n = 0; n < 70; n++) {
            fill();
            assert_ptr_equal(firmware_memset(ours + to, 0x1a5, n), ours + to);
            memset(theirs + to, 0x1a5, n);
            assert_memory_equal(ours, theirs, SIZE);
        }
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void comparisons(void **state)
{
    fill();
    for (unsigned at = 0; at < 40; at++)
        for (unsigned n = 0; n < 40; n++)
            for (int change = -1; change <= 1; change++) {
                fill();
                ours[at] = (uint8_t)(ours[at] + change * 0x80);
                assert_int_equal(sign(firmware_memcmp(ours, theirs, n)),
                                 sign(memcmp(ours, theirs, n)));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies),
        cmocka_unit_test(moves),
        cmocka_unit_test(sets),
        cmocka_unit_test(comparisons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
