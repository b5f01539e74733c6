/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/block.h"
#include "core/character.h"
#include "core/pages.h"
#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/virtio/blk.h"
#include "drivers/virtio/console.h"
#include "drivers/virtio/mmio.h"
#include "drivers/virtio/rng.h"
#include "efi/memory.h"
#include "host/pool.h"
#include "models/cpu.h"
#include "models/virtio_blk.h"
#include "models/virtio_console.h"
#include "models/virtio_mmio.h"

#define BASE      0xfeb00e00ull
#define DISK_SIZE (1u << 20)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start, virtio_console_start, virtio_rng_start};

static struct {
    struct bus bus;
    struct virtio_blk_model disk;
    struct virtio_console_model console;
    struct virtio_mmio_model mmio;
    struct virtio_mmio_place place;
    const struct virtio_driver *driver;
    struct device_instance *instance;
    struct device_interface *interface;
    uint8_t *buffer;
} t;

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    t.place = (struct virtio_mmio_place){.base = BASE, .size = VIRTIO_MMIO_MODEL_SIZE};
    t.buffer = malloc(DISK_SIZE);
    assert_non_null(t.buffer);
    return 0;
}

static int tear_down(void **state)
{
    if (t.instance != NULL)
        t.driver->stop(t.instance);
    virtio_blk_model_free(&t.disk);
    virtio_model_free(&t.console.virtio);
    free(t.disk.data);
    free(t.buffer);
    host_fail_allocation_after(SIZE_MAX);
    bus_use(NULL);
    return 0;
}

/* The allocator gives memory of one size from one place. */
static void use_low_addresses(size_t size)
{
    void *sample = pool_alloc_pages(size);
    t.bus.dma_offset = (uint64_t)(uintptr_t)sample & ~0xfffffffffffull;
    pool_free_pages(sample, size);
}

static void make_disk(bool legacy)
{
    t.disk.size = DISK_SIZE;
    t.disk.data = malloc(DISK_SIZE);
    assert_non_null(t.disk.data);
    for (unsigned i = 0; i < DISK_SIZE; i++)
        t.disk.data[i] = (uint8_t)(i >> 9 ^ i);
    virtio_blk_model_init(&t.disk, &t.bus, 4096,
                          VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_TOPOLOGY |
                              VIRTIO_F_EVENT_IDX,
                          1024);
    if (legacy) {
        t.disk.virtio.legacy = true;
        t.disk.virtio.offered &= UINT32_MAX;
        use_low_addresses(8 * 4096);
    }
    t.mmio.is_strict = !legacy; /* Firecracker's has no old ones */
    virtio_mmio_model_add(&t.mmio, &t.bus, &t.disk.virtio, BASE);
}

static EFI_STATUS start(void)
{
    EFI_STATUS status = virtio_mmio_probe(&t.place);
    if (EFI_ERROR(status))
        return status;
    t.driver = virtio_driver_find(t.place.type);
    assert_non_null(t.driver);
    struct virtio_device *device;
    status = virtio_mmio_open(&t.place, &device);
    if (EFI_ERROR(status))
        return status;
    status = t.driver->start(device, &t.instance);
    if (!EFI_ERROR(status))
        t.interface = LIST_ENTRY(t.instance->interfaces.next, struct device_interface, link);
    return status;
}

struct result {
    struct block_request request;
    unsigned completions;
    EFI_STATUS status;
};

static void completed(struct block_request *request, EFI_STATUS status)
{
    struct result *result = request->context;
    result->completions++;
    result->status = status;
}

static EFI_STATUS run(enum block_operation operation, uint64_t lba, void *data, size_t size)
{
    struct block_device *block = t.interface->disk;
    struct block_segment segment = {data, size};
    struct result r = {.request = {.operation = operation,
                                   .lba = lba,
                                   .segments = &segment,
                                   .segment_count = 1,
                                   .complete = completed,
                                   .context = &r}};
    EFI_STATUS status = block->operations->submit(block, &r.request);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0; i < 100 && r.completions == 0; i++)
        block->operations->poll(block);
    assert_int_equal(r.completions, 1);
    return r.status;
}

static void read_and_write(void)
{
    t.disk.flushes = 0;
    assert_string_equal(t.interface->disk->name, "virtio-blk mmio 0xfeb00e00");
    assert_int_equal(t.interface->disk->block_size, 4096);
    assert_int_equal(t.interface->disk->block_count, DISK_SIZE / 4096);
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, DISK_SIZE), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data, DISK_SIZE);
    memset(t.buffer, 0x77, 4096);
    assert_int_equal(run(BLOCK_WRITE, 7, t.buffer, 4096), EFI_SUCCESS);
    assert_memory_equal(t.disk.data + 7 * 4096, t.buffer, 4096);
    assert_int_equal(run(BLOCK_FLUSH, 0, NULL, 0), EFI_SUCCESS);
    assert_int_equal(t.disk.flushes, 1);
}

