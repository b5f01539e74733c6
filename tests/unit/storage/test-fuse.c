/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The FUSE client against a server in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#include <cmocka.h>

#include "host/pool.h"
#include "lib/ucs2.h"
#include "models/fuse_server.h"
#include "storage/fuse/fuse.h"

#define READ_WRITE (FILE_MODE_READ | FILE_MODE_WRITE)
#define CREATE     (READ_WRITE | FILE_MODE_CREATE)

static struct fuse_server server;
static struct file_system *fs;
static struct file *root;
static unsigned directory, read_only;

static int set_up(void **state)
{
    memset(&server, 0, sizeof server);
    fuse_server_init(&server);
    directory = fuse_server_add(&server, 0, "EFI", FUSE_S_IFDIR | 0755, NULL, 0);
    fuse_server_add(&server, directory, "hello.txt", FUSE_S_IFREG | 0644, "hello", 5);
    read_only = fuse_server_add(&server, 0, "\xc3\xa4.bin", FUSE_S_IFREG | 0444, "x", 1);
    fuse_server_add(&server, 0, "link", FUSE_S_IFLNK | 0777, "nothing", 7);
    fuse_server_add(&server, 0, "\xf0\x9f\x98\x80", FUSE_S_IFREG | 0644, NULL, 0);
    fuse_server_add(&server, 0, "back\\slash", FUSE_S_IFREG | 0644, NULL, 0);
    assert_int_equal(fuse_mount(&server.device, &fs), EFI_SUCCESS);
    assert_int_equal(fs->operations->open_root(fs, &root), EFI_SUCCESS);
    return 0;
}

static int tear_down(void **state)
{
    host_fail_allocation_after(SIZE_MAX);
    fs->file_operations->close(root);
    fs->operations->unmount(fs);
    if (server.failed)
        fail_msg("%s", server.failure);
    assert_false(server.session);
    assert_int_equal(server.open_handles, 0);
    assert_int_equal(fuse_server_lookups(&server), 0);
    fuse_server_free(&server);
    return 0;
}

static EFI_STATUS open_from(struct file *from, const char16_t *path, uint64_t mode,
                            uint32_t attributes, struct file **ret)
{
    return fs->file_operations->open(from, path, mode, attributes, ret);
}

static struct file *open(const char16_t *path, uint64_t mode)
{
    struct file *file;
    assert_int_equal(open_from(root, path, mode, 0, &file), EFI_SUCCESS);
    return file;
}

static void close(struct file *file)
{
    fs->file_operations->close(file);
}

static EFI_STATUS try_open(const char16_t *path, uint64_t mode, uint32_t attributes)
{
    struct file *file;
    EFI_STATUS status = open_from(root, path, mode, attributes, &file);
    if (!EFI_ERROR(status))
        close(file);
    return status;
}

static struct file_info info_of(struct file *file)
{
    struct file_info info;
    memset(&info, 0, sizeof info);
    assert_int_equal(fs->file_operations->get_info(file, &info), EFI_SUCCESS);
    return info;
}

static void paths(void **state)
{
    struct file *file = open(u"EFI\\hello.txt", FILE_MODE_READ), *other;
    struct file_info info = info_of(file);
    assert_true(ucs2_equal(info.name, u"hello.txt"));
    assert_int_equal(info.size, 5);
    assert_int_equal(info.allocated_size, 512);
    assert_int_equal(info.attributes, FILE_ARCHIVE);
    assert_int_equal(info.modified.Year, 2001);
    assert_int_equal(info.modified.Second, 40);
    assert_int_equal(info.modified.Nanosecond, 5);
    assert_int_equal(open_from(file, u"hello.txt", FILE_MODE_READ, 0, &other), EFI_SUCCESS);
    close(other);
    assert_int_equal(open_from(file, u"..\\EFI\\.\\hello.txt", FILE_MODE_READ, 0, &other),
                     EFI_SUCCESS);
    close(other);
    assert_int_equal(open_from(file, u"", FILE_MODE_READ, 0, &other), EFI_SUCCESS);
    assert_true(ucs2_equal(info_of(other).name, u"hello.txt"));
    close(other);
    close(file);
    assert_int_equal(try_open(u"/EFI//hello.txt", READ_WRITE, 0), EFI_SUCCESS);
    assert_int_equal(try_open(u"\\", FILE_MODE_READ, 0), EFI_SUCCESS);
    assert_int_equal(try_open(u"EFI", READ_WRITE, 0), EFI_SUCCESS);
    assert_int_equal(try_open(u"..", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"EFI\\nothing", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"nothing\\hello.txt", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"efi", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"link", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"\u00e4.bin", FILE_MODE_READ, 0), EFI_SUCCESS);
    assert_int_equal(try_open(u"\u00e4.bin", READ_WRITE, 0), EFI_ACCESS_DENIED);
    char16_t longest[5000];
    for (size_t i = 0; i < 5000; i++)
        longest[i] = i % 3 == 0 ? '\\' : 'x';
    longest[4999] = 0;
    assert_int_equal(try_open(longest, CREATE, 0), EFI_INVALID_PARAMETER);
    for (size_t i = 0; i < 300; i++)
        longest[i] = 'x';
    longest[256] = 0;
    assert_int_equal(try_open(longest, CREATE, 0), EFI_INVALID_PARAMETER);
    longest[255] = 0;
    assert_int_equal(try_open(longest, CREATE, 0), EFI_SUCCESS);
}

