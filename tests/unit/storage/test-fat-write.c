/* SPDX-License-Identifier: BSD-2-Clause-Patent */
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

static EFI_STATUS resize(struct file *root, const char *path, uint64_t size)
{
    struct file *file = open_file(root, path, MODE_WRITE, 0);
    struct file_info info = info_of(file);
    info.size = size;
    EFI_STATUS status = set_info(file, &info);
    close_file(file);
    return status;
}

static void test_resize(void **state)
{
    static const size_t sizes[] = {100, 5000, 4096, 0, 1, 70000, 512, 511, 0};
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        struct fixture f;
        fixture_make(&f, l);
        write_file(f.root, "f", 3000);
        size_t known = 3000;
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
            assert_int_equal(resize(f.root, "f", sizes[i]), EFI_SUCCESS);
            known = MIN(known, sizes[i]);
            struct file *file = open_file(f.root, "f", MODE_READ, 0);
            uint8_t *data = malloc(sizes[i] + 1);
            size_t done;
            assert_int_equal(
                f.file_system->file_operations->read(file, 0, data, sizes[i] + 1, &done),
                EFI_SUCCESS);
            assert_int_equal(done, sizes[i]);
            for (size_t j = 0; j < done; j++)
                assert_int_equal(data[j], j < known ? pattern(j) : 0);
            free(data);
            close_file(file);
        }
        /* A gap is zeros, also where other files have been. */
        write_file(f.root, "g", 20000);
        assert_int_equal(delete_path(f.root, "g"), EFI_SUCCESS);
        struct file *file = open_file(f.root, "f", MODE_WRITE, 0);
        uint8_t byte = 1, back[9001];
        size_t done;
        assert_int_equal(f.file_system->file_operations->write(file, 9000, &byte, 1), EFI_SUCCESS);
        assert_int_equal(f.file_system->file_operations->read(file, 0, back, sizeof back, &done),
                         EFI_SUCCESS);
        assert_int_equal(done, sizeof back);
        for (size_t i = 0; i < 9000; i++)
            assert_int_equal(back[i], 0);
        close_file(file);
        fixture_check(&f);
        fixture_release(&f);
    }
}

/* Two files that grow in turns lie in pieces. */
static void test_fragments(void **state)
{
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        struct fixture f;
        fixture_make(&f, l);
        struct file *a = open_file(f.root, "a", MODE_CREATE, 0);
        struct file *b = open_file(f.root, "b", MODE_CREATE, 0);
        uint8_t piece[1000];
        for (size_t at = 0; at < 200000; at += sizeof piece) {
            for (size_t i = 0; i < sizeof piece; i++)
                piece[i] = pattern(at + i);
            assert_int_equal(f.file_system->file_operations->write(a, at, piece, sizeof piece),
                             EFI_SUCCESS);
            assert_int_equal(f.file_system->file_operations->write(b, at, piece, sizeof piece),
                             EFI_SUCCESS);
        }
        expect_file(f.root, "a", 200000); /* while it is open for writing */
        close_file(a);
        close_file(b);
        expect_file(f.root, "b", 200000);
        assert_int_equal(resize(f.root, "a", 100), EFI_SUCCESS);
        expect_file(f.root, "a", 100);
        write_file(f.root, "c", 150000); /* into the holes */
        fixture_check(&f);
        fixture_mount(&f);
        expect_file(f.root, "b", 200000);
        expect_file(f.root, "c", 150000);
        fixture_release(&f);
    }
}

