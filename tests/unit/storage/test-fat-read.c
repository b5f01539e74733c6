/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/fat.h"
#include "unit/storage/fat_fixture.h"

static const struct layout {
    const char *options;
    size_t kib;
    uint32_t block_size;
    bool small; /* FAT32 with fewer clusters than the specification allows: Linux reads it, mtools
                   does not */
} layouts[] = {
    {"-F 12 -S 512 -s 1", 1440, 512},         {"-F 12 -S 512 -s 8", 4096, 4096},
    {"-F 12 -f 1 -r 512", 2048, 2048},        {"-F 16 -S 512 -s 4", 16384, 512},
    {"-F 16 -S 4096 -s 1", 32768, 4096},      {"-F 16 -S 2048 -s 1", 16384, 512},
    {"-F 32 -S 512 -s 1", 36864, 512},        {"-F 32 -S 512 -s 8", 8192, 4096, true},
    {"-F 32 -S 4096 -s 1", 8192, 4096, true}, {"-F 32 -S 1024 -s 2", 16384, 65536, true},
};

/* Sizes around the borders of clusters. */
static const size_t sizes[] = {0,    1,    511,  512,  513,   1023,  1024,   4095,
                               4096, 4097, 8191, 8193, 16384, 32767, 131073, 262144};

#define LONG_DIRECTORY "loader/A directory with a long name"

static char tree[] = "/tmp/cloudhv-tree-XXXXXX";

static void write_host_file(size_t size, const char *format, ...)
{
    char path[512];
    int length = snprintf(path, sizeof path, "%s/", tree);
    va_list args;
    va_start(args, format);
    vsnprintf(path + length, sizeof path - (size_t)length, format, args);
    va_end(args);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        fputc(pattern(i), file);
    fclose(file);
}

/* What a boot disk holds, and more. */
static int make_tree(void **state)
{
    char command[256];
    assert_non_null(mkdtemp(tree));
    snprintf(command, sizeof command, "mkdir -p %s/EFI/BOOT '%s/" LONG_DIRECTORY "'", tree, tree);
    assert_int_equal(system(command), 0);
    write_host_file(32767, "EFI/BOOT/BOOTX64.EFI");
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        write_host_file(sizes[i], "EFI/size%zu.bin", sizes[i]);
        write_host_file(sizes[i],
                        LONG_DIRECTORY "/A file of %zu bytes, and a name of several entries.conf",
                        sizes[i]);
    }
    return 0;
}

static int remove_tree(void **state)
{
    char command[256];
    snprintf(command, sizeof command, "rm -r %s", tree);
    return system(command);
}

static void populate(struct fixture *f)
{
    char command[256];
    snprintf(command, sizeof command, "for d in EFI loader; do mcopy -s -i $i %s/$d ::/; done",
             tree);
    fixture_run(f, command);
}

/* The same with our own hands. */
static void populate_ourselves(struct fixture *f)
{
    static const char *const directories[] = {"EFI", "EFI/BOOT", "loader", LONG_DIRECTORY};
    char path[256];
    fixture_mount(f);
    for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
        close_file(open_file(f->root, directories[i], MODE_CREATE, FILE_DIRECTORY));
    write_file(f->root, "EFI/BOOT/BOOTX64.EFI", 32767);
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        snprintf(path, sizeof path, "EFI/size%zu.bin", sizes[i]);
        write_file(f->root, path, sizes[i]);
        snprintf(path, sizeof path,
                 LONG_DIRECTORY "/A file of %zu bytes, and a name of several entries.conf",
                 sizes[i]);
        write_file(f->root, path, sizes[i]);
    }
    fixture_check(f);
    f->disk.writes = 0;
}

