/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/lsan_interface.h>

#include "drivers/virtio/fs.h"
#include "host/pool.h"
#include "models/virtio_fs.h"
#include "models/virtio_machine.h"
#include "storage/fuse/fuse.h"

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_fs_start};

static struct virtio_machine m;
static struct virtio_fs_model model;
static struct fuse_device *fuse;

static int set_up(void **state)
{
    virtio_machine_init(&m);
    m.bus.strict = true;
    memset(&model, 0, sizeof model);
    fuse_server_init(&model.server);
    virtio_fs_model_init(&model, &m.bus);
    virtio_machine_plug(&m, &model.virtio, 0);
    return 0;
}

static int tear_down(void **state)
{
    virtio_machine_free(&m);
    fuse_server_free(&model.server);
    host_fail_allocation_after(SIZE_MAX);
    assert_false(m.bus.failed);
    return 0;
}

static void start(void)
{
    assert_int_equal(virtio_machine_start(&m), EFI_SUCCESS);
    fuse = m.interface->file_system;
    assert_int_equal(m.interface->class, DEVICE_FILE_SYSTEM);
    assert_int_equal(m.interface->unit.kind, UNIT_CONTROLLER);
}

static void a_file_goes_through(void **state)
{
    static uint8_t data[50000], back[60000];
    struct file_system *fs;
    struct file *root, *file;
    size_t size;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 5);
    start();
    assert_int_equal(model.virtio.acknowledged, VIRTIO_F_VERSION_1);
    assert_string_equal(fuse->tag, "shared");
    assert_int_equal(fuse_mount(fuse, &fs), EFI_SUCCESS);
    assert_int_equal(fs->operations->open_root(fs, &root), EFI_SUCCESS);
    static const char16_t name[] = {'n', 'e', 'w', 0};
    assert_int_equal(fs->file_operations->open(
                         root, name, FILE_MODE_READ | FILE_MODE_WRITE | FILE_MODE_CREATE, 0, &file),
                     EFI_SUCCESS);
    assert_int_equal(fs->file_operations->write(file, 0, data, sizeof data), EFI_SUCCESS);
    assert_int_equal(fs->file_operations->read(file, 0, back, sizeof back, &size), EFI_SUCCESS);
    assert_int_equal(size, sizeof data);
    assert_memory_equal(back, data, sizeof data);
    fs->file_operations->close(file);
    fs->file_operations->close(root);
    assert_int_equal(fuse_server_lookups(&model.server), 0);
    /* At ExitBootServices the session ends before the device does. */
    m.driver->quiesce(m.instance);
    assert_false(model.server.session);
    assert_int_equal(model.virtio.status, 0);
    assert_false(pci_model_bus_master(&m.modern.pci));
    assert_int_equal(fs->operations->open_root(fs, &root), EFI_DEVICE_ERROR);
    fs->operations->unmount(fs);
    if (model.server.failed)
        fail_msg("%s", model.server.failure);
}

static EFI_STATUS ask(void)
{
    struct fuse_call call = {.header = {.len = 40, .opcode = FUSE_STATFS, .nodeid = 1}};
    return fuse->operations->call(fuse, &call);
}

static uint64_t wrong_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? 200 : honest;
}

static void faults_end(void **state)
{
    struct virtio_fs_config *config = (struct virtio_fs_config *)model.virtio.config;
    start();
    model.silent = true;
    assert_int_equal(ask(), EFI_TIMEOUT);
    assert_int_equal(ask(), EFI_DEVICE_ERROR);
    assert_int_equal(model.virtio.status, 0);
    virtio_machine_stop(&m);
    model.silent = false;
    start();
    assert_int_equal(ask(), EFI_SUCCESS);
    model.virtio.lie = wrong_id;
    assert_int_equal(ask(), EFI_DEVICE_ERROR);
    virtio_machine_stop(&m);
    model.virtio.lie = NULL;

    config->num_request_queues = 0;
    assert_int_equal(virtio_machine_start(&m), EFI_UNSUPPORTED);
    config->num_request_queues = 1;
    model.virtio.queues[1].max = model.virtio.queues[1].size = 4;
    assert_int_equal(virtio_machine_start(&m), EFI_UNSUPPORTED);
    model.virtio.queues[1].max = model.virtio.queues[1].size = 8;
    for (size_t n = 0; n < 6; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(virtio_machine_start(&m), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    assert_int_equal(model.virtio.status, 0);
    __lsan_disable(); /* what a stuck device may write to is leaked on purpose */
    start();
    __lsan_enable();
    model.virtio.never_resets = true;
    virtio_machine_stop(&m);
    assert_false(pci_model_bus_master(&m.modern.pci));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_file_goes_through), TEST(faults_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
