/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/nvram.h"
#include "variable/format.h"

#define BANK 2048u

static const EFI_GUID uuid = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
static const EFI_GUID guid = {0x42, 1, 2, {3}};

static EFI_STATUS set(struct store *store, const char16_t *name, const void *data, uint32_t size)
{
    return store_set(
        store, &(struct store_value){
                   .guid = &guid, .name = name, .attributes = 7, .data = data, .data_size = size});
}

static void expect(const struct store *store, const char16_t *name, const char *data)
{
    struct store_variable found;
    assert_int_equal(store_find(store, name, &guid, &found), EFI_SUCCESS);
    assert_int_equal(found.data_size, strlen(data));
    assert_memory_equal(found.data, data, found.data_size);
}

static void expect_absent(const struct store *store, const char16_t *name)
{
    struct store_variable found;
    assert_int_equal(store_find(store, name, &guid, &found), EFI_NOT_FOUND);
}

static void make(struct nvram *nvram, struct store *store, uint32_t banks)
{
    nvram_init(nvram, BANK, banks);
    assert_int_equal(store_format(store, &nvram->medium, &uuid), EFI_SUCCESS);
}

static void test_set_find_delete(void **state)
{
    for (uint32_t banks = 1; banks <= 2; banks++) {
        struct nvram nvram;
        struct store store;
        struct store_variable variable;
        make(&nvram, &store, banks);
        assert_false(store_next(&store, NULL, &variable));
        assert_int_equal(store_free(&store), BANK - sizeof(struct store_header));

        assert_int_equal(set(&store, u"Boot0000", "one", 3), EFI_SUCCESS);
        assert_int_equal(set(&store, u"Boot0001", "two", 3), EFI_SUCCESS);
        expect(&store, u"Boot0000", "one");
        expect(&store, u"Boot0001", "two");
        expect_absent(&store, u"Boot000");
        expect_absent(&store, u"boot0000");
        assert_int_equal(set(&store, u"Boot0000", "longer", 6), EFI_SUCCESS);
        expect(&store, u"Boot0000", "longer");

        /* A new version goes to the end. */
        assert_true(store_next(&store, NULL, &variable));
        assert_memory_equal(variable.name, u"Boot0001", sizeof u"Boot0001");
        assert_int_equal(variable.name_size, sizeof u"Boot0001");
        assert_int_equal(variable.attributes, 7);
        assert_true(store_next(&store, &variable, &variable));
        assert_false(store_next(&store, &variable, &variable));

        assert_int_equal(store_find(&store, u"Boot0001", &guid, &variable), EFI_SUCCESS);
        assert_int_equal(store_delete(&store, &variable), EFI_SUCCESS);
        expect_absent(&store, u"Boot0001");
        assert_true(reference_space_matches(&store));
        nvram_free(&nvram);
    }
}

static void test_survives_reopening(void **state)
{
    struct nvram nvram;
    struct store store, again;
    make(&nvram, &store, 2);
    assert_int_equal(set(&store, u"A", "1", 1), EFI_SUCCESS);
    assert_int_equal(set(&store, u"B", "2", 1), EFI_SUCCESS);
    assert_int_equal(set(&store, u"A", "3", 1), EFI_SUCCESS);
    assert_int_equal(store_open(&again, &nvram.medium), EFI_SUCCESS);
    assert_memory_equal(&again, &store, sizeof store);
    expect(&again, u"A", "3");
    expect(&again, u"B", "2");
    assert_memory_equal(&again.uuid, &uuid, sizeof uuid);

    assert_int_equal(store_compact(&again), EFI_SUCCESS);
    assert_int_equal(again.sequence, store.sequence + 1);
    assert_int_equal(store_open(&store, &nvram.medium), EFI_SUCCESS);
    expect(&store, u"A", "3");
    expect(&store, u"B", "2");
    assert_memory_equal(&store.uuid, &uuid, sizeof uuid);
    nvram_free(&nvram);
}

/* Fills the store to the last byte, and replaces when only the dead make room. */
static void test_full(void **state)
{
    for (uint32_t banks = 1; banks <= 2; banks++) {
        struct nvram nvram;
        struct store store;
        static uint8_t data[BANK];
        make(&nvram, &store, banks);
        uint32_t most = store_free(&store) - (uint32_t)sizeof(struct store_record) - 4;
        assert_int_equal(set(&store, u"A", data, most + 1), EFI_OUT_OF_RESOURCES);
        assert_int_equal(set(&store, u"A", data, UINT32_MAX), EFI_OUT_OF_RESOURCES);
        assert_int_equal(set(&store, u"A", data, most), EFI_SUCCESS);
        assert_int_equal(store_free(&store), 0);
        assert_int_equal(set(&store, u"B", "", 1), EFI_OUT_OF_RESOURCES);
        data[0]++;
        assert_int_equal(set(&store, u"A", data, most), EFI_SUCCESS);
        struct store_variable variable;
        assert_int_equal(store_find(&store, u"A", &guid, &variable), EFI_SUCCESS);
        assert_memory_equal(variable.data, data, most);
        assert_int_equal(store_delete(&store, &variable), EFI_SUCCESS);
        for (unsigned i = 0; i < 1000; i++) {
            data[0]++;
            assert_int_equal(set(&store, i % 2 ? u"A" : u"B", data, 300), EFI_SUCCESS);
            assert_int_equal(store_find(&store, i % 2 ? u"A" : u"B", &guid, &variable),
                             EFI_SUCCESS);
            assert_memory_equal(variable.data, data, 300);
        }
        assert_true(reference_space_matches(&store));
        nvram_free(&nvram);
    }
}

