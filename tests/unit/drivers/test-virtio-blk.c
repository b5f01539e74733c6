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
#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/blk.h"
#include "host/pool.h"
#include "models/cpu.h"
#include "models/virtio_blk.h"
#include "models/virtio_legacy.h"
#include "models/virtio_pci.h"
#include "platform/machine.h"

#define ECAM      0xe8000000ull
#define DISK_SIZE (10u << 20)

/* What Cloud Hypervisor offers for a sparse raw image. */
#define CH_FEATURES                                                                                \
    (VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_CONFIG_WCE | VIRTIO_BLK_F_BLK_SIZE |                        \
     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_SEG_MAX | VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC |  \
     VIRTIO_BLK_F_WRITE_ZEROES | VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_MQ)
#define USED_FEATURES                                                                              \
    (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_BLK_F_SIZE_MAX |                       \
     VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH |         \
     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start};

static struct {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct virtio_blk_model disk;
    struct virtio_pci_model transport;
    struct virtio_legacy_model legacy;
    struct pci_function *function;
    const struct pci_driver *driver;
    struct device_instance *instance;
    struct block_device *block;
    uint8_t *buffer;
} t;

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    t.disk.size = DISK_SIZE;
    t.disk.data = malloc(DISK_SIZE);
    t.buffer = malloc(DISK_SIZE);
    assert_non_null(t.disk.data);
    assert_non_null(t.buffer);
    for (unsigned i = 0; i < DISK_SIZE; i++)
        t.disk.data[i] = (uint8_t)(i >> 9 ^ i);
    memset(t.buffer, 0x5a, DISK_SIZE);
    pci_model_init(&t.pci, &t.bus, ECAM, 1, false);
    return 0;
}

static int tear_down(void **state)
{
    if (t.instance != NULL)
        t.driver->stop(t.instance);
    if (t.function != NULL) {
        assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
        assert_int_equal(pci_model_get32(&t.legacy.pci, PCI_COMMAND) & 0xffff, 0);
    }
    virtio_blk_model_free(&t.disk);
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&t.host);
    host_fail_allocation_after(SIZE_MAX);
    free(t.disk.data);
    free(t.buffer);
    bus_use(NULL);
    return 0;
}

static void find_function(void)
{
    const struct pci_segment segment = {.ecam = ECAM, .window_io = {0xc000, 0x1000, 0}};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    t.function = LIST_ENTRY(t.host.functions.next, struct pci_function, link);
    t.driver = pci_driver_find(t.function);
    assert_non_null(t.driver);
    assert_string_equal(t.driver->name, "virtio-blk");
    assert_int_equal(t.driver->class, DEVICE_DISK);
}

static void plug(uint32_t block_size, uint64_t features, uint16_t queue_size)
{
    virtio_blk_model_init(&t.disk, &t.bus, block_size, features, queue_size);
    virtio_pci_model_add(&t.transport, &t.pci, &t.disk.virtio, 3, 0xe7f80000, false);
    find_function();
}

static void plug_legacy(uint32_t block_size, uint64_t features, uint16_t queue_size, uint16_t base)
{
    virtio_blk_model_init(&t.disk, &t.bus, block_size, features, queue_size);
    t.disk.virtio.offered &= ~VIRTIO_F_VERSION_1;
    virtio_legacy_model_add(&t.legacy, &t.pci, &t.disk.virtio, 0x1001, 3, base);
    find_function();
    /* 44 bits of address are enough for what the heap gives. */
    void *sample = pool_alloc_pages(3 * 4096);
    t.bus.dma_offset = (uint64_t)(uintptr_t)sample & ~0xfffffffffffull;
    pool_free_pages(sample, 3 * 4096);
}

static EFI_STATUS try_start(void)
{
    struct device_instance *instance;
    EFI_STATUS status = t.driver->start(t.function, &instance);
    if (!EFI_ERROR(status)) {
        t.instance = instance;
        t.block = LIST_ENTRY(instance->interfaces.next, struct device_interface, link)->disk;
    }
    return status;
}