static void reading(void **state)
{
    static uint8_t big[FUSE_SERVER_DATA], back[FUSE_SERVER_DATA + 10];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i % 251);
    fuse_server_add(&server, 0, "big", FUSE_S_IFREG | 0644, big, sizeof big);
    struct file *file = open(u"big", FILE_MODE_READ);
    const struct file_operations *o = fs->file_operations;
    size_t size = 0;
    assert_int_equal(o->read(file, 0, back, sizeof back, &size), EFI_SUCCESS);
    assert_int_equal(size, sizeof big);
    assert_memory_equal(back, big, sizeof big);
    assert_int_equal(o->read(file, 1000, back, 7, &size), EFI_SUCCESS);
    assert_int_equal(size, 7);
    assert_memory_equal(back, big + 1000, 7);
    assert_int_equal(o->read(file, sizeof big, back, 7, &size), EFI_SUCCESS);
    assert_int_equal(size, 0);
    assert_int_equal(o->read(file, sizeof big + 1, back, 7, &size), EFI_DEVICE_ERROR);
    assert_int_equal(o->read(file, 3, back, 0, &size), EFI_SUCCESS);
    assert_int_equal(o->write(file, 0, big, 1), EFI_ACCESS_DENIED);
    assert_int_equal(o->flush(file), EFI_ACCESS_DENIED);
    uint64_t cookie = 0;
    struct file_info info;
    assert_int_equal(o->read_directory(file, &cookie, &info), EFI_UNSUPPORTED);
    server.error = -5;
    server.error_opcode = FUSE_READ;
    assert_int_equal(o->read(file, 0, back, 7, &size), EFI_DEVICE_ERROR);
    close(file);
    assert_int_equal(o->read(root, 0, back, 7, &size), EFI_UNSUPPORTED);
    assert_int_equal(o->write(root, 0, back, 7), EFI_UNSUPPORTED);
}