static void test_append(void **state)
{
    for (uint32_t banks = 1; banks <= 2; banks++) {
        struct nvram nvram;
        struct store store;
        struct store_variable old;
        make(&nvram, &store, banks);
        assert_int_equal(set(&store, u"Before", "x", 1), EFI_SUCCESS);
        assert_int_equal(set(&store, u"L", "", 0), EFI_SUCCESS);
        for (unsigned i = 0; i < 700; i++) {
            assert_int_equal(store_find(&store, u"L", &guid, &old), EFI_SUCCESS);
            assert_int_equal(old.data_size, i);
            uint8_t byte = (uint8_t)i;
            struct store_value value = {.guid = &guid,
                                        .name = u"L",
                                        .attributes = 7,
                                        .head = old.data,
                                        .head_size = old.data_size,
                                        .data = &byte,
                                        .data_size = 1};
            assert_int_equal(store_set(&store, &value), EFI_SUCCESS);
        }
        assert_int_equal(store_find(&store, u"L", &guid, &old), EFI_SUCCESS);
        for (unsigned i = 0; i < old.data_size; i++)
            assert_int_equal(((const uint8_t *)old.data)[i], (uint8_t)i);
        expect(&store, u"Before", "x");
        nvram_free(&nvram);
    }
}

static void test_compacting_wipes(void **state)
{
    struct nvram nvram;
    struct store store;
    struct store_variable variable;
    make(&nvram, &store, 1);
    assert_int_equal(set(&store, u"Secret", "password", 8), EFI_SUCCESS);
    assert_int_equal(set(&store, u"Other", "stays", 5), EFI_SUCCESS);
    assert_int_equal(store_find(&store, u"Secret", &guid, &variable), EFI_SUCCESS);
    assert_int_equal(store_delete(&store, &variable), EFI_SUCCESS);
    assert_int_equal(store_compact(&store), EFI_SUCCESS);
    expect(&store, u"Other", "stays");
    for (uint32_t i = 0; i + 8 <= BANK; i++)
        assert_memory_not_equal(nvram.bytes + i, "password", 8);
    nvram_free(&nvram);
}

static void test_not_a_store(void **state)
{
    struct nvram nvram;
    struct store store = {0};
    nvram_init(&nvram, BANK, 2);
    assert_int_equal(store_open(&store, &nvram.medium), EFI_VOLUME_CORRUPTED);
    assert_int_equal(store_format(&store, &nvram.medium, &uuid), EFI_SUCCESS);
    struct store_header header;
    memcpy(&header, nvram.bytes, sizeof header);
    for (size_t i = 0; i < sizeof header; i++) {
        nvram.bytes[i] ^= 1;
        assert_int_equal(store_open(&store, &nvram.medium), EFI_VOLUME_CORRUPTED);
        nvram.bytes[i] ^= 1;
    }
    /* The same bytes as a store of another size. */
    nvram.medium.bank_size = BANK / 2;
    assert_int_equal(store_open(&store, &nvram.medium), EFI_VOLUME_CORRUPTED);
    nvram.medium.bank_size = BANK;
    assert_int_equal(store_open(&store, &nvram.medium), EFI_SUCCESS);
    nvram_free(&nvram);
}

