/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Sound volumes with one thing broken. */
#include <stdlib.h>

#include "hw/fat.h"
#include "lib/memory.h"
#include "models/fat_format.h"
#include "storage/fat/fat.h"
#include "unit/storage/fat_fixture.h"
#include "unit/storage/log_lines.h"

#define SECTOR 512u

static const struct kind {
    unsigned bits;
    size_t sectors;
} kinds[] = {{12, 400}, {16, 5000}, {32, 600}};

/* \a: clusters `first` and three more; \d: a directory. */
static uint32_t make(struct fixture *f, const struct kind *kind)
{
    *f = (struct fixture){0};
    ramdisk_init(&f->disk, SECTOR, kind->sectors);
    fat_format(f->disk.data, kind->sectors * SECTOR, kind->bits, SECTOR);
    fixture_mount(f);
    write_file(f->root, "a", 4 * SECTOR);
    close_file(open_file(f->root, "d", MODE_CREATE, FILE_DIRECTORY));
    write_file(f->root, "d\\inner", 10);
    fixture_unmount(f);
    return kind->bits == 32 ? 3 : 2;
}

static EFI_STATUS read_all(struct file *root, const char *path)
{
    struct file *file;
    uint8_t buffer[8 * SECTOR];
    size_t done;
    EFI_STATUS status = try_open(root, path, MODE_READ, 0, &file);
    if (EFI_ERROR(status))
        return status;
    status = root->file_system->file_operations->read(file, 0, buffer, sizeof buffer, &done);
    close_file(file);
    return status;
}

static const struct broken_chain {
    uint32_t from; /* of the file's clusters, from 0 */
    uint32_t to;   /* the same, or an entry's value */
    bool relative;
    const char *line;
} broken_chains[] = {
    {3, 0, true, "ramdisk: \\a: the cluster chain loops"},
    {1, 1, true, "ramdisk: \\a: the cluster chain loops"},
    {2, 1, true, "ramdisk: \\a: the cluster chain loops"},
    {0, 0, true, "ramdisk: \\a: the cluster chain loops"},
    {1, 0, false, "ramdisk: \\a: the cluster chain leads nowhere"},
    {1, 1, false, "ramdisk: \\a: the cluster chain leads nowhere"},
    {1, 0xff0, false, "ramdisk: \\a: the cluster chain leads nowhere"},
    {2, 0x0ffffff7, false, "ramdisk: \\a: the cluster chain leads nowhere"},
    {2, 0x0fffffff, false, "ramdisk: \\a: the cluster chain is too short"},
    {0, 0x0fffffff, false, "ramdisk: \\a: the cluster chain is too short"},
};

/* A volume with that chain, mounted. */
static void make_broken(struct fixture *f, const struct kind *kind,
                        const struct broken_chain *chain)
{
    uint32_t first = make(f, kind);
    uint32_t to = chain->relative ? first + chain->to : chain->to;
    if (to == 0xff0 && kind->bits == 16)
        to = 0xffe0;
    fat_format_set_entry(f->disk.data, first + chain->from, to);
    fixture_mount(f);
}

static void test_chains(void **state)
{
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        for (size_t i = 0; i < ARRAY_SIZE(broken_chains); i++) {
            struct fixture f;
            make_broken(&f, &kinds[k], &broken_chains[i]);
            expect_line(NULL);
            assert_int_equal(read_all(f.root, "a"), EFI_VOLUME_CORRUPTED);
            expect_line(broken_chains[i].line);
            assert_int_equal(read_all(f.root, "d\\inner"), EFI_SUCCESS);
            fixture_release(&f);
        }
    }
}

/* In pieces, so that the break is met ahead of the reader: it is told once then, and once when the
 * reader is there. */
static void test_chains_in_pieces(void **state)
{
    enum { PIECE = 64 };
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        for (size_t i = 0; i < ARRAY_SIZE(broken_chains); i++) {
            struct fixture f;
            uint8_t piece[PIECE];
            size_t at = 0, done;
            make_broken(&f, &kinds[k], &broken_chains[i]);
            struct file *file = open_file(f.root, "a", MODE_READ, 0);
            EFI_STATUS status = EFI_SUCCESS;
            for (; at < 4 * SECTOR && !EFI_ERROR(status); at += PIECE)
                status = f.file_system->file_operations->read(file, at, piece, PIECE, &done);
            assert_int_equal(status, EFI_VOLUME_CORRUPTED);
            assert_in_range(log_lines.count, 1, 2);
            log_lines.count = 0;
            close_file(file);
            fixture_release(&f);
        }
    }
}

