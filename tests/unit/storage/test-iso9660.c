/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Volumes that xorriso makes, with each kind of names, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/pool.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/iso9660/iso9660.h"
#include "storage/iso9660/private.h"
#include "unit/storage/fat_fixture.h"

static char work[] = "/tmp/cloudhv-iso-XXXXXX";

static void run(const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static void make_file(const char *path, size_t size)
{
    char name[256];
    snprintf(name, sizeof name, "%s/tree/%s", work, path);
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        fputc(pattern(i), file);
    fclose(file);
}

static int make_tree(void **state)
{
    assert_non_null(mkdtemp(work));
    run("mkdir -p %s/tree/efi/boot/deep/er", work);
    make_file("efi/boot/bootx64.efi", 5000);
    make_file("efi/boot/deep/er/x.txt", 1);
    make_file("empty", 0);
    make_file("A name that ISO 9660 has not.text", 70000);
    for (unsigned i = 0; i < 200; i++) { /* several sectors of entries */
        char name[64];
        snprintf(name, sizeof name, "efi/boot/file%03u.dat", i);
        make_file(name, i);
    }
    return 0;
}

static int remove_tree(void **state)
{
    run("rm -rf %s", work);
    return 0;
}

struct mounted {
    struct ramdisk disk;
    struct file_system *file_system;
    struct file *root;
};

static void load(struct mounted *m, const char *options, uint32_t block_size)
{
    char path[256];
    run("xorriso -as mkisofs -quiet %s -V LABEL -o %s/i.iso %s/tree >%s/log 2>&1", options, work,
        work, work);
    snprintf(path, sizeof path, "%s/i.iso", work);
    assert_true(ramdisk_load(&m->disk, block_size, path));
}

static void mount(struct mounted *m, const char *options, uint32_t block_size)
{
    load(m, options, block_size);
    assert_int_equal(iso9660_mount(&m->disk.device, &m->file_system), EFI_SUCCESS);
    assert_int_equal(m->file_system->operations->open_root(m->file_system, &m->root), EFI_SUCCESS);
}

static void unmount(struct mounted *m)
{
    close_file(m->root);
    m->file_system->operations->unmount(m->file_system);
    ramdisk_release(&m->disk);
}

static unsigned count_entries(struct mounted *m, const char *path)
{
    struct file *directory = open_file(m->root, path, MODE_READ, 0);
    struct file_info info;
    uint64_t cookie = 0;
    unsigned count = 0;
    while (m->file_system->file_operations->read_directory(directory, &cookie, &info) ==
           EFI_SUCCESS)
        count++;
    close_file(directory);
    return count;
}

static void check_volume(const char *options, uint32_t block_size, const char *long_name)
{
    struct mounted m;
    struct file_system_info volume;
    mount(&m, options, block_size);
    expect_file(m.root, "efi/boot/bootx64.efi", 5000);
    expect_file(m.root, "\\EFI\\BOOT\\deep\\..\\deep\\er\\.\\X.TXT", 1);
    expect_file(m.root, "empty", 0);
    expect_file(m.root, long_name, 70000);
    expect_file(m.root, "efi/boot/file199.dat", 199);
    assert_int_equal(count_entries(&m, ""), 3);
    assert_int_equal(count_entries(&m, "efi/boot"), 202);
    assert_false(exists(m.root, "efi/boot/none"));
    assert_false(exists(m.root, "empty/x"));
    assert_false(exists(m.root, ".."));

    struct file *file = open_file(m.root, long_name, MODE_READ, 0);
    struct file_info info = info_of(file);
    assert_int_equal(info.size, 70000);
    assert_int_equal(info.allocated_size, 35 * 2048);
    assert_int_equal(info.attributes, FILE_READ_ONLY);
    assert_in_range(info.modified.Year, 2020, 2100);
    close_file(file);
    file = open_file(m.root, "efi", MODE_READ, 0);
    assert_int_equal(info_of(file).attributes, FILE_READ_ONLY | FILE_DIRECTORY);
    close_file(file);
    assert_int_equal(m.file_system->operations->get_info(m.file_system, &volume), EFI_SUCCESS);
    assert_true(volume.read_only);
    assert_int_equal(volume.block_size, 2048);
    assert_memory_equal(volume.label, u"LABEL", sizeof u"LABEL");
    unmount(&m);
}

static void every_kind_of_names_is_read(void **state)
{
    check_volume("--norock -J -joliet-long", 2048, "A name that ISO 9660 has not.text");
    check_volume("-R", 512, "A name that ISO 9660 has not.text");
    check_volume("-R -J -joliet-long", 4096, "A name that ISO 9660 has not.text");
    check_volume("--norock -iso-level 3", 2048, "A_NAME_THAT_ISO_9660_HAS_NO.TEX");
}

static void nothing_can_be_changed(void **state)
{
    struct mounted m;
    struct file *file;
    uint8_t byte = 0;
    size_t done;
    mount(&m, "-J", 2048);
    const struct file_operations *operations = m.file_system->file_operations;
    assert_int_equal(try_open(m.root, "new", MODE_CREATE, 0, &file), EFI_WRITE_PROTECTED);
    assert_int_equal(try_open(m.root, "empty", MODE_WRITE, 0, &file), EFI_WRITE_PROTECTED);
    file = open_file(m.root, "efi/boot/bootx64.efi", MODE_READ, 0);
    struct file_info info = info_of(file);
    assert_int_equal(operations->write(file, 0, &byte, 1), EFI_WRITE_PROTECTED);
    assert_int_equal(operations->set_info(file, &info), EFI_WRITE_PROTECTED);
    assert_int_equal(operations->flush(file), EFI_ACCESS_DENIED);
    assert_int_equal(operations->read(file, 5000, &byte, 1, &done), EFI_SUCCESS);
    assert_int_equal(done, 0);
    assert_int_equal(operations->read(file, 5001, &byte, 1, &done), EFI_DEVICE_ERROR);
    assert_int_equal(operations->delete_file(file), EFI_WARN_DELETE_FAILURE);
    assert_int_equal(operations->read(m.root, 0, &byte, 1, &done), EFI_UNSUPPORTED);
    assert_int_equal(m.file_system->operations->set_label(m.file_system, u"x"),
                     EFI_WRITE_PROTECTED);
    unmount(&m);
}

/* The primary descriptor: there is no Joliet tree on these. */
static struct iso9660_descriptor *descriptor_of(struct mounted *m)
{
    return (struct iso9660_descriptor *)(m->disk.data + 16 * 2048);
}

static void expect_mount(struct mounted *m, EFI_STATUS expected)
{
    struct file_system *file_system;
    assert_int_equal(iso9660_mount(&m->disk.device, &file_system), expected);
}

static void broken_descriptors_are_refused(void **state)
{
    struct mounted m;
    load(&m, "-R", 2048);
    struct iso9660_descriptor *descriptor = descriptor_of(&m), good = *descriptor;
    descriptor->block_size = 2047;
    expect_mount(&m, EFI_VOLUME_CORRUPTED);
    *descriptor = good;
    descriptor->root.extent = UINT32_MAX;
    expect_mount(&m, EFI_VOLUME_CORRUPTED);
    *descriptor = good;
    descriptor->root.flags = 0;
    expect_mount(&m, EFI_VOLUME_CORRUPTED);
    *descriptor = good;
    descriptor->identifier[0] = 'X';
    expect_mount(&m, EFI_UNSUPPORTED);
    *descriptor = good;
    m.disk.device.block_count = 16;
    expect_mount(&m, EFI_UNSUPPORTED);
    m.disk.device.block_count = 17;
    expect_mount(&m, EFI_VOLUME_CORRUPTED);
    ramdisk_release(&m.disk);
}

static void broken_directories_are_noticed(void **state)
{
    struct mounted m;
    struct file *file;
    mount(&m, "-R", 2048);
    uint8_t *root = m.disk.data + descriptor_of(&m)->root.extent * 2048;
    uint8_t *third = root + root[0] + root[root[0]]; /* behind "." and ".." */
    while (third[33] != 'E' || third[34] != 'F')
        third += third[0];
    struct iso9660_record *efi = (struct iso9660_record *)third;
    uint32_t extent = efi->extent;
    efi->extent = descriptor_of(&m)->root.extent; /* \EFI is the root */
    assert_int_equal(try_open(m.root, "EFI", MODE_READ, 0, &file), EFI_VOLUME_CORRUPTED);
    efi->extent = extent;
    efi->length = 20;
    iso_volume_of(m.file_system)->cached = UINT64_MAX;
    assert_int_equal(try_open(m.root, "EFI", MODE_READ, 0, &file), EFI_VOLUME_CORRUPTED);
    unmount(&m);
}

static void memory_runs_out(void **state)
{
    struct mounted m;
    struct file *file;
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    load(&m, "-R", 2048);
    for (size_t n = 0; n < 2; n++) {
        host_fail_allocation_after(n);
        expect_mount(&m, EFI_OUT_OF_RESOURCES);
        host_fail_allocation_after(SIZE_MAX);
    }
    ramdisk_release(&m.disk);
    mount(&m, "-R", 2048);
    for (size_t n = 0; n < 20 && EFI_ERROR(status); n++) {
        host_fail_allocation_after(n);
        status = try_open(m.root, "efi/boot/bootx64.efi", MODE_READ, 0, &file);
        host_fail_allocation_after(SIZE_MAX);
    }
    assert_int_equal(status, EFI_SUCCESS);
    close_file(file);
    unmount(&m);
}

int main(void)
{
    if (access("/usr/bin/xorriso", X_OK) != 0)
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_names_is_read),
        cmocka_unit_test(nothing_can_be_changed),
        cmocka_unit_test(broken_descriptors_are_refused),
        cmocka_unit_test(broken_directories_are_noticed),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