static void writing(void **state)
{
    static uint8_t data[10000];
    const struct file_operations *o = fs->file_operations;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 3);
    struct file *file = open(u"EFI\\new", CREATE);
    server.data_most = 999; /* a server may do less than it was asked for */
    assert_int_equal(o->write(file, 10, data, sizeof data), EFI_SUCCESS);
    unsigned i = fuse_server_find(&server, directory, "new");
    assert_int_equal(server.nodes[i].mode, FUSE_S_IFREG | 0644);
    assert_int_equal(server.nodes[i].size, sizeof data + 10);
    assert_int_equal(server.nodes[i].data[9], 0);
    assert_memory_equal(server.nodes[i].data + 10, data, sizeof data);
    assert_int_equal(o->flush(file), EFI_SUCCESS);
    /* What does not fit leaves the file as it was. */
    assert_int_equal(o->write(file, FUSE_SERVER_DATA - 5000, data, sizeof data), EFI_VOLUME_FULL);
    assert_int_equal(server.nodes[i].size, sizeof data + 10);
    assert_int_equal(o->write(file, INT64_MAX, data, 1), EFI_VOLUME_FULL);
    server.error = -FUSE_EROFS;
    server.error_opcode = FUSE_WRITE;
    assert_int_equal(o->write(file, 0, data, 1), EFI_WRITE_PROTECTED);
    close(file);
    assert_int_equal(o->flush(root), EFI_SUCCESS);

    assert_int_equal(try_open(u"EFI\\new", CREATE, 0), EFI_SUCCESS);
    assert_int_equal(try_open(u"EFI\\new", CREATE, FILE_DIRECTORY), EFI_ACCESS_DENIED);
    assert_int_equal(try_open(u"EFI", CREATE, 0), EFI_ACCESS_DENIED);
    assert_int_equal(try_open(u"EFI\\sub", CREATE, FILE_DIRECTORY), EFI_SUCCESS);
    assert_int_equal(server.nodes[fuse_server_find(&server, directory, "sub")].mode,
                     FUSE_S_IFDIR | 0755);
    server.error = -FUSE_ENOSPC;
    server.error_opcode = FUSE_CREATE;
    assert_int_equal(try_open(u"EFI\\other", CREATE, 0), EFI_VOLUME_FULL);
    server.error = -FUSE_EACCES;
    server.error_opcode = FUSE_OPEN;
    assert_int_equal(try_open(u"EFI\\new", READ_WRITE, 0), EFI_ACCESS_DENIED);
    server.error = -FUSE_EACCES;
    server.error_opcode = FUSE_OPENDIR;
    assert_int_equal(try_open(u"EFI\\third", CREATE, FILE_DIRECTORY), EFI_ACCESS_DENIED);
}

static void listing(void **state)
{
    static const char16_t *const expected[] = {u"EFI", u"\u00e4.bin"};
    struct file_info info;
    for (server.data_most = 0; server.data_most < 200; server.data_most += 50) {
        uint64_t cookie = 0;
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
            assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info),
                             EFI_SUCCESS);
            assert_true(ucs2_equal(info.name, expected[i]));
            assert_int_equal(info.attributes,
                             i == 0 ? FILE_DIRECTORY : FILE_ARCHIVE | FILE_READ_ONLY);
        }
        uint64_t end = cookie;
        assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info), EFI_NOT_FOUND);
        assert_int_equal(cookie, end);
    }
    server.error = -5;
    server.error_opcode = FUSE_READDIR;
    uint64_t cookie = 0;
    assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info), EFI_DEVICE_ERROR);
}

static void deleting(void **state)
{
    const struct file_operations *o = fs->file_operations;
    struct file *first = open(u"EFI\\hello.txt", READ_WRITE);
    struct file *second = open(u"EFI\\hello.txt", READ_WRITE);
    uint8_t byte;
    size_t size;
    struct file_info info;
    assert_int_equal(o->delete_file(open(u"EFI", READ_WRITE)), EFI_WARN_DELETE_FAILURE);
    assert_int_equal(o->delete_file(open(u"EFI\\hello.txt", FILE_MODE_READ)),
                     EFI_WARN_DELETE_FAILURE);
    assert_int_equal(o->delete_file(first), EFI_SUCCESS);
    assert_int_equal(fuse_server_find(&server, directory, "hello.txt"), 0);
    assert_int_equal(o->read(second, 0, &byte, 1, &size), EFI_DEVICE_ERROR);
    assert_int_equal(o->write(second, 0, &byte, 1), EFI_DEVICE_ERROR);
    assert_int_equal(o->get_info(second, &info), EFI_DEVICE_ERROR);
    assert_int_equal(o->flush(second), EFI_DEVICE_ERROR);
    assert_int_equal(o->delete_file(second), EFI_WARN_DELETE_FAILURE);
    struct file *listed = open(u"EFI", READ_WRITE);
    assert_int_equal(o->delete_file(open(u"EFI", READ_WRITE)), EFI_SUCCESS);
    uint64_t cookie = 0;
    assert_int_equal(o->read_directory(listed, &cookie, &info), EFI_DEVICE_ERROR);
    close(listed);
}