static void start(uint32_t block_size, uint64_t features, uint16_t queue_size)
{
    plug(block_size, features, queue_size);
    assert_int_equal(try_start(), EFI_SUCCESS);
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

static EFI_STATUS submit(struct result *r, enum block_operation operation, uint64_t lba,
                         const struct block_segment *segments, size_t count)
{
    memset(r, 0, sizeof *r);
    r->request.operation = operation;
    r->request.lba = lba;
    r->request.segments = segments;
    r->request.segment_count = count;
    r->request.complete = completed;
    r->request.context = r;
    return t.block->operations->submit(t.block, &r->request);
}

static EFI_STATUS run(enum block_operation operation, uint64_t lba, void *data, size_t size)
{
    struct block_segment segment = {data, size};
    struct result r;
    EFI_STATUS status = submit(&r, operation, lba, &segment, 1);
    if (EFI_ERROR(status)) {
        assert_int_equal(r.completions, 0);
        return status;
    }
    for (unsigned i = 0; i < 1000 && r.completions == 0; i++)
        t.block->operations->poll(t.block);
    assert_int_equal(r.completions, 1);
    return r.status;
}

static void start_is_cheap_and_acknowledges_little(void **state)
{
    plug(512, CH_FEATURES, 128);
    uint64_t config = pci_access_count();
    assert_int_equal(try_start(), EFI_SUCCESS);
    config = pci_access_count() - config;
    uint64_t registers = t.transport.register_reads + t.transport.register_writes;
    print_message("virtio-blk start: %u configuration accesses, %u register accesses\n",
                  (unsigned)config, (unsigned)registers);
    assert_in_range(config, 1, 20);
    assert_in_range(registers, 1, 34);
    assert_int_equal(t.disk.virtio.acknowledged & ~USED_FEATURES, 0);
    assert_int_equal(t.disk.virtio.acknowledged,
                     (CH_FEATURES | VIRTIO_F_VERSION_1) & USED_FEATURES);
    assert_int_equal(t.transport.lost_writes, 0);
    assert_int_equal(t.disk.virtio.status, 0x0f);
    assert_string_equal(t.block->name, "virtio-blk 0000:00:03.0");
    assert_int_equal(t.block->block_size, 512);
    assert_int_equal(t.block->block_count, DISK_SIZE / 512);
    assert_int_equal(t.block->blocks_per_physical_block, 8);
    assert_true(t.block->volatile_cache);
    assert_true(t.block->can_erase);
    assert_false(t.block->read_only);
    assert_int_equal(t.transport.pci.bars[0].writes, 0);
}

static void access_platform_is_acknowledged(void **state)
{
    start(512, VIRTIO_F_ACCESS_PLATFORM | VIRTIO_BLK_F_RO, 128);
    assert_int_equal(t.disk.virtio.acknowledged,
                     VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_BLK_F_RO);
    assert_true(t.block->read_only);
    assert_false(t.block->volatile_cache);
    assert_int_equal(run(BLOCK_WRITE, 0, t.buffer, 512), EFI_WRITE_PROTECTED);
    assert_int_equal(run(BLOCK_FLUSH, 0, NULL, 0), EFI_SUCCESS);
    assert_int_equal(t.disk.flushes, 0);
}

static void read_and_write(uint32_t block_size)
{
    uint64_t last = DISK_SIZE / block_size - 1;
    assert_int_equal(t.block->block_count, last + 1);
    assert_int_equal(run(BLOCK_READ, 3, t.buffer, 2 * block_size), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data + 3 * block_size, 2 * block_size);
    assert_int_equal(t.buffer[2 * block_size], 0x5a);

    memset(t.buffer, 0xc3, block_size);
    assert_int_equal(run(BLOCK_WRITE, last, t.buffer, block_size), EFI_SUCCESS);
    assert_memory_equal(t.disk.data + last * block_size, t.buffer, block_size);
    assert_int_equal(run(BLOCK_FLUSH, 0, NULL, 0), EFI_SUCCESS);
    assert_int_equal(t.disk.flushes, 1);

    assert_int_equal(run(BLOCK_READ, last, t.buffer, 2 * block_size), EFI_INVALID_PARAMETER);
    assert_int_equal(run(BLOCK_READ, last + 1, t.buffer, block_size), EFI_INVALID_PARAMETER);
    assert_int_equal(run(BLOCK_READ, UINT64_MAX, t.buffer, block_size), EFI_INVALID_PARAMETER);
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, block_size - 1), EFI_INVALID_PARAMETER);
    assert_int_equal(run(BLOCK_READ, last + 1, t.buffer, 0), EFI_SUCCESS);
}