static void test_full(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    fixture_make(&f, 0);
    uint64_t space = free_space(&f);
    size_t size = space + 1;
    uint8_t *data = calloc(1, size);
    struct file *file = open_file(f.root, "big", MODE_CREATE, 0);
    assert_int_equal(f.file_system->file_operations->write(file, 0, data, size), EFI_VOLUME_FULL);
    assert_int_equal(info_of(file).size, 0);
    assert_int_equal(free_space(&f), space);
    assert_int_equal(f.file_system->file_operations->write(file, 0xfffffff0, data, 100),
                     EFI_VOLUME_FULL);
    assert_int_equal(f.file_system->file_operations->write(file, UINT64_MAX, data, 2),
                     EFI_VOLUME_FULL);
    assert_int_equal(f.file_system->file_operations->write(file, 0, data, size - 1), EFI_SUCCESS);
    assert_int_equal(free_space(&f), 0);
    assert_int_equal(f.file_system->file_operations->write(file, size - 1, data, 1),
                     EFI_VOLUME_FULL);
    assert_int_equal(info_of(file).size, size - 1);
    struct file *other;
    assert_int_equal(try_open(f.root, "directory", MODE_CREATE, FILE_DIRECTORY, &other),
                     EFI_VOLUME_FULL);
    assert_false(exists(f.root, "directory"));
    close_file(file);
    free(data);

    /* The root directory of FAT12 does not grow. */
    char path[32];
    EFI_STATUS status = EFI_SUCCESS;
    unsigned count = 0;
    for (; status == EFI_SUCCESS && count < 1000; count++) {
        snprintf(path, sizeof path, "file%u", count);
        status = try_open(f.root, path, MODE_CREATE, 0, &file);
        if (status == EFI_SUCCESS)
            close_file(file);
    }
    assert_int_equal(status, EFI_VOLUME_FULL);
    assert_in_range(count, 100, 600);
    fixture_check(&f);
    fixture_release(&f);
}

static void test_info(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    fixture_make(&f, 2);
    write_file(f.root, "f", 10);
    struct file *file = open_file(f.root, "f", MODE_WRITE, 0);
    struct file_info info = info_of(file);
    assert_int_equal(info.attributes, FILE_ARCHIVE);
    assert_int_equal(info.created.Year, 2026);
    assert_int_equal(info.created.Second, 45);
    assert_int_equal(info.modified.Minute, 5);
    assert_int_equal(info.allocated_size, 512);
    info.attributes = FILE_READ_ONLY | FILE_HIDDEN | FILE_SYSTEM;
    info.created = (EFI_TIME){.Year = 1999, .Month = 12, .Day = 31, .Hour = 23};
    info.modified = (EFI_TIME){0};
    assert_int_equal(set_info(file, &info), EFI_SUCCESS);
    info = info_of(file);
    assert_int_equal(info.attributes, FILE_READ_ONLY | FILE_HIDDEN | FILE_SYSTEM);
    assert_int_equal(info.created.Year, 1999);
    assert_int_equal(info.modified.Year, 2026);
    info.attributes |= FILE_DIRECTORY;
    assert_int_equal(set_info(file, &info), EFI_ACCESS_DENIED);
    info.attributes = 0x40;
    assert_int_equal(set_info(file, &info), EFI_INVALID_PARAMETER);
    info = info_of(file);
    info.modified.Month = 13;
    assert_int_equal(set_info(file, &info), EFI_INVALID_PARAMETER);
    close_file(file);

    struct file *other;
    assert_int_equal(try_open(f.root, "f", MODE_WRITE, 0, &other), EFI_ACCESS_DENIED);
    file = open_file(f.root, "f", MODE_READ, 0);
    info = info_of(file);
    info.size = 5;
    assert_int_equal(set_info(file, &info), EFI_ACCESS_DENIED);
    info = info_of(file);
    info.attributes = 0;
    assert_int_equal(set_info(file, &info), EFI_SUCCESS);
    assert_int_equal(f.file_system->file_operations->write(file, 0, "x", 1), EFI_ACCESS_DENIED);
    assert_int_equal(f.file_system->file_operations->flush(file), EFI_ACCESS_DENIED);
    close_file(file);

    file = open_file(f.root, "f", MODE_WRITE, 0);
    assert_int_equal(f.file_system->file_operations->flush(file), EFI_SUCCESS);
    assert_int_equal(f.disk.flushes, 1);
    other = open_file(f.root, "F", MODE_WRITE, 0);
    assert_int_equal(f.file_system->file_operations->delete_file(file), EFI_SUCCESS);
    size_t done;
    uint8_t byte = 0;
    assert_int_equal(f.file_system->file_operations->read(other, 0, &byte, 1, &done),
                     EFI_DEVICE_ERROR);
    assert_int_equal(f.file_system->file_operations->write(other, 0, &byte, 1), EFI_DEVICE_ERROR);
    assert_int_equal(f.file_system->file_operations->get_info(other, &info), EFI_DEVICE_ERROR);
    assert_int_equal(f.file_system->file_operations->delete_file(other), EFI_WARN_DELETE_FAILURE);

    assert_int_equal(try_open(f.root, "x", FILE_MODE_WRITE, 0, &other), EFI_INVALID_PARAMETER);
    assert_int_equal(try_open(f.root, "x", MODE_CREATE, 0x80, &other), EFI_INVALID_PARAMETER);
    assert_int_equal(try_open(f.root, "a|b", MODE_CREATE, 0, &other), EFI_INVALID_PARAMETER);
    assert_int_equal(try_open(f.root, "x\\y", MODE_CREATE, 0, &other), EFI_NOT_FOUND);
    close_file(open_file(f.root, "dir", MODE_CREATE, FILE_DIRECTORY | FILE_HIDDEN));
    assert_int_equal(try_open(f.root, "dir", MODE_CREATE, 0, &other), EFI_ACCESS_DENIED);
    close_file(open_file(f.root, "dir", MODE_CREATE, FILE_DIRECTORY));
    fixture_check(&f);
    fixture_release(&f);
}