static void changing(void **state)
{
    const struct file_operations *o = fs->file_operations;
    struct file *file = open(u"EFI\\hello.txt", READ_WRITE);
    struct file *reader = open(u"EFI\\hello.txt", FILE_MODE_READ);
    unsigned i = fuse_server_find(&server, directory, "hello.txt");
    struct file_info info = info_of(file);
    unsigned requests = server.requests;
    assert_int_equal(o->set_info(file, &info), EFI_SUCCESS);
    assert_int_equal(server.requests, requests + 2); /* asked, and nothing changed */
    info.size = 3;
    info.modified = (EFI_TIME){.Year = 2020, .Month = 2, .Day = 29, .TimeZone = 60};
    info.accessed = (EFI_TIME){.Year = 1970, .Month = 1, .Day = 1, .Second = 9};
    assert_int_equal(o->set_info(file, &info), EFI_SUCCESS);
    assert_int_equal(server.nodes[i].size, 3);
    assert_int_equal(server.nodes[i].mtime, 1582934400 + 3600);
    assert_int_equal(server.nodes[i].atime, 9);
    info.attributes |= FILE_READ_ONLY;
    assert_int_equal(o->set_info(reader, &info), EFI_ACCESS_DENIED); /* the time differs */
    info = info_of(reader);
    info.attributes |= FILE_READ_ONLY;
    assert_int_equal(o->set_info(reader, &info), EFI_SUCCESS);
    assert_int_equal(server.nodes[i].mode, FUSE_S_IFREG | 0444);
    info.attributes &= ~FILE_READ_ONLY;
    assert_int_equal(o->set_info(reader, &info), EFI_SUCCESS);
    assert_int_equal(server.nodes[i].mode, FUSE_S_IFREG | 0644);
    info.attributes |= FILE_HIDDEN;
    assert_int_equal(o->set_info(file, &info), EFI_UNSUPPORTED);
    info.attributes = FILE_DIRECTORY;
    assert_int_equal(o->set_info(file, &info), EFI_ACCESS_DENIED);
    info = info_of(file);
    info.modified.Month = 13;
    assert_int_equal(o->set_info(file, &info), EFI_INVALID_PARAMETER);
    info.modified.Month = 1;
    info.modified.Year = 1969;
    assert_int_equal(o->set_info(file, &info), EFI_INVALID_PARAMETER);

    info = info_of(root);
    info.size = 1;
    assert_int_equal(o->set_info(root, &info), EFI_ACCESS_DENIED);
    close(reader);
    close(file);
}

static EFI_STATUS rename(struct file *file, const char16_t *name)
{
    struct file_info info = info_of(file);
    memcpy(info.name, name, ucs2_size(name));
    return fs->file_operations->set_info(file, &info);
}

static void renaming(void **state)
{
    struct file *file = open(u"EFI\\hello.txt", READ_WRITE);
    struct file *reader = open(u"EFI\\hello.txt", FILE_MODE_READ);
    assert_int_equal(rename(reader, u"other"), EFI_ACCESS_DENIED);
    assert_int_equal(rename(file, u"\\link"), EFI_ACCESS_DENIED);
    assert_int_equal(rename(file, u"nothing\\other"), EFI_NOT_FOUND);
    assert_int_equal(rename(file, u".."), EFI_ACCESS_DENIED);
    assert_int_equal(rename(file, u"other"), EFI_SUCCESS);
    assert_int_not_equal(fuse_server_find(&server, directory, "other"), 0);
    assert_true(ucs2_equal(info_of(file).name, u"other"));
    assert_true(ucs2_equal(info_of(reader).name, u"other"));
    assert_int_equal(rename(file, u"\\up"), EFI_SUCCESS);
    assert_int_not_equal(fuse_server_find(&server, 0, "up"), 0);
    assert_int_equal(rename(file, u"EFI\\hello.txt"), EFI_SUCCESS);
    struct file *above = open(u"EFI", READ_WRITE);
    assert_int_equal(rename(above, u"boot"), EFI_SUCCESS);
    assert_int_equal(fs->file_operations->delete_file(file), EFI_SUCCESS);
    close(above);
    close(reader);
    assert_int_equal(rename(root, u"x"), EFI_ACCESS_DENIED);
    server.error = -FUSE_ENOSYS;
    server.error_opcode = FUSE_RENAME;
    file = open(u"boot", READ_WRITE);
    assert_int_equal(rename(file, u"x"), EFI_UNSUPPORTED);
    close(file);
}