static void blocks_of_512(void **state)
{
    start(512, CH_FEATURES, 128);
    read_and_write(512);
}

static void blocks_of_4096(void **state)
{
    start(4096, CH_FEATURES, 128);
    read_and_write(4096);
}

static void big_requests_are_split_and_rung_once(void **state)
{
    start(512, CH_FEATURES, 128);
    unsigned before = t.disk.virtio.notifications;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, DISK_SIZE), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data, DISK_SIZE);
    assert_int_equal(t.disk.reads, 3);
    assert_int_equal(t.disk.most_pieces, 1);
    assert_int_equal(t.disk.virtio.notifications - before, 1);
}

/* A queue of 4 holds one request of two pieces at a time; pieces are small. */
static void limits_of_the_device_are_kept(void **state)
{
    plug(4096, VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX, 7);
    ((struct virtio_blk_config *)t.disk.virtio.config)->size_max = 6000;
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_int_equal(t.disk.virtio.queues[0].size, 4);
    memset(t.buffer, 0, 1 << 20);
    assert_int_equal(run(BLOCK_READ, 1, t.buffer, 1 << 20), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data + 4096, 1 << 20);
    assert_int_equal(t.disk.largest, 8192);
    assert_int_equal(t.disk.most_pieces, 2);
}

static void scattered_segments_arrive_in_order(void **state)
{
    start(512, CH_FEATURES, 128);
    /* 300 pieces of odd sizes, 512 bytes each three */
    struct block_segment segments[300];
    uint8_t *at = t.buffer;
    for (unsigned i = 0; i < 300; i++) {
        static const size_t sizes[] = {1, 510, 1};
        segments[i] = (struct block_segment){at, sizes[i % 3]};
        at += sizes[i % 3] + 7;
    }
    struct result r;
    assert_int_equal(submit(&r, BLOCK_READ, 5, segments, 300), EFI_SUCCESS);
    while (r.completions == 0)
        t.block->operations->poll(t.block);
    assert_int_equal(r.status, EFI_SUCCESS);
    const uint8_t *disk = t.disk.data + 5 * 512;
    for (unsigned i = 0; i < 300; i++) {
        assert_memory_equal(segments[i].base, disk, segments[i].size);
        assert_int_equal(((uint8_t *)segments[i].base)[segments[i].size], 0x5a);
        disk += segments[i].size;
    }
    assert_int_equal(t.disk.most_pieces, 30);

    /* A block in more pieces than the device takes */
    for (unsigned i = 0; i < 256; i++)
        segments[i] = (struct block_segment){t.buffer + 4 * i, 2};
    assert_int_equal(submit(&r, BLOCK_READ, 5, segments, 256), EFI_SUCCESS);
    assert_int_equal(r.completions, 1);
    assert_int_equal(r.status, EFI_INVALID_PARAMETER);
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_SUCCESS);
}