static void check_files(struct fixture *f)
{
    char path[256];
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        snprintf(path, sizeof path, "\\efi\\SIZE%zu.bin", sizes[i]);
        expect_file(f->root, path, sizes[i]);
        snprintf(path, sizeof path,
                 "/loader/./a directory WITH a long name/../A directory with a long name\\"
                 "A file of %zu bytes, and a name of several entries.conf",
                 sizes[i]);
        expect_file(f->root, path, sizes[i]);
    }
    expect_file(f->root, "\\EFI\\BOOT\\BOOTX64.EFI", 32767);
    expect_file(f->root, "loader\\ADIREC~1\\..\\..\\EFI\\BOOT\\bootx64.efi", 32767);
    assert_false(exists(f->root, "\\EFI\\BOOT\\BOOTX64.EF"));
    assert_false(exists(f->root, "\\EFI\\BOOT\\BOOTX64.EFIS"));
    assert_false(exists(f->root, "\\EFI\\BOOT\\BOOTX64.EFI\\x"));
    assert_false(exists(f->root, "\\.."));
    assert_false(exists(f->root, "EFX"));
}

static void check_listing(struct fixture *f)
{
    struct file *directory = open_file(f->root, "EFI\\", MODE_READ, 0);
    struct file_info info;
    uint64_t cookie = 0;
    size_t files = 0, directories = 0;
    EFI_STATUS status;
    while ((status = f->file_system->file_operations->read_directory(directory, &cookie, &info)) ==
           EFI_SUCCESS) {
        directories += (info.attributes & FILE_DIRECTORY) != 0;
        files += (info.attributes & FILE_DIRECTORY) == 0;
        assert_in_range(info.modified.Year, 2020, 2107);
    }
    assert_int_equal(status, EFI_NOT_FOUND);
    assert_int_equal(files, ARRAY_SIZE(sizes));
    assert_int_equal(directories, 1);
    info = info_of(directory);
    assert_true(ucs2_equal(info.name, u("EFI")));
    assert_int_equal(info.attributes & FILE_DIRECTORY, FILE_DIRECTORY);

    size_t done;
    uint8_t byte;
    assert_int_equal(f->file_system->file_operations->read(directory, 0, &byte, 1, &done),
                     EFI_UNSUPPORTED);
    close_file(directory);
    directory = open_file(f->root, "EFI\\BOOT\\BOOTX64.EFI", MODE_READ, 0);
    assert_int_equal(f->file_system->file_operations->read_directory(directory, &cookie, &info),
                     EFI_UNSUPPORTED);
    assert_true(ucs2_equal(info_of(directory).name, u("BOOTX64.EFI")));
    close_file(directory);
}

/* Reads at every offset near the borders, through one handle in any order. */
static void check_random(struct fixture *f)
{
    struct file *file = open_file(f->root, "EFI\\size262144.bin", MODE_READ, 0);
    const struct file_operations *operations = f->file_system->file_operations;
    uint32_t seed = 1;
    for (unsigned i = 0; i < 400; i++) {
        uint8_t buffer[5000];
        size_t done, size = (seed = seed * 1664525 + 1013904223) >> 8 & 4095;
        size_t position = (seed = seed * 1664525 + 1013904223) >> 8 & 0x3ffff;
        assert_int_equal(operations->read(file, position, buffer, size, &done), EFI_SUCCESS);
        assert_int_equal(done, MIN(size, 262144 - position));
        for (size_t j = 0; j < done; j++)
            assert_int_equal(buffer[j], pattern(position + j));
    }
    uint8_t byte;
    size_t done = 5;
    assert_int_equal(operations->read(file, 262144, &byte, 1, &done), EFI_SUCCESS);
    assert_int_equal(done, 0);
    assert_int_equal(operations->read(file, 262145, &byte, 1, &done), EFI_DEVICE_ERROR);
    close_file(file);
}

static void test_layouts(void **state)
{
    if (!fixture_has_tools())
        skip();
    for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
        struct fixture f;
        fixture_format(&f, layouts[i].options, layouts[i].kib);
        if (!layouts[i].small)
            populate(&f);
        fixture_load(&f, layouts[i].block_size);
        if (layouts[i].small)
            populate_ourselves(&f);
        uint8_t *before = malloc(layouts[i].kib * 1024);
        memcpy(before, f.disk.data, layouts[i].kib * 1024);
        f.disk.asynchronous = i % 2 != 0;
        fixture_mount(&f);
        check_files(&f);
        check_listing(&f);
        check_random(&f);
        fixture_unmount(&f);
        assert_memory_equal(before, f.disk.data, layouts[i].kib * 1024);
        assert_int_equal(f.disk.writes, 0);
        free(before);
        fixture_release(&f);
    }
}

