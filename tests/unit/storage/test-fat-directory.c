/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Names in directories: made, found, renamed and deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/pool.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/fat.h"
#include "unit/storage/fat_fixture.h"

static EFI_STATUS rename_to(struct file *root, const char *path, const char *name)
{
    struct file *file = open_file(root, path, MODE_WRITE, 0);
    struct file_info info = info_of(file);
    memset(info.name, 0, sizeof info.name);
    memcpy(info.name, u(name), ucs2_size(u(name)));
    EFI_STATUS status = set_info(file, &info);
    close_file(file);
    return status;
}

static void test_create_and_delete(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 4096, 4097, 65536, 100001};
    char path[128];
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        struct fixture f;
        fixture_make(&f, l);
        uint64_t space = free_space(&f);
        make_directory(f.root, "a");
        make_directory(f.root, "a\\Bee with a long name");
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
            snprintf(path, sizeof path, "a\\f%zu", sizes[i]);
            write_file(f.root, path, sizes[i]);
            snprintf(path, sizeof path, "a/bee with a long name/Long file name %zu.text", sizes[i]);
            write_file(f.root, path, sizes[i]);
        }
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
            snprintf(path, sizeof path, "A\\F%zu", sizes[i]);
            expect_file(f.root, path, sizes[i]);
            snprintf(path, sizeof path, "a/bee with a long name/Long file name %zu.text", sizes[i]);
            expect_file(f.root, path, sizes[i]);
        }
        assert_int_equal(delete_path(f.root, "a"), EFI_WARN_DELETE_FAILURE);
        fixture_check(&f);
        fixture_mount(&f);
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
            snprintf(path, sizeof path, "a\\f%zu", sizes[i]);
            expect_file(f.root, path, sizes[i]);
            assert_int_equal(delete_path(f.root, path), EFI_SUCCESS);
            assert_false(exists(f.root, path));
            snprintf(path, sizeof path, "a/bee with a long name/Long file name %zu.text", sizes[i]);
            expect_file(f.root, path, sizes[i]);
            assert_int_equal(delete_path(f.root, path), EFI_SUCCESS);
        }
        assert_int_equal(delete_path(f.root, "a\\beewit~1"), EFI_SUCCESS);
        assert_int_equal(delete_path(f.root, "a"), EFI_SUCCESS);
        assert_int_equal(free_space(&f), space);
        fixture_check(&f);
        fixture_release(&f);
    }
}

/* Many files with names alike, so that directories grow and aliases run out. */
static void test_many(void **state)
{
    char path[128];
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        struct fixture f;
        fixture_make(&f, l);
        make_directory(f.root, "many");
        for (unsigned i = 0; i < 150; i++) {
            snprintf(path, sizeof path, "many\\The same beginning %u of a name.conf", i);
            write_file(f.root, path, i);
        }
        for (unsigned i = 0; i < 150; i += 3) {
            snprintf(path, sizeof path, "many\\The same beginning %u of a name.conf", i);
            assert_int_equal(delete_path(f.root, path), EFI_SUCCESS);
        }
        for (unsigned i = 0; i < 150; i += 3) {
            snprintf(path, sizeof path, "many\\x%u.Y", i);
            write_file(f.root, path, i);
        }
        for (unsigned i = 0; i < 150; i++) {
            snprintf(path, sizeof path,
                     i % 3 == 0 ? "many\\X%u.y" : "many\\the same beginning %u of a name.CONF", i);
            expect_file(f.root, path, i);
        }
        /* Backwards, and deleted while others are looked for. */
        for (unsigned i = 150; i-- > 1;) {
            snprintf(path, sizeof path,
                     i % 3 == 0 ? "many\\X%u.y" : "many\\the same beginning %u of a name.CONF", i);
            assert_int_equal(delete_path(f.root, path), EFI_SUCCESS);
            expect_file(f.root, "many\\x0.y", 0);
            assert_false(exists(f.root, path));
        }
        fixture_check(&f);
        fixture_release(&f);
    }
}