static void many_requests_complete_out_of_order(void **state)
{
    start(512, CH_FEATURES, 128);
    t.disk.hold = true;
    struct result r[100];
    struct block_segment s[100];
    for (unsigned i = 0; i < 100; i++) {
        s[i] = (struct block_segment){t.buffer + 1024 * i, 1024};
        assert_int_equal(submit(&r[i], BLOCK_READ, 10 + 2 * i, &s[i], 1), EFI_SUCCESS);
    }
    unsigned in_flight = t.disk.held_count;
    assert_int_equal(in_flight, 42);
    for (unsigned round = 0; round < 5; round++) {
        virtio_blk_model_release(&t.disk, true);
        t.block->operations->poll(t.block);
    }
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(r[i].completions, 1);
        assert_int_equal(r[i].status, EFI_SUCCESS);
        assert_memory_equal(s[i].base, t.disk.data + 512 * (10 + 2 * i), 1024);
    }
    assert_false(t.bus.failed);
}

static void errors_reach_the_caller(void **state)
{
    start(512, CH_FEATURES, 128);
    t.disk.bad_sector = 12000; /* in the second part */
    t.disk.bad_count = 1;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 8 << 20), EFI_DEVICE_ERROR);
    assert_int_equal(run(BLOCK_READ, 12001, t.buffer, 512), EFI_SUCCESS);
    t.disk.write_protected_sectors = 1;
    assert_int_equal(run(BLOCK_WRITE, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.disk.short_length = true;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.disk.short_length = false;
    t.disk.parse_failure = true;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.disk.parse_failure = false;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_SUCCESS);
}

static void an_error_in_a_waiting_request_ends_it(void **state)
{
    start(512, CH_FEATURES, 4);
    t.disk.bad_count = 1;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 9 << 20), EFI_DEVICE_ERROR);
    assert_in_range(t.disk.reads, 1, 2);
}

static void a_silent_disk_is_given_up(void **state)
{
    start(512, CH_FEATURES, 128);
    t.disk.silent = true;
    struct block_segment s = {t.buffer, 8 << 20};
    struct result r[60];
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(submit(&r[i], BLOCK_READ, 0, &s, 1), EFI_SUCCESS);
    t.block->operations->poll(t.block);
    unsigned resets = t.disk.virtio.resets;
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    assert_int_equal(t.disk.virtio.resets, resets + 1);
    assert_int_equal(t.disk.virtio.status, 0);
    for (unsigned i = 0; i < 60; i++) {
        assert_int_equal(r[i].completions, 1);
        assert_int_equal(r[i].status, EFI_TIMEOUT);
    }
    t.block->operations->poll(t.block);

    /* The next request starts it again. */
    t.disk.silent = false;
    t.disk.size = DISK_SIZE / 2; /* it was resized meanwhile */
    virtio_blk_model_resize(&t.disk, t.disk.size);
    assert_int_equal(run(BLOCK_READ, 7, t.buffer, 512), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data + 7 * 512, 512);
    assert_int_equal(t.block->block_count, DISK_SIZE / 1024);
    assert_int_equal(t.block->media_id, 1);
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, DISK_SIZE / 2), EFI_SUCCESS);
}

/* Each wait takes half a minute: the third is the last. */
static void a_disk_that_stays_silent_is_dead(void **state)
{
    start(512, CH_FEATURES, 128);
    t.disk.silent = true;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_TIMEOUT);
    uint64_t tsc = fake_cpu.tsc;
    t.disk.silent = false;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    assert_int_equal(fake_cpu.tsc, tsc);
    assert_int_equal(t.block->operations->reset(t.block), EFI_SUCCESS);
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_SUCCESS);

    /* One that comes back with other blocks is not the same disk. */
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    ((struct virtio_blk_config *)t.disk.virtio.config)->blk_size = 4096;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    assert_int_equal(t.block->block_size, 512);
}