static void test_label(void **state)
{
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        static const char *const labels[] = {"first", "Second one", "", "ELEVENCHARS"};
        struct fixture f;
        fixture_make(&f, l);
        for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
            struct file_system_info info;
            assert_int_equal(f.file_system->operations->set_label(f.file_system, u(labels[i])),
                             EFI_SUCCESS);
            assert_int_equal(f.file_system->operations->get_info(f.file_system, &info),
                             EFI_SUCCESS);
            assert_true(ucs2_equal_ignoring_case(info.label, u(labels[i])));
        }
        assert_int_equal(f.file_system->operations->set_label(f.file_system, u("a.b")),
                         EFI_INVALID_PARAMETER);
        assert_int_equal(f.file_system->operations->set_label(f.file_system, u("twelve chars")),
                         EFI_INVALID_PARAMETER);
        fixture_check(&f);
        fixture_release(&f);
    }
}

static void test_read_only(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    fixture_make(&f, 1);
    write_file(f.root, "f", 10);
    fixture_unmount(&f);
    f.disk.device.read_only = true;
    fixture_mount(&f);
    struct file *file;
    assert_int_equal(try_open(f.root, "f", MODE_WRITE, 0, &file), EFI_WRITE_PROTECTED);
    assert_int_equal(try_open(f.root, "g", MODE_CREATE, 0, &file), EFI_WRITE_PROTECTED);
    file = open_file(f.root, "f", MODE_READ, 0);
    struct file_info info = info_of(file);
    info.attributes = 0;
    assert_int_equal(set_info(file, &info), EFI_WRITE_PROTECTED);
    assert_int_equal(f.file_system->file_operations->delete_file(file), EFI_WARN_DELETE_FAILURE);
    expect_file(f.root, "f", 10);
    assert_int_equal(f.file_system->operations->set_label(f.file_system, u("x")),
                     EFI_WRITE_PROTECTED);
    fixture_release(&f);
}