static void version_2_works(void **state)
{
    make_disk(false);
    assert_int_equal(start(), EFI_SUCCESS);
    assert_int_equal(t.disk.virtio.status, 0x0f);
    assert_int_equal(t.disk.virtio.queues[0].size, 128);
    read_and_write();
    t.driver->stop(t.instance);
    assert_int_equal(t.disk.virtio.status, 0);
    assert_int_equal(start(), EFI_SUCCESS);
    read_and_write();
    t.driver->quiesce(t.instance);
    assert_int_equal(t.disk.virtio.status, 0);
}

static void version_1_works(void **state)
{
    make_disk(true);
    assert_int_equal(start(), EFI_SUCCESS);
    assert_int_equal(t.place.version, 1);
    assert_int_equal(t.disk.virtio.status, 0x07);
    assert_int_equal(t.disk.virtio.queues[0].size, 1024);
    read_and_write();
    t.driver->stop(t.instance);
    t.instance = NULL;
    t.bus.dma_offset = 0;
    assert_int_equal(start(), EFI_UNSUPPORTED);
}

/* Sizes that no driver can use, and the largest there is; a legacy device fixes its queue's size.
 */
static void queue_sizes(void **state)
{
    static const uint16_t bad[] = {0, 1, 2, 3};
    for (unsigned legacy = 0; legacy < 2; legacy++) {
        if (legacy) {
            tear_down(NULL);
            set_up(NULL);
        }
        make_disk(legacy);
        struct virtio_model_queue *queue = &t.disk.virtio.queues[0];
        for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
            queue->max = bad[i];
            assert_int_equal(start(), EFI_UNSUPPORTED);
        }
        queue->max = 100; /* no power of two: only a legacy device is bound to it */
        assert_int_equal(start(), legacy ? EFI_UNSUPPORTED : EFI_SUCCESS);
        if (!legacy) {
            t.driver->stop(t.instance);
            t.instance = NULL;
        }
        queue->max = 32768;
        if (legacy)
            use_low_addresses(1u << 20);
        assert_int_equal(start(), EFI_SUCCESS);
        assert_int_equal(queue->size, legacy ? 32768 : 128);
        read_and_write();
    }
}

static void other_devices_work(void **state)
{
    virtio_console_model_init(&t.console, &t.bus, VIRTIO_CONSOLE_F_SIZE);
    virtio_mmio_model_add(&t.mmio, &t.bus, &t.console.virtio, BASE);
    assert_int_equal(start(), EFI_SUCCESS);
    assert_string_equal(t.driver->name, "virtio-console");
    struct character_device *console = t.interface->console;
    uint16_t columns, rows;
    assert_true(console->operations->get_size(console, &columns, &rows));
    assert_int_equal(columns, 132);
    assert_int_equal(console->operations->write(console, "hi", 2), 2);
    assert_memory_equal(t.console.output, "hi", 2);
}

static void nothing_is_found_where_nothing_is(void **state)
{
    virtio_mmio_model_add(&t.mmio, &t.bus, NULL, BASE);
    assert_int_equal(start(), EFI_NOT_FOUND); /* an empty slot */
    t.bus.strict = false;
    t.place.base += 0x1000;
    assert_int_equal(start(), EFI_NOT_FOUND);
    t.place.base = BASE + 2;
    assert_int_equal(start(), EFI_INVALID_PARAMETER);
    t.place.base = UINT64_MAX - 0x1ff;
    assert_int_equal(start(), EFI_INVALID_PARAMETER);
    t.place.base = BASE;
    t.place.size = 0x100;
    assert_int_equal(start(), EFI_INVALID_PARAMETER);
    t.place.size = 1ull << 36; /* nor is a range that takes for ever to map */
    assert_int_equal(start(), EFI_INVALID_PARAMETER);
    t.place.size = 0x200;
    t.place.base = 0x07000000;
    assert_int_equal(pages_add(0x07000000, 0x100000, EfiConventionalMemory, EFI_MEMORY_WB),
                     EFI_SUCCESS);
    assert_int_equal(start(), EFI_SECURITY_VIOLATION);
    t.place.base = BASE;
    fake_paging.fail_with = EFI_OUT_OF_RESOURCES;
    assert_int_equal(start(), EFI_OUT_OF_RESOURCES);
}

static uint64_t other_version(void *context, uint64_t offset, unsigned width)
{
    static const uint32_t registers[] = {VIRTIO_MMIO_MAGIC_VALUE, 3, VIRTIO_TYPE_BLOCK};
    return registers[offset / 4 % 3];
}

static void unknown_versions_are_refused(void **state)
{
    struct bus_range range = {
        .space = BUS_MMIO, .base = BASE, .size = VIRTIO_MMIO_MODEL_SIZE, .read = other_version};
    bus_add(&t.bus, &range);
    assert_int_equal(start(), EFI_UNSUPPORTED);
    assert_null(virtio_driver_find(5));
    host_fail_allocation_after(0);
    struct virtio_device *device;
    assert_int_equal(virtio_mmio_open(&t.place, &device), EFI_OUT_OF_RESOURCES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(version_2_works),
        TEST(version_1_works),
        TEST(queue_sizes),
        TEST(other_devices_work),
        TEST(nothing_is_found_where_nothing_is),
        TEST(unknown_versions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