static void the_serial_number_is_asked_for_late(void **state)
{
    start(512, CH_FEATURES, 128);
    memcpy(t.disk.id, "  disk-0123456789 \1!", 20);
    assert_int_equal(t.disk.ids, 0);
    assert_string_equal(block_serial(t.block), "disk-0123456789  !");
    assert_string_equal(block_serial(t.block), "disk-0123456789  !");
    assert_int_equal(t.disk.ids, 1);
}

static void a_disk_without_a_serial_number_is_asked_once(void **state)
{
    start(512, CH_FEATURES, 128);
    t.disk.silent = true;
    assert_string_equal(block_serial(t.block), "");
    assert_string_equal(block_serial(t.block), "");
    t.disk.silent = false;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_SUCCESS);
}

static void topology_is_told(void **state)
{
    plug(512, CH_FEATURES, 128);
    struct virtio_blk_config *config = (struct virtio_blk_config *)t.disk.virtio.config;
    config->alignment_offset = 7;
    config->min_io_size = 16;
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_int_equal(t.block->blocks_per_physical_block, 8);
    assert_int_equal(t.block->lowest_aligned_lba, 7);
    assert_int_equal(t.block->transfer_granularity, 16);
}

static void a_resize_is_noticed(void **state)
{
    start(512, CH_FEATURES, 128);
    virtio_blk_model_resize(&t.disk, DISK_SIZE / 2);
    t.block->operations->check_medium(t.block);
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
    assert_int_equal(t.block->block_count, DISK_SIZE / 1024);
    assert_int_equal(t.block->media_id, 1);
    uint64_t reads = t.transport.register_reads;
    t.block->operations->check_medium(t.block);
    assert_int_equal(t.transport.register_reads, reads);
    virtio_blk_model_resize(&t.disk, 0);
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
    assert_int_equal(t.block->media_id, 1);
}

static void erase_writes_zeroes_where_nothing_can_be_discarded(void **state)
{
    plug(4096, CH_FEATURES & ~VIRTIO_BLK_F_DISCARD, 128);
    ((struct virtio_blk_config *)t.disk.virtio.config)->max_write_zeroes_sectors = 20;
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_true(t.block->can_erase);
    assert_int_equal(block_erase(t.block, 1, 4), EFI_SUCCESS);
    assert_int_equal(t.disk.zeroes, 2);
    assert_int_equal(t.disk.discards, 0);
    for (unsigned i = 4096; i < 5 * 4096; i++)
        assert_int_equal(t.disk.data[i], 0);
    assert_int_equal(t.disk.data[5 * 4096 + 1], (uint8_t)(40 ^ 1));
}

static void a_device_that_never_resets_keeps_its_memory(void **state)
{
    __lsan_disable(); /* it is leaked on purpose */
    start(512, CH_FEATURES, 128);
    __lsan_enable();
    t.disk.silent = true;
    struct block_segment s = {t.buffer, 512};
    struct result r;
    assert_int_equal(submit(&r, BLOCK_READ, 0, &s, 1), EFI_SUCCESS);
    t.disk.virtio.never_resets = true;
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    assert_int_equal(r.completions, 1);
    assert_false(pci_model_bus_master(&t.transport.pci));
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_int_equal(try_start(), EFI_TIMEOUT);
}

static void stop_and_start_again(void **state)
{
    start(4096, CH_FEATURES, 128);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(run(BLOCK_READ, i, t.buffer, 4096), EFI_SUCCESS);
        t.driver->stop(t.instance);
        t.instance = NULL;
        assert_int_equal(t.disk.virtio.status, 0);
        assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
        assert_int_equal(try_start(), EFI_SUCCESS);
    }
    t.disk.silent = true;
    struct block_segment s = {t.buffer, 512 * 8};
    struct result r;
    assert_int_equal(submit(&r, BLOCK_READ, 0, &s, 1), EFI_SUCCESS);
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_int_equal(r.status, EFI_ABORTED);
    t.disk.silent = false;
    assert_int_equal(try_start(), EFI_SUCCESS);

    host_fail_allocation_after(0);
    t.driver->quiesce(t.instance);
    assert_int_equal(t.disk.virtio.status, 0);
    assert_false(pci_model_bus_master(&t.transport.pci));
    host_fail_allocation_after(SIZE_MAX);
}

