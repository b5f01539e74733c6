/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/pool.h"
#include "models/cpu.h"
#include "unit/drivers/virtio_blk_fixture.h"

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
    assert_int_equal(t.disk.reads, DISK_SIZE >> 20);
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
}

/* Its last block would be the one before the first. */
static void no_block_is_no_medium(void **state)
{
    uint8_t data[512];
    plug(512, CH_FEATURES, 128);
    virtio_blk_model_resize(&t.disk, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_true(t.block->no_medium);
    assert_int_equal(t.block->block_count, 1);
    assert_int_equal(run(BLOCK_READ, 0, data, sizeof data), EFI_NO_MEDIA);
    virtio_blk_model_resize(&t.disk, DISK_SIZE);
    t.block->operations->check_medium(t.block);
    assert_false(t.block->no_medium);
    assert_int_equal(t.block->block_count, DISK_SIZE / 512);
    assert_int_equal(t.block->media_id, 1);
    assert_int_equal(run(BLOCK_READ, 0, data, sizeof data), EFI_SUCCESS);
    virtio_blk_model_resize(&t.disk, 0);
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
    assert_true(t.block->no_medium);
    assert_int_equal(t.block->media_id, 2);
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
    assert_int_equal(t.block->media_id, 2);
    assert_int_equal(run(BLOCK_WRITE, 0, data, sizeof data), EFI_NO_MEDIA);
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
        TEST(the_serial_number_is_asked_for_late),
        TEST(a_disk_without_a_serial_number_is_asked_once),
        TEST(topology_is_told),
        TEST(a_resize_is_noticed),
        TEST(no_block_is_no_medium),
        TEST(erase_discards),
        TEST(erase_writes_zeroes_where_nothing_can_be_discarded),
        TEST(stop_and_start_again),
        TEST(transitional_ids_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