/* Two files that share clusters can be read; deleting one does not end in a loop. */
static void test_cross_link(void **state)
{
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        struct fixture f;
        uint32_t first = make(&f, &kinds[k]);
        fixture_mount(&f);
        write_file(f.root, "b",
                   4 * SECTOR); /* from two clusters further: \d and inner have one each */
        fixture_unmount(&f);
        fat_format_set_entry(f.disk.data, first + 1, first + 7);
        fixture_mount(&f);
        assert_int_equal(read_all(f.root, "b"), EFI_SUCCESS);
        struct file *file = open_file(f.root, "a", MODE_WRITE, 0);
        assert_int_equal(f.file_system->file_operations->delete_file(file), EFI_SUCCESS);
        assert_int_equal(read_all(f.root, "b"), EFI_VOLUME_CORRUPTED);
        expect_line("ramdisk: \\b: the cluster chain leads nowhere");
        fixture_release(&f);
    }
}

/* The short entry with this name in the first sectors of the volume's directories. */
static struct fat_entry *entry_of(struct fixture *f, const char *name)
{
    size_t size = f->disk.device.block_count * SECTOR;
    for (size_t at = SECTOR; at < size; at += FAT_ENTRY_SIZE) {
        if (memcmp(f->disk.data + at, name, FAT_NAME_SIZE) == 0)
            return (struct fat_entry *)(f->disk.data + at);
    }
    fail();
    return NULL;
}

static void test_directories(void **state)
{
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        struct fixture f;
        make(&f, &kinds[k]);
        struct fat_entry *d = entry_of(&f, "D          ");
        struct fat_entry *inner = entry_of(&f, "INNER      ");
        uint16_t cluster = d->cluster_low;
        inner->attributes = FAT_ATTR_DIRECTORY;
        inner->cluster_low = cluster;
        fixture_mount(&f);
        assert_int_equal(read_all(f.root, "d\\inner\\x"), EFI_VOLUME_CORRUPTED);
        expect_line("ramdisk: \\d\\inner: the directory contains itself");
        assert_int_equal(read_all(f.root, "d\\x"), EFI_NOT_FOUND);
        expect_line(NULL);
        fixture_unmount(&f);

        d->cluster_low = 0;
        fixture_mount(&f);
        assert_int_equal(read_all(f.root, "d\\x"), EFI_VOLUME_CORRUPTED);
        expect_line("ramdisk: \\d: bad first cluster");
        fixture_unmount(&f);

        /* A directory whose chain loops, without an end mark. */
        d->cluster_low = cluster;
        uint8_t *sector = (uint8_t *)((uintptr_t)inner - 2 * FAT_ENTRY_SIZE);
        for (size_t i = 2; i < SECTOR / FAT_ENTRY_SIZE; i++)
            sector[i * FAT_ENTRY_SIZE] = FAT_NAME_DELETED;
        fat_format_set_entry(f.disk.data, cluster, cluster);
        fixture_mount(&f);
        assert_int_equal(read_all(f.root, "d\\x"), EFI_VOLUME_CORRUPTED);
        expect_line("ramdisk: \\d: the cluster chain loops");
        fixture_release(&f);
    }
}

static void test_orphans(void **state)
{
    struct fixture f;
    make(&f, &kinds[0]);
    fixture_mount(&f);
    write_file(f.root, "A long name of three entries.text", 100);
    fixture_unmount(&f);
    struct fat_entry *entry = entry_of(&f, "ALONGN~1TEX");
    /* Each long entry in turn: order, checksum, deleted. */
    for (unsigned i = 1; i <= 3; i++) {
        struct fat_long_entry *part = (struct fat_long_entry *)(entry - i), before = *part;
        for (unsigned what = 0; what < 3; what++) {
            if (what == 0)
                part->order ^= 4;
            else if (what == 1)
                part->checksum ^= 1;
            else
                part->order = FAT_NAME_DELETED;
            fixture_mount(&f);
            assert_false(exists(f.root, "A long name of three entries.text"));
            expect_file(f.root, "ALONGN~1.TEX", 100);
            fixture_unmount(&f);
            *part = before;
        }
    }
    fixture_mount(&f);
    expect_file(f.root, "A long name of three entries.text", 100);
    fixture_release(&f);
}