static void erase_discards(void **state)
{
    start(4096, CH_FEATURES, 128);
    struct result r = {.request = {.operation = BLOCK_ERASE,
                                   .lba = 2,
                                   .block_count = 20,
                                   .complete = completed,
                                   .context = &r}};
    assert_int_equal(t.block->operations->submit(t.block, &r.request), EFI_SUCCESS);
    t.block->operations->poll(t.block);
    assert_int_equal(r.completions, 1);
    assert_int_equal(r.status, EFI_SUCCESS);
    assert_int_equal(t.disk.discards, 3); /* 160 sectors, 64 at once */
    assert_int_equal(t.disk.data[2 * 4096 - 1], (uint8_t)((2 * 4096 - 1) >> 9 ^ 0xff));
    for (unsigned i = 2 * 4096; i < 22 * 4096; i++)
        assert_int_equal(t.disk.data[i], 0);
    r.request.lba = t.block->block_count;
    assert_int_equal(t.block->operations->submit(t.block, &r.request), EFI_INVALID_PARAMETER);
    r.request.lba = 0;
    r.request.block_count = UINT64_MAX / 2;
    assert_int_equal(t.block->operations->submit(t.block, &r.request), EFI_INVALID_PARAMETER);
    t.block->can_erase = false;
    r.request.block_count = 1;
    assert_int_equal(t.block->operations->submit(t.block, &r.request), EFI_UNSUPPORTED);
}

static void refuse(EFI_STATUS expected)
{
    assert_int_equal(try_start(), expected);
    assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
}

static void unusable_devices_are_refused(void **state)
{
    plug(512, CH_FEATURES, 128);
    struct virtio_blk_config *config = (struct virtio_blk_config *)t.disk.virtio.config;
    t.disk.virtio.refuses_features = true;
    refuse(EFI_UNSUPPORTED);
    t.disk.virtio.refuses_features = false;
    config->blk_size = 513;
    refuse(EFI_UNSUPPORTED);
    config->blk_size = 1 << 20;
    refuse(EFI_UNSUPPORTED);
    config->blk_size = 0;
    refuse(EFI_UNSUPPORTED);
    config->blk_size = 512;
    config->capacity_high = UINT32_MAX;
    refuse(EFI_UNSUPPORTED);
    config->capacity_high = 0;
    t.disk.virtio.offered |= VIRTIO_BLK_F_SIZE_MAX;
    config->size_max = 0;
    refuse(EFI_UNSUPPORTED);
    config->size_max = 16;
    refuse(EFI_UNSUPPORTED);
    t.disk.virtio.offered &= ~VIRTIO_BLK_F_SIZE_MAX;
    for (uint16_t size = 0; size < 4; size++) {
        t.disk.virtio.queues[0].max = t.disk.virtio.queues[0].size = size;
        refuse(EFI_UNSUPPORTED);
    }
    t.disk.virtio.queues[0].max = t.disk.virtio.queues[0].size = 32768;
    for (size_t n = 0; n < 4; n++) {
        host_fail_allocation_after(n);
        refuse(EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    t.disk.virtio.offered = CH_FEATURES; /* no VERSION_1 */
    refuse(EFI_UNSUPPORTED);
    t.disk.virtio.offered |= VIRTIO_F_VERSION_1;
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_int_equal(t.disk.virtio.queues[0].size, 128);
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_SUCCESS);
}

static void bad_register_places_are_refused(void **state)
{
    plug(512, CH_FEATURES, 128);
    uint8_t *config = t.transport.pci.config, honest[256];
    memcpy(honest, config, sizeof honest);
    static const struct {
        uint8_t position, value;
    } lies[] = {
        {0x40 + 4, 2},     /* common in a BAR that is not there */
        {0x40 + 4, 6},     /* in no BAR */
        {0x40 + 8, 2},     /* not aligned */
        {0x40 + 10, 0x80}, /* beyond the BAR */
        {0x40 + 12, 0x30}, /* too short */
        {0x40 + 2, 8},     /* capability too short */
        {0x40 + 3, 9},     /* of another kind */
        {0x70 + 8, 1},     /* doorbells not aligned */
        {0x70 + 4, 5},     {0x70 + 11, 0x7f}, {0x70 + 16, 3}, /* odd distance */
        {0x60 + 8, 1},                                        /* configuration not aligned */
        {0x60 + 11, 0x7f},
    };
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        config[lies[i].position] = lies[i].value;
        struct device_instance *instance;
        assert_true(EFI_ERROR(t.driver->start(t.function, &instance)));
        memcpy(config, honest, sizeof honest);
    }
    config[0x70 + 16] = 0; /* all doorbells at one place: allowed */
    assert_int_equal(try_start(), EFI_SUCCESS);
}

