/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Symbolic links in the directory that a FUSE server shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uchar.h>

#include <cmocka.h>

#include "host/pool.h"
#include "lib/ucs2.h"
#include "models/captured_log.h"
#include "models/fuse_server.h"
#include "storage/fuse/fuse.h"

#define READ_WRITE (FILE_MODE_READ | FILE_MODE_WRITE)
#define CREATE     (READ_WRITE | FILE_MODE_CREATE)

static struct fuse_server server;
static struct file_system *fs;
static struct file *root;
static unsigned boot, deep;

static void link_in(unsigned directory, const char *name, const char *target)
{
    assert_int_not_equal(
        fuse_server_add(&server, directory, name, FUSE_S_IFLNK | 0777, target, strlen(target)), 0);
}

/* "boot/vmlinuz-1" of five bytes, "boot/deep/" and links. */
static int set_up(void **state)
{
    memset(&server, 0, sizeof server);
    captured_log_start();
    fuse_server_init(&server);
    boot = fuse_server_add(&server, 0, "boot", FUSE_S_IFDIR | 0755, NULL, 0);
    deep = fuse_server_add(&server, boot, "deep", FUSE_S_IFDIR | 0755, NULL, 0);
    fuse_server_add(&server, boot, "vmlinuz-1", FUSE_S_IFREG | 0644, "hello", 5);
    assert_int_equal(fuse_mount(&server.device, &fs), EFI_SUCCESS);
    assert_int_equal(fs->operations->open_root(fs, &root), EFI_SUCCESS);
    return 0;
}

static int tear_down(void **state)
{
    host_fail_allocation_after(SIZE_MAX);
    fs->file_operations->close(root);
    fs->operations->unmount(fs);
    captured_log_stop();
    if (server.failed)
        fail_msg("%s", server.failure);
    assert_int_equal(server.open_handles, 0);
    assert_int_equal(fuse_server_lookups(&server), 0);
    fuse_server_free(&server);
    return 0;
}

static EFI_STATUS try_open(const char16_t *path, uint64_t mode, uint32_t attributes)
{
    struct file *file;
    EFI_STATUS status = fs->file_operations->open(root, path, mode, attributes, &file);
    if (!EFI_ERROR(status))
        fs->file_operations->close(file);
    return status;
}

static struct file *open(const char16_t *path, uint64_t mode)
{
    struct file *file;
    assert_int_equal(fs->file_operations->open(root, path, mode, 0, &file), EFI_SUCCESS);
    return file;
}

static void expect_kernel(const char16_t *path)
{
    char data[8];
    size_t size = 0;
    struct file *file = open(path, FILE_MODE_READ);
    assert_int_equal(fs->file_operations->read(file, 0, data, sizeof data, &size), EFI_SUCCESS);
    assert_int_equal(size, 5);
    assert_memory_equal(data, "hello", 5);
    fs->file_operations->close(file);
}

static void links_to_files(void **state)
{
    link_in(boot, "same", "vmlinuz-1");
    link_in(0, "vmlinuz", "boot/vmlinuz-1");
    link_in(0, "chain", "vmlinuz");
    link_in(deep, "up", "../vmlinuz-1");
    link_in(deep, "root", "/boot//./deep/..///vmlinuz-1");
    link_in(deep, "far", "../../boot/deep/../deep/root");
    expect_kernel(u"boot\\same");
    expect_kernel(u"vmlinuz");
    expect_kernel(u"chain");
    expect_kernel(u"boot\\deep\\up");
    expect_kernel(u"boot\\deep\\root");
    expect_kernel(u"boot\\deep\\far");
    assert_int_equal(captured_log_lines(), 0);

    struct file_info info;
    struct file *file = open(u"chain", FILE_MODE_READ);
    assert_int_equal(fs->file_operations->get_info(file, &info), EFI_SUCCESS);
    assert_true(ucs2_equal(info.name, u"chain"));
    assert_int_equal(info.size, 5);
    fs->file_operations->close(file);
}