/* Some of everything. */
static void change_much(struct fixture *f)
{
    struct file *file;
    uint8_t data[3000] = {7};
    if (try_open(f->root, "growing", MODE_WRITE, 0, &file) == EFI_SUCCESS) {
        EFI_STATUS status = f->file_system->file_operations->write(file, 2000, data, sizeof data);
        (void)status;
        close_file(file);
    }
    if (try_open(f->root, "d\\new file with a long name", MODE_CREATE, 0, &file) == EFI_SUCCESS) {
        EFI_STATUS status = f->file_system->file_operations->write(file, 0, data, sizeof data);
        (void)status;
        close_file(file);
    }
    if (try_open(f->root, "d\\e", MODE_CREATE, FILE_DIRECTORY, &file) == EFI_SUCCESS)
        close_file(file);
    if (try_open(f->root, "doomed", MODE_WRITE, 0, &file) == EFI_SUCCESS)
        f->file_system->file_operations->delete_file(file);
    if (try_open(f->root, "renamed", MODE_WRITE, 0, &file) == EFI_SUCCESS) {
        struct file_info info = info_of(file);
        memcpy(info.name, u("d\\renamed"), sizeof(char16_t) * 10);
        EFI_STATUS status = set_info(file, &info);
        (void)status;
        close_file(file);
    }
}

/* After each number of blocks that reached the disk: everything that was there and was not being
 * deleted is whole. */
static void test_power_cut(void **state)
{
    if (!fixture_has_tools())
        skip();
    for (size_t l = 0; l < FIXTURE_LAYOUTS; l++) {
        struct fixture f;
        fixture_make(&f, l);
        make_directory(f.root, "d");
        write_file(f.root, "d\\kept", 5000);
        write_file(f.root, "growing", 2000);
        write_file(f.root, "doomed", 9000);
        write_file(f.root, "renamed", 2500);
        fixture_unmount(&f);
        size_t size = f.disk.device.block_count * f.disk.device.block_size;
        uint8_t *before = malloc(size);
        memcpy(before, f.disk.data, size);
        bool finished = false;
        for (unsigned cut = 0; !finished; cut++) {
            assert_in_range(cut, 0, 200);
            f.disk.writes_until_error = cut;
            fixture_mount(&f);
            change_much(&f);
            fixture_unmount(&f);
            finished = f.disk.writes_until_error > 0;
            f.disk.writes_until_error = RAMDISK_NEVER;
            fixture_mount(&f);
            expect_file(f.root, "d\\kept", 5000);
            struct file *file = open_file(f.root, "growing", MODE_READ, 0);
            uint8_t data[2000];
            size_t done;
            assert_int_equal(
                f.file_system->file_operations->read(file, 0, data, sizeof data, &done),
                EFI_SUCCESS);
            assert_int_equal(done, 2000);
            for (size_t i = 0; i < done; i++)
                assert_int_equal(data[i], pattern(i));
            close_file(file);
            if (exists(f.root, "doomed"))
                expect_file(f.root, "doomed", 9000);
            if (exists(f.root, "renamed"))
                expect_file(f.root, "renamed", 2500);
            else
                expect_file(f.root, "d\\renamed", 2500);
            fixture_unmount(&f);
            if (!finished)
                memcpy(f.disk.data, before, size);
        }
        fixture_check(&f);
        free(before);
        fixture_release(&f);
    }
}

static void test_no_memory(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    fixture_make(&f, 1);
    make_directory(f.root, "d");
    write_file(f.root, "d\\kept", 5000);
    write_file(f.root, "growing", 2000);
    write_file(f.root, "doomed", 9000);
    write_file(f.root, "renamed", 2500);
    for (size_t count = 0; count < 60; count++) {
        host_fail_allocation_after(count);
        change_much(&f);
        host_fail_allocation_after(SIZE_MAX);
        expect_file(f.root, "d\\kept", 5000);
    }
    fixture_check(&f);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resize),    cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_full),      cmocka_unit_test(test_info),
        cmocka_unit_test(test_label),     cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_power_cut), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
