/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "lib/crc32.h"
#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/variable_record.h"

static const struct variable_record boot = {
    u"Boot0001", {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}}, 7, "\x01\x02\x03", 3};

static uint8_t *make(size_t *ret_size)
{
    uint8_t *made = variable_record_make(&boot, ret_size);
    assert_non_null(made);
    return made;
}

static void what_is_made_is_read(void **state)
{
    struct variable_record read;
    size_t size, used;
    uint8_t *made = make(&size);
    /* Sizes, name with its NUL, vendor, attributes, data, CRC. */
    assert_int_equal(size, 8 + 18 + 16 + 4 + 3 + 4);
    assert_int_equal(made[0], 18);
    assert_int_equal(made[4], 3);
    assert_true(variable_record_parse(made, size, &read, &used));
    assert_int_equal(used, size);
    assert_true(ucs2_equal(read.name, boot.name));
    assert_memory_equal(&read.vendor, &boot.vendor, sizeof read.vendor);
    assert_int_equal(read.attributes, 7);
    assert_int_equal(read.data_size, 3);
    assert_memory_equal(read.data, boot.data, 3);
    shell_free(made);
}

static void what_is_cut_or_changed_is_damaged(void **state)
{
    struct variable_record read;
    size_t size, used;
    uint8_t *made = make(&size);
    for (size_t cut = 0; cut < size; cut++)
        assert_false(variable_record_parse(made, cut, &read, &used));
    for (size_t at = 0; at < size; at++) {
        made[at] ^= 0x10;
        assert_false(variable_record_parse(made, size, &read, &used));
        made[at] ^= 0x10;
    }
    shell_free(made);
}

static void names_end_where_their_size_says(void **state)
{
    struct variable_record read;
    size_t size, used;
    for (size_t letter = 0; letter < 9; letter++) {
        uint8_t *made = make(&size);
        uint16_t *name = (uint16_t *)(made + 8);
        name[letter] = letter < 8 ? 0 : 'x';
        uint32_t crc = crc32(made, size - sizeof crc);
        memcpy(made + size - sizeof crc, &crc, sizeof crc);
        assert_false(variable_record_parse(made, size, &read, &used));
        shell_free(made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_read),
        cmocka_unit_test(what_is_cut_or_changed_is_damaged),
        cmocka_unit_test(names_end_where_their_size_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
