/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What reads a file on in small pieces gets them out of large ones, which are read ahead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/memory.h"
#include "unit/storage/fat_fixture.h"

#define SIZE  (6u << 20)
#define PIECE 4096u

static EFI_STATUS read_at(struct fixture *f, struct file *file, uint64_t position, void *data,
                          size_t size)
{
    size_t done = 0;
    EFI_STATUS status = f->file_system->file_operations->read(file, position, data, size, &done);
    assert_true(EFI_ERROR(status) || done == size);
    return status;
}

static void read_pieces(struct fixture *f, struct file *file, size_t from, size_t to, size_t size)
{
    uint8_t piece[PIECE];
    for (size_t at = from; at < to; at += size) {
        assert_int_equal(read_at(f, file, at, piece, size), EFI_SUCCESS);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], pattern(at + i));
    }
}

/* A volume with \big on it, on a disk whose requests complete later. */
static struct file *open_big(struct fixture *f, bool asynchronous)
{
    fixture_format(f, "-F 32 -S 512 -s 1", 65536);
    fixture_load(f, 512);
    fixture_mount(f);
    write_file(f->root, "\\big", SIZE);
    f->disk.asynchronous = asynchronous;
    return open_file(f->root, "\\big", MODE_READ, 0);
}

static void check_pieces(bool asynchronous)
{
    struct fixture f;
    struct file *file = open_big(&f, asynchronous);
    unsigned before = f.disk.reads;
    read_pieces(&f, file, 0, SIZE, PIECE);
    assert_in_range(f.disk.reads - before, 1, 16);

    /* Odd pieces, and somebody else who writes where the reader comes next */
    struct file *other = open_file(f.root, "\\big", MODE_WRITE, 0);
    read_pieces(&f, file, 0, 300300, 1001);
    uint8_t piece[1001], back[1001];
    memset(piece, 0xee, sizeof piece);
    assert_int_equal(f.file_system->file_operations->write(other, 300300, piece, sizeof piece),
                     EFI_SUCCESS);
    assert_int_equal(read_at(&f, file, 300300, back, sizeof back), EFI_SUCCESS);
    assert_memory_equal(back, piece, sizeof back);
    close_file(other);
    close_file(file);
    fixture_check(&f);
    fixture_release(&f);
}

static void test_pieces(void **state)
{
    if (!fixture_has_tools())
        skip();
    check_pieces(false);
    check_pieces(true);
}

/* Where the file's whole block at `position` lies. */
static uint64_t lba_of(struct fixture *f, size_t position)
{
    uint8_t before[512], mark[512];
    uint64_t lba = 0;
    struct file *file = open_file(f->root, "\\big", MODE_WRITE, 0);
    assert_int_equal(read_at(f, file, position, before, sizeof before), EFI_SUCCESS);
    memset(mark, 0xe7, sizeof mark);
    const struct file_operations *operations = f->file_system->file_operations;
    assert_int_equal(operations->write(file, position, mark, sizeof mark), EFI_SUCCESS);
    while (memcmp(f->disk.data + lba * 512, mark, sizeof mark) != 0)
        lba++;
    assert_int_equal(operations->write(file, position, before, sizeof before), EFI_SUCCESS);
    close_file(file);
    return lba;
}

/* An error further on is nobody's business yet. */
static void test_error_ahead(void **state)
{
    if (!fixture_has_tools())
        skip();
    const size_t bad = (3u << 20) + 65536;
    struct fixture f;
    uint8_t piece[PIECE];
    struct file *file = open_big(&f, true);
    f.disk.error_lba = lba_of(&f, bad);
    uint64_t before = f.disk.blocks_read;
    read_pieces(&f, file, 1 << 20, bad, PIECE);
    /* Nor is what lies before it read over and over. */
    assert_in_range(f.disk.blocks_read - before, (bad - (1 << 20)) / 512, 12000);
    assert_int_equal(read_at(&f, file, bad, piece, sizeof piece), EFI_DEVICE_ERROR);
    read_pieces(&f, file, bad + PIECE, SIZE, PIECE);
    f.disk.error_lba = RAMDISK_NEVER;
    read_pieces(&f, file, bad, SIZE, PIECE);
    close_file(file);
    fixture_check(&f);
    fixture_release(&f);
}

/* A read is under way while nobody waits for it: the next one somewhere else and the end of the
 * volume must. */
static void test_unmount(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    struct file *file = open_big(&f, true);
    /* Past the first window, of 64 KiB: it is filled again. */
    read_pieces(&f, file, 0, 20 * PIECE, PIECE);
    assert_false(list_empty(&f.disk.pending));
    read_pieces(&f, file, 2 << 20, (2 << 20) + 20 * PIECE, PIECE);
    assert_false(list_empty(&f.disk.pending));
    close_file(file);
    fixture_unmount(&f);
    assert_true(list_empty(&f.disk.pending));
    fixture_release(&f);
}

/* So must they when the disk falls silent. */
static void test_silence(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    uint8_t piece[PIECE];
    struct file *file = open_big(&f, true);
    read_pieces(&f, file, 0, 4 * PIECE, PIECE);
    f.disk.silent = true;
    size_t at = 4 * PIECE;
    while (at < SIZE && !EFI_ERROR(read_at(&f, file, at, piece, sizeof piece)))
        at += PIECE;
    assert_in_range(at, 4 * PIECE, 1 << 20);
    assert_true(f.disk.dead);
    assert_true(list_empty(&f.disk.pending));
    close_file(file);
    fixture_unmount(&f);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_error_ahead),
        cmocka_unit_test(test_unmount),
        cmocka_unit_test(test_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