static uint64_t lie_about(void *context, enum virtio_lie what, uint64_t honest)
{
    const uint64_t *lie = context;
    return what == lie[0] ? lie[1] : honest;
}

static void completions_against_the_rules_break_the_device(void **state)
{
    static const uint64_t lies[][2] = {{LIE_USED_ID, 5},
                                       {LIE_USED_ID, 128},
                                       {LIE_USED_ID, UINT32_MAX},
                                       {LIE_USED_INDEX, 2},
                                       {LIE_USED_INDEX, 0x8000}};
    start(512, CH_FEATURES, 128);
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        t.disk.virtio.lie = lie_about;
        t.disk.virtio.lie_context = (void *)lies[i];
        assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_DEVICE_ERROR);
        assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_DEVICE_ERROR);
        assert_int_equal(t.disk.virtio.status, 0);
        t.disk.virtio.lie = NULL;
        t.driver->stop(t.instance);
        t.instance = NULL;
        assert_int_equal(try_start(), EFI_SUCCESS);
        assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_SUCCESS);
    }
}

static uint64_t repeat(void *context, enum virtio_lie what, uint64_t honest)
{
    uint32_t *first = context;
    if (what != LIE_USED_ID)
        return honest;
    if (*first == UINT32_MAX)
        *first = (uint32_t)honest;
    return *first;
}

/* Three in flight, and the device says three times that the same one is done. */
static void repeated_completions_break_the_device(void **state)
{
    start(512, CH_FEATURES, 128);
    uint32_t first = UINT32_MAX;
    t.disk.hold = true;
    struct result r[3];
    struct block_segment s[3];
    for (unsigned i = 0; i < 3; i++) {
        s[i] = (struct block_segment){t.buffer + 512 * i, 512};
        assert_int_equal(submit(&r[i], BLOCK_READ, i, &s[i], 1), EFI_SUCCESS);
    }
    t.disk.virtio.lie = repeat;
    t.disk.virtio.lie_context = &first;
    virtio_blk_model_release(&t.disk, false);
    t.block->operations->poll(t.block);
    assert_int_equal(r[0].status, EFI_SUCCESS);
    assert_int_equal(r[1].status, EFI_DEVICE_ERROR);
    assert_int_equal(r[2].status, EFI_DEVICE_ERROR);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(r[i].completions, 1);
}

static uint64_t restless(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_GENERATION ? ++*(uint8_t *)context : honest;
}

static void a_configuration_that_never_stands_still_is_refused(void **state)
{
    plug(512, CH_FEATURES, 128);
    uint8_t generation = 0;
    t.disk.virtio.lie = restless;
    t.disk.virtio.lie_context = &generation;
    refuse(EFI_DEVICE_ERROR);
    t.disk.virtio.lie = NULL;
    assert_int_equal(try_start(), EFI_SUCCESS);
}