static void volumes(void **state)
{
    struct file_system_info info;
    assert_int_equal(fs->operations->get_info(fs, &info), EFI_SUCCESS);
    assert_int_equal(info.size, 100 * 4096);
    assert_int_equal(info.free_space, 40 * 4096);
    assert_int_equal(info.block_size, 4096);
    assert_true(ucs2_equal(info.label, u"t\u00e4g"));
    assert_int_equal(fs->operations->set_label(fs, u"x"), EFI_UNSUPPORTED);
    server.device.end_session(server.device.context);
    assert_false(server.session);
    server.session = true; /* for the unmounting */
}

static void sessions(void **state)
{
    static const struct {
        uint32_t major, minor, max_write;
        uint16_t pages;
        EFI_STATUS status;
    } cases[] = {
        {7, 38, 1 << 20, 256, EFI_SUCCESS},    {7, 26, 1 << 20, 256, EFI_UNSUPPORTED},
        {8, 0, 1 << 20, 256, EFI_UNSUPPORTED}, {7, 31, 4095, 256, EFI_UNSUPPORTED},
        {7, 31, 1 << 20, 0, EFI_UNSUPPORTED},  {7, 31, 4096, 1, EFI_SUCCESS},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fuse_server other = {0};
        struct file_system *mounted;
        fuse_server_init(&other);
        other.init.major = cases[i].major;
        other.init.minor = cases[i].minor;
        other.init.max_write = cases[i].max_write;
        other.init.max_pages = cases[i].pages;
        EFI_STATUS status = fuse_mount(&other.device, &mounted);
        assert_int_equal(status, cases[i].status);
        if (!EFI_ERROR(status))
            mounted->operations->unmount(mounted);
        fuse_server_free(&other);
    }
}

static void out_of_memory(void **state)
{
    struct file_info info;
    uint64_t cookie = 0;
    for (size_t n = 0; n < 2; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(try_open(u"EFI\\hello.txt", FILE_MODE_READ, 0), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(0);
    assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info),
                     EFI_OUT_OF_RESOURCES);
    host_fail_allocation_after(SIZE_MAX);
}

/* One way in which a reply can be wrong. */
static unsigned fault;

static void make_wrong(void *context, uint8_t *reply, uint32_t *length, uint32_t room)
{
    struct fuse_out_header *out = (void *)reply;
    switch (fault) {
    case 0:
        out->unique ^= 1;
        break;
    case 1:
        out->len = 15;
        break;
    case 2:
        out->len = *length + 1;
        break;
    case 3:
        out->error = 1;
        break;
    case 4:
        out->error = -4096;
        break;
    case 5:
        *length = 3;
        break;
    default:
        out->len = *length = sizeof *out + 1;
        break;
    }
}

static void wrong_answers(void **state)
{
    struct file_info info;
    server.corrupt = make_wrong;
    for (fault = 0; fault < 7; fault++)
        assert_int_equal(fs->file_operations->get_info(root, &info), EFI_VOLUME_CORRUPTED);
    server.corrupt = NULL;
    server.dead = true;
    assert_int_equal(fs->file_operations->get_info(root, &info), EFI_DEVICE_ERROR);
    server.dead = false;
}

/* Entries of a directory that cannot be. */
static void make_bad_entries(void *context, uint8_t *reply, uint32_t *length, uint32_t room)
{
    struct fuse_dirent *dirent = (void *)(reply + sizeof(struct fuse_out_header));
    if (*length <= sizeof(struct fuse_out_header) + sizeof *dirent)
        return;
    if (fault == 0)
        dirent->namelen = *length; /* longer than the reply */
    else
        dirent->off = 0, dirent->namelen = 0; /* never ends */
}

static void bad_directories(void **state)
{
    struct file_info info;
    server.corrupt = make_bad_entries;
    server.data_most = 1;
    for (fault = 0; fault < 2; fault++) {
        uint64_t cookie = 0;
        assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info),
                         EFI_VOLUME_CORRUPTED);
    }
    server.corrupt = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths),    TEST(reading),       TEST(writing),       TEST(listing),
        TEST(deleting), TEST(changing),      TEST(renaming),      TEST(volumes),
        TEST(sessions), TEST(out_of_memory), TEST(wrong_answers), TEST(bad_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
