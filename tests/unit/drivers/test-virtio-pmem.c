/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/lsan_interface.h>

#include "core/block.h"
#include "core/pages.h"
#include "drivers/virtio/pmem.h"
#include "host/pool.h"
#include "models/virtio_machine.h"
#include "models/virtio_pmem.h"

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_pmem_start};

#define BASE 0x3ff000000000ull
#define SIZE (64u << 10)

static struct virtio_machine m;
static struct virtio_pmem_model model;
static struct bus_memory window;
static struct block_device *disk;
static uint8_t *data;

static bool refuse(void *context)
{
    return false;
}

static int set_up(void **state)
{
    virtio_machine_init(&m);
    m.bus.strict = true;
    memset(&model, 0, sizeof model);
    data = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (uint8_t)(i >> 8);
    virtio_pmem_model_init(&model, &m.bus, BASE, SIZE);
    window = (struct bus_memory){.base = BASE, .size = SIZE, .host = data};
    bus_add_memory(&m.bus, &window);
    virtio_machine_plug(&m, &model.virtio, 0);
    return 0;
}

static int tear_down(void **state)
{
    virtio_machine_free(&m);
    free(data);
    host_fail_allocation_after(SIZE_MAX);
    assert_false(m.bus.failed);
    return 0;
}

static void start(void)
{
    assert_int_equal(virtio_machine_start(&m), EFI_SUCCESS);
    disk = m.interface->disk;
    assert_string_equal(m.driver->name, "virtio-pmem");
}

static void blocks(void **state)
{
    uint8_t buffer[1024], bytes[3] = {1, 2, 3};
    start();
    assert_int_equal(model.virtio.acknowledged, VIRTIO_F_VERSION_1);
    assert_int_equal(fake_paging.base, BASE);
    assert_int_equal(fake_paging.size, SIZE);
    assert_int_equal(fake_paging.cache, CACHE_WRITE_BACK);
    assert_int_equal(fake_paging.access, PAGE_READ_WRITE);
    assert_int_equal(disk->block_count, SIZE / 512);
    assert_int_equal(block_read(disk, 126, buffer, 1024), EFI_SUCCESS);
    assert_memory_equal(buffer, data + 126 * 512, 1024);
    assert_int_equal(block_read(disk, 127, buffer, 1024), EFI_INVALID_PARAMETER);
    assert_int_equal(block_read(disk, UINT64_MAX, buffer, 512), EFI_INVALID_PARAMETER);
    memset(buffer, 0xaa, sizeof buffer);
    assert_int_equal(block_write(disk, 3, buffer, 512), EFI_SUCCESS);
    assert_memory_equal(data + 3 * 512, buffer, 512);
    assert_int_equal(block_write_bytes(disk, 1023, bytes, 3), EFI_SUCCESS);
    assert_memory_equal(data + 1023, bytes, 3);
    assert_int_equal(block_flush(disk), EFI_SUCCESS);
    assert_int_equal(model.flushes, 1);
    assert_int_equal(block_erase(disk, 0, 1), EFI_UNSUPPORTED);
    model.flush = refuse;
    assert_int_equal(block_flush(disk), EFI_DEVICE_ERROR);
    model.flush = NULL;
    assert_int_equal(block_flush(disk), EFI_SUCCESS);
    m.driver->quiesce(m.instance);
    assert_int_equal(model.virtio.status, 0);
    assert_false(pci_model_bus_master(&m.modern.pci));
    assert_int_equal(block_read(disk, 0, buffer, 512), EFI_DEVICE_ERROR);
}

static void set_window(uint64_t start_address, uint64_t size)
{
    const struct virtio_pmem_config config = {(uint32_t)start_address,
                                              (uint32_t)(start_address >> 32), (uint32_t)size,
                                              (uint32_t)(size >> 32)};
    memcpy(model.virtio.config, &config, sizeof config);
}

/* A window may be anywhere but in our own memory. */
static void windows(void **state)
{
    static const uint64_t bad[][2] = {
        {0, SIZE},
        {BASE, 0},
        {BASE + 512, SIZE},
        {BASE, SIZE - 512},
        {UINT64_MAX - 4095, 8192},
        {1ull << 62, SIZE},
        {0x100000, SIZE},
        {0xff000, 0x2000},
    };
    assert_int_equal(pages_add(0x100000, 0x100000, EfiConventionalMemory, 0), EFI_SUCCESS);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        set_window(bad[i][0], bad[i][1]);
        assert_int_equal(virtio_machine_start(&m), EFI_UNSUPPORTED);
        assert_int_equal(model.virtio.status, 0);
    }
    set_window(BASE, SIZE);
    fake_paging.fail_with = EFI_OUT_OF_RESOURCES;
    assert_int_equal(virtio_machine_start(&m), EFI_OUT_OF_RESOURCES);
    fake_paging.fail_with = EFI_SUCCESS;
    start();
}

static uint64_t wrong_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? 200 : honest;
}

static void faults_end(void **state)
{
    uint8_t buffer[512];
    start();
    model.silent = true;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(block_flush(disk), EFI_TIMEOUT);
    assert_int_equal(block_flush(disk), EFI_DEVICE_ERROR); /* at once, from now on */
    assert_int_equal(block_read(disk, 0, buffer, 512), EFI_DEVICE_ERROR);
    assert_int_equal(model.virtio.status, 0);
    model.silent = false;
    assert_int_equal(disk->operations->reset(disk), EFI_SUCCESS);
    assert_int_equal(block_flush(disk), EFI_SUCCESS);
    assert_int_equal(block_read(disk, 0, buffer, 512), EFI_SUCCESS);
    model.silent = true;
    assert_int_equal(block_flush(disk), EFI_TIMEOUT);
    model.silent = false;
    assert_int_equal(block_flush(disk), EFI_SUCCESS); /* it is started again by itself */
    model.silent = true;
    assert_int_equal(block_flush(disk), EFI_TIMEOUT);
    model.virtio.refuses_features = true;
    assert_int_equal(disk->operations->reset(disk), EFI_DEVICE_ERROR);
    model.virtio.refuses_features = false;
    virtio_machine_stop(&m);
    model.silent = false;
    model.virtio.lie = wrong_id;
    start();
    assert_int_equal(block_flush(disk), EFI_DEVICE_ERROR);
    virtio_machine_stop(&m);
    model.virtio.lie = NULL;
    for (size_t n = 0; n < 5; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(virtio_machine_start(&m), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    __lsan_disable(); /* what a stuck device may write to is leaked on purpose */
    start();
    __lsan_enable();
    disk->operations->abort(disk, EFI_TIMEOUT);
    virtio_machine_stop(&m);
    __lsan_disable();
    start();
    __lsan_enable();
    model.virtio.never_resets = true;
    virtio_machine_stop(&m);
    assert_false(pci_model_bus_master(&m.modern.pci));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(blocks), TEST(windows), TEST(faults_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
