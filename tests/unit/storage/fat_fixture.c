/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/storage/fat_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/fat.h"

#define TOOL_PATH "PATH=$PATH:/sbin:/usr/sbin; export MTOOLS_SKIP_CHECK=1 MTOOLSRC=/dev/null; "

bool fixture_has_tools(void)
{
    return system(TOOL_PATH "exec >/dev/null; command -v mkfs.vfat && command -v fsck.vfat && "
                            "command -v mcopy") == 0;
}

void fixture_run(struct fixture *fixture, const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, TOOL_PATH "i=%s; %s", fixture->image, command);
    if (system(line) != 0)
        fail_msg("failed: %s", command);
}

void fixture_format(struct fixture *fixture, const char *options, size_t kib)
{
    char command[256];
    *fixture = (struct fixture){.image = "/tmp/cloudhv-fat-XXXXXX"};
    int descriptor = mkstemp(fixture->image);
    assert_true(descriptor >= 0);
    assert_int_equal(ftruncate(descriptor, (off_t)kib * 1024), 0);
    close(descriptor);
    snprintf(command, sizeof command, "mkfs.vfat %s $i >/dev/null 2>&1", options);
    fixture_run(fixture, command);
}

void fixture_load(struct fixture *fixture, uint32_t block_size)
{
    assert_true(ramdisk_load(&fixture->disk, block_size, fixture->image));
    unlink(fixture->image);
}

static EFI_STATUS get_time(EFI_TIME *ret)
{
    *ret = (EFI_TIME){.Year = 2026,
                      .Month = 11,
                      .Day = 24,
                      .Hour = 19,
                      .Minute = 5,
                      .Second = 45,
                      .TimeZone = EFI_UNSPECIFIED_TIMEZONE};
    return EFI_SUCCESS;
}

void fixture_mount(struct fixture *fixture)
{
    file_system_set_clock(get_time);
    assert_int_equal(fat_mount(&fixture->disk.device, &fixture->file_system), EFI_SUCCESS);
    assert_int_equal(
        fixture->file_system->operations->open_root(fixture->file_system, &fixture->root),
        EFI_SUCCESS);
}

void fixture_unmount(struct fixture *fixture)
{
    if (fixture->file_system == NULL)
        return;
    close_file(fixture->root);
    fixture->file_system->operations->unmount(fixture->file_system);
    fixture->file_system = NULL;
}

void fixture_check(struct fixture *fixture)
{
    fixture_unmount(fixture);
    assert_true(ramdisk_save(&fixture->disk, fixture->image));
    fixture_run(fixture, "fsck.vfat -n -V $i >$i.log 2>&1 || { cat $i.log; "
                         "exit 1; }; rm $i.log");
    unlink(fixture->image);
}

void fixture_release(struct fixture *fixture)
{
    fixture_unmount(fixture);
    ramdisk_release(&fixture->disk);
}

const char16_t *u(const char *text)
{
    static char16_t buffers[4][1024];
    static unsigned next;
    char16_t *buffer = buffers[next++ % ARRAY_SIZE(buffers)];
    ucs2_from_ascii(buffer, ARRAY_SIZE(buffers[0]), text);
    return buffer;
}

EFI_STATUS try_open(struct file *from, const char *path, uint64_t mode, uint32_t attributes,
                    struct file **ret)
{
    return from->file_system->file_operations->open(from, u(path), mode, attributes, ret);
}

struct file *open_file(struct file *from, const char *path, uint64_t mode, uint32_t attributes)
{
    struct file *file = NULL;
    EFI_STATUS status = try_open(from, path, mode, attributes, &file);
    if (status != EFI_SUCCESS)
        fail_msg("%s: %zx", path, status);
    return file;
}

void close_file(struct file *file)
{
    file->file_system->file_operations->close(file);
}

struct file_info info_of(struct file *file)
{
    struct file_info info;
    assert_int_equal(file->file_system->file_operations->get_info(file, &info), EFI_SUCCESS);
    return info;
}

uint8_t pattern(size_t i)
{
    return (uint8_t)(i ^ i >> 8 ^ i >> 16);
}

void write_file(struct file *root, const char *path, size_t size)
{
    struct file *file = open_file(root, path, MODE_CREATE, 0);
    uint8_t *data = malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        data[i] = pattern(i);
    assert_int_equal(file->file_system->file_operations->write(file, 0, data, size), EFI_SUCCESS);
    free(data);
    close_file(file);
}

void expect_file(struct file *root, const char *path, size_t size)
{
    struct file *file = open_file(root, path, MODE_READ, 0);
    uint8_t *data = malloc(size + 1);
    size_t done = 0;
    assert_int_equal(info_of(file).size, size);
    assert_int_equal(file->file_system->file_operations->read(file, 0, data, size + 1, &done),
                     EFI_SUCCESS);
    assert_int_equal(done, size);
    for (size_t i = 0; i < size; i++) {
        if (data[i] != pattern(i))
            fail_msg("%s differs at %zu", path, i);
    }
    free(data);
    close_file(file);
}

bool exists(struct file *root, const char *path)
{
    struct file *file;
    EFI_STATUS status = try_open(root, path, MODE_READ, 0, &file);
    if (status == EFI_SUCCESS)
        close_file(file);
    else
        assert_int_equal(status, EFI_NOT_FOUND);
    return status == EFI_SUCCESS;
}

EFI_STATUS delete_path(struct file *root, const char *path)
{
    struct file *file = open_file(root, path, MODE_WRITE, 0);
    return file->file_system->file_operations->delete_file(file);
}

EFI_STATUS set_info(struct file *file, const struct file_info *info)
{
    return file->file_system->file_operations->set_info(file, info);
}

uint64_t free_space(struct fixture *f)
{
    struct file_system_info info;
    assert_int_equal(f->file_system->operations->get_info(f->file_system, &info), EFI_SUCCESS);
    return info.free_space;
}

void make_directory(struct file *root, const char *path)
{
    close_file(open_file(root, path, MODE_CREATE, FILE_DIRECTORY));
}

static const struct {
    const char *options;
    size_t kib;
    uint32_t block_size;
} layouts[] = {
    {"-F 12 -S 512 -s 1", 720, 512},
    {"-F 16 -S 512 -s 1", 4096, 4096},
    {"-F 32 -S 512 -s 1 -n ESP", 34000, 512},
    {"-F 32 -S 4096 -s 1", 8192, 4096},
};

_Static_assert(ARRAY_SIZE(layouts) == FIXTURE_LAYOUTS, "layouts");

void fixture_make(struct fixture *f, size_t layout)
{
    fixture_format(f, layouts[layout].options, layouts[layout].kib);
    fixture_load(f, layouts[layout].block_size);
    fixture_mount(f);
}
