/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Disks whose queue is small: with indirect descriptors as many requests are in flight as it has
 * entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/drivers/virtio_blk_fixture.h"

#define REQUESTS 50

static struct result results[REQUESTS];
static struct block_segment segments[REQUESTS];

static void submit_all(enum block_operation operation)
{
    for (unsigned i = 0; i < REQUESTS; i++) {
        segments[i] = (struct block_segment){t.buffer + 1024 * i, 1024};
        assert_int_equal(submit(&results[i], operation, 10 + 2 * i, &segments[i], 1), EFI_SUCCESS);
    }
}

/* The device answers the last first. */
static void finish_all(void)
{
    for (unsigned round = 0; round < REQUESTS && results[REQUESTS - 1].completions == 0; round++) {
        virtio_blk_model_release(&t.disk, true);
        t.block->operations->poll(t.block);
    }
    for (unsigned i = 0; i < REQUESTS; i++) {
        assert_int_equal(results[i].completions, 1);
        assert_int_equal(results[i].status, EFI_SUCCESS);
    }
    assert_memory_equal(t.buffer, t.disk.data + 10 * 512, REQUESTS * 1024);
}

/* What is in flight at most, and the doorbells for all requests. */
static void use_queue(unsigned in_flight, bool tables)
{
    assert_int_equal(!!(t.disk.virtio.acknowledged & VIRTIO_F_INDIRECT_DESC), tables);
    t.disk.hold = true;
    t.disk.most_in_flight = 0;
    submit_all(BLOCK_READ);
    finish_all();
    assert_int_equal(t.disk.most_in_flight, in_flight);
    memset(t.buffer, 0x77, REQUESTS * 1024);
    submit_all(BLOCK_WRITE);
    finish_all();
    assert_int_equal(t.disk.virtio.queues[0].table_count > 0, tables);
    t.disk.hold = false;
    assert_int_equal(run(BLOCK_FLUSH, 0, NULL, 0), EFI_SUCCESS);
    unsigned before = t.disk.virtio.notifications;
    assert_int_equal(run(BLOCK_READ, 0, t.buffer, DISK_SIZE), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.disk.data, DISK_SIZE);
    print_message("queue of %u, tables %u: %u in flight, %u doorbells for 10 MiB\n",
                  t.disk.virtio.queues[0].size, tables, in_flight,
                  t.disk.virtio.notifications - before);
    assert_false(t.bus.failed);
}

static const struct {
    uint16_t size;
    unsigned ring, tables; /* requests in flight without, and with tables */
} queues[] = {{4, 1, 4}, {8, 2, 8}, {16, 5, 16}, {32, 10, 32}, {64, 21, 42}, {100, 21, 42}};

static void for_each_queue(void **state, bool legacy, bool tables)
{
    uint64_t features = CH_FEATURES & ~(tables ? 0 : VIRTIO_F_INDIRECT_DESC);
    for (unsigned i = 0; i < sizeof queues / sizeof queues[0]; i++) {
        if (legacy && (queues[i].size & (queues[i].size - 1)) != 0)
            continue;
        if (t.function != NULL) {
            tear_down(state);
            set_up(state);
        }
        if (legacy)
            plug_legacy(512, features, queues[i].size, 0xc040);
        else
            plug(512, features, queues[i].size);
        assert_int_equal(try_start(), EFI_SUCCESS);
        use_queue(tables ? queues[i].tables : queues[i].ring, tables);
    }
}

static void small_queues_with_tables(void **state)
{
    for_each_queue(state, false, true);
}

static void small_queues_without_tables(void **state)
{
    for_each_queue(state, false, false);
}

static void small_legacy_queues_with_tables(void **state)
{
    for_each_queue(state, true, true);
}

static void small_legacy_queues_without_tables(void **state)
{
    for_each_queue(state, true, false);
}

static void features_are_acknowledged_exactly(void **state)
{
    start(512, CH_FEATURES, 8);
    assert_int_equal(t.disk.virtio.acknowledged,
                     (CH_FEATURES | VIRTIO_F_VERSION_1) & (USED_FEATURES | VIRTIO_F_INDIRECT_DESC));
    assert_int_equal(t.transport.lost_writes, 0);
    assert_int_equal(t.disk.virtio.activations, 1);
}

/* A request of as many pieces as the queue has entries is the longest (§2.7.5.3.1). */
static void scattered_requests_are_no_longer_than_the_queue(void **state)
{
    plug(512, CH_FEATURES, 8);
    ((struct virtio_blk_config *)t.disk.virtio.config)->seg_max = 126;
    assert_int_equal(try_start(), EFI_SUCCESS);
    struct block_segment pieces[64];
    for (unsigned i = 0; i < 64; i++)
        pieces[i] = (struct block_segment){t.buffer + 512 * i, 256};
    struct result r;
    t.disk.hold = true;
    assert_int_equal(submit(&r, BLOCK_READ, 3, pieces, 64), EFI_SUCCESS);
    assert_int_equal(t.disk.held_count, 8);
    while (r.completions == 0) {
        virtio_blk_model_release(&t.disk, false);
        t.block->operations->poll(t.block);
    }
    assert_int_equal(r.status, EFI_SUCCESS);
    assert_int_equal(t.disk.most_pieces, 6);
    for (unsigned i = 0; i < 64; i++) {
        assert_memory_equal(pieces[i].base, t.disk.data + 3 * 512 + 256 * i, 256);
        assert_int_equal(((uint8_t *)pieces[i].base)[256], 0x5a);
    }
}

/* What the device writes over its descriptors makes no difference to who is answered. */
static void rewritten_tables_are_not_believed(void **state)
{
    start(512, CH_FEATURES, 4);
    t.disk.hold = true;
    submit_all(BLOCK_READ);
    assert_int_equal(t.disk.held_count, 4);
    virtio_model_scribble_descriptors(&t.disk.virtio, &t.disk.virtio.queues[0], 0xdeadbeefdeadbeef);
    finish_all();
}

static void a_disk_that_was_given_up_has_tables_again(void **state)
{
    start(512, CH_FEATURES, 4);
    t.disk.silent = true;
    submit_all(BLOCK_READ);
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    for (unsigned i = 0; i < REQUESTS; i++)
        assert_int_equal(results[i].status, EFI_TIMEOUT);
    t.disk.silent = false;
    use_queue(4, true);
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_int_equal(try_start(), EFI_SUCCESS);
    use_queue(4, true);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(small_queues_with_tables),
        TEST(small_queues_without_tables),
        TEST(small_legacy_queues_with_tables),
        TEST(small_legacy_queues_without_tables),
        TEST(features_are_acknowledged_exactly),
        TEST(scattered_requests_are_no_longer_than_the_queue),
        TEST(rewritten_tables_are_not_believed),
        TEST(a_disk_that_was_given_up_has_tables_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