static void links_to_directories(void **state)
{
    struct file *file;
    link_in(0, "b", "boot/");
    link_in(boot, "here", ".");
    link_in(boot, "top", "/");
    link_in(deep, "b", "../../b");
    expect_kernel(u"b\\vmlinuz-1");
    expect_kernel(u"b\\here\\here\\vmlinuz-1");
    expect_kernel(u"b\\deep\\b\\top\\boot\\vmlinuz-1");
    assert_int_equal(try_open(u"b\\top", READ_WRITE, 0), EFI_SUCCESS);
    /* ".." in a path is about its text, as everywhere. */
    expect_kernel(u"b\\top\\..\\vmlinuz-1");
    struct file *directory = open(u"b\\here", FILE_MODE_READ);
    assert_int_equal(fs->file_operations->open(directory, u"vmlinuz-1", FILE_MODE_READ, 0, &file),
                     EFI_SUCCESS);
    fs->file_operations->close(file);
    fs->file_operations->close(directory);
    /* A file is made where the link leads. */
    assert_int_equal(try_open(u"b\\deep\\b\\new", CREATE, 0), EFI_SUCCESS);
    assert_int_not_equal(fuse_server_find(&server, boot, "new"), 0);
    assert_int_equal(try_open(u"b\\deep\\b\\dir", CREATE, FILE_DIRECTORY), EFI_SUCCESS);
    assert_int_not_equal(fuse_server_find(&server, boot, "dir"), 0);
}