/* \\many with F000 to F149, short names of one entry each behind "." and "..". */
static void make_many(struct fixture *f)
{
    char path[32];
    fixture_make(f, 2);
    make_directory(f->root, "many");
    for (unsigned i = 0; i < 150; i++) {
        snprintf(path, sizeof path, "many\\F%03u", i);
        write_file(f->root, path, i);
    }
}

/* Entries that are made around the place where the last search ended. */
static void test_made_around(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    make_many(&f);
    assert_int_equal(delete_path(f.root, "many\\F099"), EFI_SUCCESS);
    assert_int_equal(delete_path(f.root, "many\\F101"), EFI_SUCCESS);
    assert_int_equal(delete_path(f.root, "many\\F100"), EFI_SUCCESS);
    write_file(f.root, "many\\A longer name.txt", 7);
    struct file *file = open_file(f.root, "many\\ALONGE~1.TXT", MODE_READ, 0);
    struct file_info info = info_of(file);
    assert_memory_equal(info.name, u"A longer name.txt", sizeof u"A longer name.txt");
    close_file(file);
    assert_int_equal(delete_path(f.root, "many\\ALONGE~1.TXT"), EFI_SUCCESS);
    fixture_check(&f);
    fixture_release(&f);
}

/* What cannot be read hides nothing in front of it, wherever the last search ended. */
static void test_unreadable_end(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    struct file *file;
    size_t bad = 0; /* in bytes */
    make_many(&f);
    while (memcmp(f.disk.data + bad, "F141       ", 11) != 0)
        bad += 32;
    for (unsigned round = 0; round < 2; round++) {
        fixture_unmount(&f);
        fixture_mount(&f);
        f.disk.error_lba = bad / 512;
        expect_file(f.root, round == 0 ? "many\\F080" : "many\\F005", round == 0 ? 80 : 5);
        expect_file(f.root, "many\\F010", 10);
        assert_int_equal(try_open(f.root, "many\\nothing", MODE_READ, 0, &file), EFI_DEVICE_ERROR);
        assert_int_equal(try_open(f.root, "many\\F145", MODE_READ, 0, &file), EFI_DEVICE_ERROR);
        f.disk.error_lba = RAMDISK_NEVER;
    }
    expect_file(f.root, "many\\F145", 145);
    fixture_check(&f);
    fixture_release(&f);
}

static void test_rename(void **state)
{
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        struct fixture f;
        fixture_make(&f, l);
        make_directory(f.root, "one");
        make_directory(f.root, "one\\inner");
        make_directory(f.root, "two");
        write_file(f.root, "one\\inner\\file", 1234);
        write_file(f.root, "two\\other", 10);
        assert_int_equal(rename_to(f.root, "one\\inner\\file", "FILE"), EFI_SUCCESS);
        assert_int_equal(rename_to(f.root, "one\\inner\\file", "A rather longer name.efi"),
                         EFI_SUCCESS);
        assert_false(exists(f.root, "one\\inner\\file"));
        expect_file(f.root, "one\\inner\\a rather longer name.efi", 1234);
        assert_int_equal(rename_to(f.root, "one\\inner", "\\two\\moved"), EFI_SUCCESS);
        expect_file(f.root, "two\\moved\\a rather longer name.efi", 1234);
        expect_file(f.root, "two\\moved\\..\\other", 10);
        assert_int_equal(rename_to(f.root, "two\\moved", "other"), EFI_ACCESS_DENIED);
        assert_int_equal(rename_to(f.root, "two", "moved\\two"), EFI_NOT_FOUND);
        assert_int_equal(rename_to(f.root, "two", "two\\moved\\two"), EFI_ACCESS_DENIED);
        assert_int_equal(rename_to(f.root, "two", "t:wo"), EFI_INVALID_PARAMETER);
        assert_int_equal(rename_to(f.root, "two", ""), EFI_INVALID_PARAMETER);
        assert_int_equal(rename_to(f.root, "two\\moved", "..\\back"), EFI_SUCCESS);
        expect_file(f.root, "back\\ARATHE~1.EFI", 1234);
        fixture_check(&f);
        fixture_release(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_and_delete),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_made_around),
        cmocka_unit_test(test_unreadable_end),
        cmocka_unit_test(test_rename),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