/* A flipped bit costs one variable at most, and those behind it only when it is in a size. */
static void test_rot(void **state)
{
    struct nvram nvram;
    struct store store;
    make(&nvram, &store, 2);
    assert_int_equal(set(&store, u"A", "first", 5), EFI_SUCCESS);
    uint32_t second = store.end;
    assert_int_equal(set(&store, u"B", "second", 6), EFI_SUCCESS);
    assert_int_equal(set(&store, u"C", "third", 5), EFI_SUCCESS);
    uint8_t *intact = malloc(2 * BANK);
    memcpy(intact, nvram.bytes, 2 * BANK);
    for (uint32_t bit = 0; bit < 8 * (sizeof(struct store_record) + 4 + 6); bit++) {
        memcpy(nvram.bytes, intact, 2 * BANK);
        nvram.bytes[second + bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(store_open(&store, &nvram.medium), EFI_SUCCESS);
        expect(&store, u"A", "first");
        uint32_t field = bit / 8;
        bool counts = field != offsetof(struct store_record, reserved1);
        if (counts)
            expect_absent(&store, u"B");
        bool in_size = field >= offsetof(struct store_record, data_size) &&
                       field < offsetof(struct store_record, reserved2);
        if (field >= sizeof(uint16_t) && !in_size)
            expect(&store, u"C", "third");
        assert_int_equal(set(&store, u"D", "new", 3), EFI_SUCCESS);
        assert_int_equal(store_open(&store, &nvram.medium), EFI_SUCCESS);
        expect(&store, u"D", "new");
        assert_true(reference_space_matches(&store));
    }
    free(intact);
    nvram_free(&nvram);
}

/* The changes of the power cut test: they fill a small bank several times over. */
#define CUT_BANK    704u
#define CUT_CHANGES 36u

static struct reference_change cut_change(unsigned i)
{
    static const uint8_t sizes[] = {10, 40, 3, 90, 0, 25};
    return (struct reference_change){
        .name = i * 5 % 6,
        .kind = i % 7 == 3   ? CHANGE_DELETE
                : i % 5 == 2 ? CHANGE_APPEND
                             : CHANGE_SET,
        .size = sizes[i % sizeof sizes],
        .seed = (uint8_t)(i * 11),
    };
}

/* The store works after the cut as before. */
static void go_on(struct nvram *nvram, struct store *store, struct reference *now)
{
    for (unsigned i = 0; i < 4; i++) {
        struct reference_change change = {.name = i, .size = 30, .seed = (uint8_t)(i + 100)};
        EFI_STATUS status = reference_apply(now, store, &change);
        assert_true(status == EFI_SUCCESS || status == EFI_OUT_OF_RESOURCES);
        assert_true(reference_matches(now, store));
    }
    assert_int_equal(store_open(store, &nvram->medium), EFI_SUCCESS);
    assert_true(reference_matches(now, store));
}

/* Runs the changes with power for `stores` stores; true when it sufficed. After a cut everything is
 * as before or as after the change in flight. */
static bool run_with_power_for(long stores, unsigned long *ret_stores)
{
    static struct nvram nvram;
    static struct store store;
    static struct reference now;
    static struct reference_change change;
    volatile bool was_cut = true;
    memset(&now, 0, sizeof now);
    nvram_init(&nvram, CUT_BANK, 2);
    assert_int_equal(store_format(&store, &nvram.medium, &uuid), EFI_SUCCESS);
    nvram.stores_left = stores;
    if (setjmp(nvram.power_cut) == 0) {
        for (unsigned i = 0; i < CUT_CHANGES; i++) {
            change = cut_change(i);
            EFI_STATUS status = reference_apply(&now, &store, &change);
            assert_true(status == EFI_SUCCESS || status == EFI_NOT_FOUND ||
                        status == EFI_OUT_OF_RESOURCES);
        }
        was_cut = false;
    }

    nvram.stores_left = -1;
    *ret_stores = nvram.stores;
    assert_int_equal(store_open(&store, &nvram.medium), EFI_SUCCESS);
    if (!reference_matches(&now, &store)) {
        assert_true(was_cut);
        reference_expect(&now, &change);
        assert_true(reference_matches(&now, &store));
    }
    assert_true(reference_space_matches(&store));
    go_on(&nvram, &store, &now);
    nvram_free(&nvram);
    return !was_cut;
}

static void test_power_cut(void **state)
{
    unsigned long needed;
    long stores = 0;
    while (!run_with_power_for(stores, &needed))
        stores++;
    assert_true(needed > 6 * CUT_BANK); /* the bank was compacted several times */
}

static struct store_medium working;
static int good_writes;

static EFI_STATUS failing_write(const struct store_medium *medium, uint32_t offset,
                                const void *data, uint32_t size)
{
    return good_writes-- > 0 ? working.write(medium, offset, data, size) : EFI_DEVICE_ERROR;
}

/* Writing fails at each place of a change, and works again afterwards. */
static void test_medium_fails(void **state)
{
    for (int writes = 0; writes < 4; writes++) {
        struct nvram nvram;
        struct store store;
        make(&nvram, &store, 2);
        assert_int_equal(set(&store, u"A", "kept", 4), EFI_SUCCESS);
        working = nvram.medium;
        nvram.medium.write = failing_write;
        good_writes = writes;
        assert_int_equal(set(&store, u"B", "lost", 4), EFI_DEVICE_ERROR);
        good_writes = writes;
        assert_int_equal(store_compact(&store), EFI_DEVICE_ERROR);
        nvram.medium = working;
        expect(&store, u"A", "kept");
        expect_absent(&store, u"B");
        assert_int_equal(set(&store, u"B", "again", 5), EFI_SUCCESS);
        assert_int_equal(store_open(&store, &nvram.medium), EFI_SUCCESS);
        expect(&store, u"A", "kept");
        expect(&store, u"B", "again");
        nvram_free(&nvram);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_find_delete),
        cmocka_unit_test(test_survives_reopening),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_compacting_wipes),
        cmocka_unit_test(test_not_a_store),
        cmocka_unit_test(test_rot),
        cmocka_unit_test(test_power_cut),
        cmocka_unit_test(test_medium_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
