/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "lib/checked.h"
#include "lib/crc32.h"
#include "lib/list.h"
#include "lib/reader.h"

static void sums_and_products(void **state)
{
    uint64_t r = 7;
    assert_true(checked_add(1, 2, &r));
    assert_int_equal(r, 3);
    assert_true(checked_add(UINT64_MAX, 0, &r));
    r = 7;
    assert_false(checked_add(UINT64_MAX, 1, &r));
    assert_int_equal(r, 7);
    assert_true(checked_mul(UINT32_MAX, UINT32_MAX, &r));
    assert_true(r == 0xfffffffe00000001ull);
    r = 7;
    assert_false(checked_mul(1ull << 32, 1ull << 32, &r));
    assert_int_equal(r, 7);
    assert_true(checked_align_up(4097, 4096, &r));
    assert_int_equal(r, 8192);
    assert_true(checked_align_up(4096, 4096, &r));
    assert_int_equal(r, 4096);
    r = 7;
    assert_false(checked_align_up(UINT64_MAX - 10, 4096, &r));
    assert_int_equal(r, 7);
}

static void ranges(void **state)
{
    assert_true(range_within(0, 10, 10));
    assert_true(range_within(10, 0, 10));
    assert_false(range_within(10, 1, 10));
    assert_false(range_within(11, 0, 10));
    assert_false(range_within(UINT64_MAX, 2, 10));
    assert_false(range_within(2, UINT64_MAX, 10));
}

static void reading(void **state)
{
    static const uint8_t data[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    struct reader r = reader_make(data, sizeof data);
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    assert_true(reader_u8(&r, &u8) && u8 == 1);
    assert_true(reader_u16(&r, &u16) && u16 == 0x0302);
    assert_true(reader_u32(&r, &u32) && u32 == 0x07060504);
    assert_true(reader_u64(&r, &u64) && u64 == 0x0f0e0d0c0b0a0908);
    assert_int_equal(reader_left(&r), 0);
    u8 = 99;
    assert_false(reader_u8(&r, &u8));
    assert_int_equal(u8, 99);
    assert_int_equal(r.position, 15);
    assert_true(reader_skip(&r, 0));
    assert_false(reader_skip(&r, 1));
    assert_true(reader_seek(&r, 13));
    assert_false(reader_u32(&r, &u32));
    assert_int_equal(r.position, 13);
    assert_true(reader_seek(&r, 15));
    assert_false(reader_seek(&r, 16));
}

static void windows(void **state)
{
    static const uint8_t data[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct reader r = reader_make(data, sizeof data), w = {0};
    const void *piece;
    uint8_t copy[4];
    assert_false(reader_window(&r, 4, 5, &w));
    assert_null(w.data);
    assert_true(reader_window(&r, 2, 4, &w));
    assert_int_equal(reader_left(&w), 4);
    assert_true(reader_take(&w, 1, &piece));
    assert_ptr_equal(piece, data + 2);
    assert_false(reader_take(&w, UINT64_MAX, &piece));
    assert_false(reader_copy(&w, copy, 4));
    assert_true(reader_copy(&w, copy, 3));
    assert_memory_equal(copy, data + 3, 3);
}

static void crc(void **state)
{
    static const char text[] = "123456789";
    assert_int_equal(crc32(text, 9), 0xcbf43926);
    assert_int_equal(crc32(text, 0), 0);
    uint32_t whole = 0;
    for (int i = 0; i < 9; i++)
        whole = crc32_update(whole, text + i, 1);
    assert_int_equal(whole, 0xcbf43926);
}

static void lists(void **state)
{
    struct list head, a, b, c;
    list_init(&head);
    assert_true(list_empty(&head));
    list_append(&head, &a);
    list_append(&head, &c);
    list_insert_before(&b, &c);
    struct list *order[] = {&a, &b, &c};
    size_t i = 0;
    LIST_FOR_EACH(node, &head)
    assert_ptr_equal(node, order[i++]);
    assert_int_equal(i, 3);
    LIST_FOR_EACH_SAFE(node, &head)
    if (node != &b)
        list_remove(node);
    assert_ptr_equal(head.next, &b);
    assert_ptr_equal(head.previous, &b);
    list_remove(&b);
    list_remove(&b);
    assert_true(list_empty(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_products), cmocka_unit_test(ranges), cmocka_unit_test(reading),
        cmocka_unit_test(windows),           cmocka_unit_test(crc),    cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