static void test_boot_sector(void **state)
{
    static const struct {
        size_t offset, size;
        uint32_t value;
        const char *line; /* NULL: not FAT at all */
    } cases[] = {
        {0, 1, 0, NULL},
        {510, 2, 0, NULL},
        {11, 2, 0, "bad sector size"},
        {11, 2, 513, "bad sector size"},
        {11, 2, 8192, "bad sector size"},
        {11, 2, 4096, ""},
        {13, 1, 0, "bad cluster size"},
        {13, 1, 3, "bad cluster size"},
        {14, 2, 0, "no reserved sectors"},
        {14, 2, 0xffff, "no room for clusters"},
        {16, 1, 0, "bad number of tables"},
        {16, 1, 255, "bad number of tables"},
        {21, 1, 0, "bad media type"},
        {22, 2, 0xffff, "ramdisk: FAT boot sector: no "},
        {32, 4, 0xffffffff, ""},
        {36, 4, 0, ""},
        {36, 4, 0xffffffff, ""},
        {42, 2, 1, ""},
        {44, 4, 0, ""},
        {44, 4, 0xffffffff, ""},
        {40, 2, 0x008f, ""},
        {17, 2, 0, ""},
        {17, 2, 0xffff, ""},
        {19, 2, 1, "no room for clusters"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
            struct fixture f;
            make(&f, &kinds[k]);
            memcpy(f.disk.data + cases[i].offset, &cases[i].value, cases[i].size);
            struct file_system *file_system;
            EFI_STATUS status = fat_mount(&f.disk.device, &file_system);
            if (!EFI_ERROR(status))
                file_system->operations->unmount(file_system);
            if (cases[i].line == NULL) {
                assert_int_equal(status, EFI_UNSUPPORTED);
                expect_line(NULL);
            } else if (cases[i].line[0] != 0) {
                assert_int_equal(status, EFI_VOLUME_CORRUPTED);
                expect_line(cases[i].line);
            } else { /* a matter of the kind; a line if and only if it is refused */
                assert_true(status == EFI_SUCCESS || status == EFI_VOLUME_CORRUPTED);
                expect_line(EFI_ERROR(status) ? "ramdisk: FAT boot sector: " : NULL);
            }
            fixture_release(&f);
        }
        struct fixture f;
        struct file_system *file_system;
        make(&f, &kinds[k]);
        f.disk.device.block_count -= 1;
        assert_int_equal(fat_mount(&f.disk.device, &file_system), EFI_VOLUME_CORRUPTED);
        expect_line("it is larger than its partition");
        fixture_release(&f);
    }
}

/* A failed write stops all writing, with one line; reading goes on. */
static void test_write_error(void **state)
{
    struct fixture f;
    make(&f, &kinds[1]);
    fixture_mount(&f);
    f.disk.writes_until_error = 0;
    struct file *file = open_file(f.root, "a", MODE_WRITE, 0);
    assert_int_equal(f.file_system->file_operations->write(file, 0, "x", 1), EFI_DEVICE_ERROR);
    expect_line("ramdisk: a write to the FAT volume failed");
    assert_int_equal(f.file_system->file_operations->write(file, 0, "x", 1), EFI_WRITE_PROTECTED);
    expect_line(NULL);
    close_file(file);
    expect_file(f.root, "a", 4 * SECTOR);
    fixture_release(&f);
}

/* The mark is set while there is something to lose, and stays where somebody else left it. */
static void test_dirty_mark(void **state)
{
    struct fixture f;
    make(&f, &kinds[1]);
    const uint8_t *entry1 = f.disk.data + SECTOR + 2;
    assert_int_equal(entry1[1] & 0x80, 0x80);
    fixture_mount(&f);
    struct file *file = open_file(f.root, "a", MODE_WRITE, 0);
    assert_int_equal(entry1[1] & 0x80, 0x80);
    assert_int_equal(f.file_system->file_operations->write(file, 0, "x", 1), EFI_SUCCESS);
    assert_int_equal(entry1[1] & 0x80, 0);
    assert_int_equal(f.file_system->file_operations->flush(file), EFI_SUCCESS);
    assert_int_equal(entry1[1] & 0x80, 0x80);
    assert_int_equal(f.file_system->file_operations->write(file, 0, "x", 1), EFI_SUCCESS);
    assert_int_equal(entry1[1] & 0x80, 0);
    close_file(file);
    assert_int_equal(entry1[1] & 0x80, 0x80);
    fixture_unmount(&f);
    fat_format_set_entry(f.disk.data, 1, 0x7fff);
    fixture_mount(&f);
    write_file(f.root, "b", 1);
    fixture_unmount(&f);
    assert_int_equal(entry1[1] & 0x80, 0);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(test_chains),      LOG_TEST(test_chains_in_pieces), LOG_TEST(test_cross_link),
        LOG_TEST(test_directories), LOG_TEST(test_orphans),          LOG_TEST(test_boot_sector),
        LOG_TEST(test_write_error), LOG_TEST(test_dirty_mark),
    };
    return cmocka_run_group_tests(tests, log_lines_start, NULL);
}