static void transitional_ids_match(void **state)
{
    plug(512, CH_FEATURES, 128);
    struct pci_function f = *t.function;
    f.device_id = 0x1001;
    assert_ptr_equal(pci_driver_find(&f), t.driver);
    f.device_id = 0x1002;
    assert_null(pci_driver_find(&f));
    f.vendor_id = 0x8086;
    f.device_id = 0x1042;
    assert_null(pci_driver_find(&f));
}

static void legacy_devices_work(void **state)
{
    plug_legacy(512, CH_FEATURES | VIRTIO_BLK_F_SEG_MAX, 256, 0xc040);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_int_equal(t.disk.virtio.status, 0x07);
    assert_int_equal(t.disk.virtio.acknowledged, CH_FEATURES & USED_FEATURES);
    read_and_write(512);
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, DISK_SIZE), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data, DISK_SIZE);
    t.disk.short_length = true; /* these may say anything */
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, 512), EFI_SUCCESS);
    t.driver->quiesce(t.instance);
    assert_int_equal(t.disk.virtio.status, 0);
    assert_false(pci_model_bus_master(&t.legacy.pci));
}

static void legacy_ports_are_assigned(void **state)
{
    plug_legacy(4096, CH_FEATURES, 4, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_int_equal(pci_model_bar_address(&t.legacy.pci, 0), 0xc000);
    read_and_write(4096);
}

static void unusable_legacy_devices_are_refused(void **state)
{
    plug_legacy(512, CH_FEATURES, 128, 0xc040);
    static const uint64_t sizes[] = {0, 3, 100};
    for (unsigned i = 0; i < 3; i++) {
        t.disk.virtio.queues[0].max = (uint16_t)sizes[i];
        refuse(EFI_UNSUPPORTED);
    }
    t.disk.virtio.queues[0].max = 128;
    t.bus.dma_offset = 0; /* the queue is too far up */
    refuse(EFI_UNSUPPORTED);
    for (size_t n = 0; n < 2; n++) {
        host_fail_allocation_after(n);
        refuse(EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    /* A modern device without its registers is none. */
    t.function->device_id = 0x1042;
    refuse(EFI_UNSUPPORTED);
    t.function->device_id = 0x1001;
    t.function->bars[0].address = 0xffffffe0; /* beyond the ports */
    refuse(EFI_UNSUPPORTED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(start_is_cheap_and_acknowledges_little),
        TEST(access_platform_is_acknowledged),
        TEST(blocks_of_512),
        TEST(blocks_of_4096),
        TEST(big_requests_are_split_and_rung_once),
        TEST(limits_of_the_device_are_kept),
        TEST(scattered_segments_arrive_in_order),
        TEST(many_requests_complete_out_of_order),
        TEST(errors_reach_the_caller),
        TEST(an_error_in_a_waiting_request_ends_it),
        TEST(a_silent_disk_is_given_up),
        TEST(a_disk_that_stays_silent_is_dead),
        TEST(the_serial_number_is_asked_for_late),
        TEST(a_disk_without_a_serial_number_is_asked_once),
        TEST(topology_is_told),
        TEST(a_resize_is_noticed),
        TEST(erase_writes_zeroes_where_nothing_can_be_discarded),
        TEST(a_device_that_never_resets_keeps_its_memory),
        TEST(stop_and_start_again),
        TEST(erase_discards),
        TEST(unusable_devices_are_refused),
        TEST(bad_register_places_are_refused),
        TEST(completions_against_the_rules_break_the_device),
        TEST(repeated_completions_break_the_device),
        TEST(a_configuration_that_never_stands_still_is_refused),
        TEST(transitional_ids_match),
        TEST(legacy_devices_work),
        TEST(legacy_ports_are_assigned),
        TEST(unusable_legacy_devices_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