static void test_requests(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    fixture_format(&f, "-F 32 -S 512 -s 8 -n ESP", 270000);
    populate(&f);
    fixture_run(&f, "head -c 67108864 /dev/urandom >$i.big; mcopy -i $i $i.big ::/big; rm $i.big");
    fixture_load(&f, 512);
    fixture_mount(&f);
    struct file *file = open_file(f.root, "\\EFI\\BOOT\\BOOTX64.EFI", MODE_READ, 0);
    /* Boot sector and three directories. */
    assert_in_range(f.disk.reads, 1, 4);
    close_file(file);
    expect_file(f.root, "\\EFI\\BOOT\\BOOTX64.EFI", 32767);
    assert_in_range(f.disk.reads, 1, 8);

    size_t done, size = 64 << 20;
    uint8_t *data = malloc(size);
    file = open_file(f.root, "big", MODE_READ, 0);
    unsigned before = f.disk.reads;
    assert_int_equal(f.file_system->file_operations->read(file, 0, data, size, &done), EFI_SUCCESS);
    assert_int_equal(done, size);
    assert_in_range(f.disk.reads - before, 1, 8);
    before = f.disk.reads;
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(
            f.file_system->file_operations->read(file, i * 7919 % 16384 * 4096, data, 4096, &done),
            EFI_SUCCESS);
    assert_int_equal(f.disk.reads - before, 1000);
    close_file(file);
    free(data);
    fixture_release(&f);
}

static void test_names(void **state)
{
    if (!fixture_has_tools())
        skip();
    struct fixture f;
    fixture_format(&f, "-F 12 -n LABEL", 1440);
    fixture_run(
        &f, "echo x >$i.x; for n in lower.txt UPPER.TXT Mixed.Txt lower.TXT 'a b c.d e' .hidden "
            "'many.dots.in.it' 'exactly13char' 'exactly26characters_here26'; do mcopy -i $i "
            "$i.x \"::/$n\"; done; rm $i.x");
    fixture_load(&f, 512);
    fixture_mount(&f);
    static const char *const names[] = {
        "lower.txt",       "a b c.d e",     ".hidden",   "Mixed.Txt",
        "many.dots.in.it", "exactly13char", "UPPER.TXT", "exactly26characters_here26"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct file *file = open_file(f.root, names[i], MODE_READ, 0);
        struct file_info info = info_of(file);
        if (i != 0 && i != 3) /* one file with two of the spellings */
            assert_true(ucs2_equal(info.name, u(names[i])));
        assert_int_equal(info.size, 2);
        assert_int_equal(info.allocated_size % 512, 0);
        close_file(file);
    }
    struct file_system_info info;
    assert_int_equal(f.file_system->operations->get_info(f.file_system, &info), EFI_SUCCESS);
    assert_true(ucs2_equal(info.label, u("LABEL")));
    assert_int_equal(info.size % info.block_size, 0);
    assert_in_range(info.free_space, 1, info.size);
    assert_false(info.read_only);
    fixture_release(&f);
}

static void test_not_fat(void **state)
{
    struct ramdisk disk;
    struct file_system *file_system;
    ramdisk_init(&disk, 512, 2048);
    assert_int_equal(fat_mount(&disk.device, &file_system), EFI_UNSUPPORTED);
    memset(disk.data, 0xff, 512);
    assert_int_equal(fat_mount(&disk.device, &file_system), EFI_UNSUPPORTED);
    disk.data[510] = 0x55;
    disk.data[511] = 0xaa;
    assert_int_equal(file_system_mount(&disk.device, &file_system), EFI_UNSUPPORTED);
    disk.error_lba = 0;
    assert_int_equal(fat_mount(&disk.device, &file_system), EFI_DEVICE_ERROR);
    ramdisk_release(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_not_fat),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