static void links_to_nowhere(void **state)
{
    link_in(0, "dangling", "boot/later");
    link_in(0, "above", "../etc/passwd");
    link_in(boot, "above", "deep/../../../etc");
    link_in(0, "loop", "pool");
    link_in(0, "pool", "loop");
    link_in(0, "self", "self/x");
    link_in(0, "empty", "");
    fuse_server_add(&server, 0, "nul", FUSE_S_IFLNK | 0777, "bo\0t", 4);
    char name[300];
    memset(name, 'x', sizeof name);
    fuse_server_add(&server, 0, "long", FUSE_S_IFLNK | 0777, name, sizeof name);
    assert_int_equal(try_open(u"dangling", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(captured_log_lines(), 0);
    assert_int_equal(try_open(u"above", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"boot\\above", CREATE, 0), EFI_NOT_FOUND);
    assert_true(captured_log_has("above the root"));
    assert_int_equal(try_open(u"loop", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(try_open(u"self", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_true(captured_log_has("without end"));
    assert_int_equal(try_open(u"empty", FILE_MODE_READ, 0), EFI_VOLUME_CORRUPTED);
    assert_int_equal(try_open(u"nul", FILE_MODE_READ, 0), EFI_VOLUME_CORRUPTED);
    assert_int_equal(try_open(u"long", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    server.error = -FUSE_EACCES;
    server.error_opcode = FUSE_READLINK;
    assert_int_equal(try_open(u"loop", FILE_MODE_READ, 0), EFI_ACCESS_DENIED);
    /* A new file at the place that the link names. */
    assert_int_equal(try_open(u"dangling", CREATE, 0), EFI_SUCCESS);
    assert_int_not_equal(fuse_server_find(&server, boot, "later"), 0);
}

static void long_links(void **state)
{
    char target[4096];
    memset(target, '/', sizeof target);
    memcpy(target + 4082, "boot/vmlinuz-1", 14);
    fuse_server_add(&server, boot, "shorter", FUSE_S_IFLNK | 0777, target + 2, sizeof target - 2);
    assert_int_equal(try_open(u"boot\\shorter\\x", FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_true(captured_log_has("without end"));
    fuse_server_add(&server, boot, "short", FUSE_S_IFLNK | 0777, target + 4066, 30);
    expect_kernel(u"boot\\short");
}

static void a_directory_shows_what_links_lead_to(void **state)
{
    static const struct {
        const char16_t *name;
        uint64_t size;
        uint32_t attributes;
    } expected[] = {{u"boot", 0, FILE_DIRECTORY},
                    {u"kernel", 5, FILE_ARCHIVE},
                    {u"b", 0, FILE_DIRECTORY},
                    {u"top", 0, FILE_DIRECTORY}};
    struct file_info info;
    uint64_t cookie = 0;
    link_in(0, "kernel", "boot/vmlinuz-1");
    link_in(0, "dangling", "boot/later");
    link_in(0, "loop", "loop");
    link_in(0, "empty", "");
    link_in(0, "b", "boot");
    link_in(0, "top", "/");
    for (unsigned i = 0; i < ARRAY_SIZE(expected); i++) {
        assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info), EFI_SUCCESS);
        assert_true(ucs2_equal(info.name, expected[i].name));
        assert_int_equal(info.attributes & (FILE_DIRECTORY | FILE_ARCHIVE), expected[i].attributes);
        if (expected[i].size != 0)
            assert_int_equal(info.size, expected[i].size);
    }
    assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info), EFI_NOT_FOUND);
    /* The server does not say where "kernel" leads. */
    cookie = 0;
    assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info), EFI_SUCCESS);
    server.error = -FUSE_ENOSYS;
    server.error_opcode = FUSE_READLINK;
    assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info), EFI_SUCCESS);
    assert_true(ucs2_equal(info.name, u"b"));
    for (size_t allowed = 0; allowed < 3; allowed++) {
        cookie = 2;
        host_fail_allocation_after(allowed);
        assert_int_equal(fs->file_operations->read_directory(root, &cookie, &info),
                         EFI_OUT_OF_RESOURCES);
        host_fail_allocation_after(SIZE_MAX);
    }
}

/* By the name of a link it is the link that goes, or gets another name. */
static void changes_are_about_the_link(void **state)
{
    struct file_info info;
    link_in(0, "kernel", "boot/vmlinuz-1");
    link_in(0, "b", "boot");
    struct file *file = open(u"kernel", READ_WRITE);
    assert_int_equal(fs->file_operations->get_info(file, &info), EFI_SUCCESS);
    memcpy(info.name, u"\\b\\other", sizeof u"\\b\\other");
    assert_int_equal(fs->file_operations->set_info(file, &info), EFI_SUCCESS);
    assert_int_not_equal(fuse_server_find(&server, boot, "other"), 0);
    assert_int_equal(fs->file_operations->write(file, 5, "!", 1), EFI_SUCCESS);
    assert_int_equal(server.nodes[fuse_server_find(&server, boot, "vmlinuz-1")].size, 6);
    assert_int_equal(fs->file_operations->delete_file(file), EFI_SUCCESS);
    assert_int_equal(fuse_server_find(&server, boot, "other"), 0);
    assert_int_not_equal(fuse_server_find(&server, boot, "vmlinuz-1"), 0);
    file = open(u"b", READ_WRITE);
    assert_int_equal(fs->file_operations->delete_file(file), EFI_SUCCESS);
    assert_int_equal(fuse_server_find(&server, 0, "b"), 0);
    assert_int_not_equal(fuse_server_find(&server, 0, "boot"), 0);
}

static void memory_runs_out(void **state)
{
    link_in(0, "kernel", "boot/../boot/vmlinuz-1");
    for (size_t allowed = 0;; allowed++) {
        host_fail_allocation_after(allowed);
        EFI_STATUS status = try_open(u"kernel", FILE_MODE_READ, 0);
        host_fail_allocation_after(SIZE_MAX);
        if (!EFI_ERROR(status))
            break;
        assert_int_equal(status, EFI_OUT_OF_RESOURCES);
        assert_true(allowed < 10);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(links_to_files),
        TEST(links_to_directories),
        TEST(links_to_nowhere),
        TEST(long_links),
        TEST(a_directory_shows_what_links_lead_to),
        TEST(changes_are_about_the_link),
        TEST(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
