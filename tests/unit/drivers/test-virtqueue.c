/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The queue by itself, over a transport that is the model: chains in the ring and in tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/virtio/virtqueue.h"
#include "host/pool.h"
#include "models/cpu.h"
#include "models/virtio.h"

#define HELD_MAX 128
#define PIECES   4

static struct {
    struct bus bus;
    struct virtio_model model;
    struct virtio_device device;
    struct virtqueue *queue;
    struct virtio_model_chain held[HELD_MAX]; /* what the device has taken, in order */
    unsigned held_count;
    uint64_t offered_later; /* when `changes`, after the first negotiation */
    bool changes;
} t;

static uint8_t get_status(struct virtio_device *device)
{
    return virtio_model_get_status(&t.model);
}

static void set_status(struct virtio_device *device, uint8_t status)
{
    virtio_model_set_status(&t.model, status);
}

static uint64_t get_features(struct virtio_device *device)
{
    return t.model.offered;
}

static void set_features(struct virtio_device *device, uint64_t features)
{
    virtio_model_acknowledge(&t.model, features);
    if (t.changes)
        t.model.offered = t.offered_later;
}

static uint32_t queue_size(struct virtio_device *device, uint16_t index)
{
    return t.model.queues[index].max;
}

static EFI_STATUS enable_queue(struct virtio_device *device, uint16_t index, uint16_t size,
                               uint32_t max, const struct virtio_queue_memory *memory,
                               uint64_t *ret_doorbell)
{
    struct virtio_model_queue *queue = &t.model.queues[index];
    queue->size = size;
    queue->descriptors = memory->descriptors;
    queue->driver = memory->driver;
    queue->device = memory->device;
    virtio_model_enable_queue(&t.model, index);
    *ret_doorbell = 0;
    return EFI_SUCCESS;
}

static void notify(struct virtio_device *device, uint16_t index, uint64_t doorbell)
{
    virtio_model_notify(&t.model, index);
}

static const struct virtio_transport modern = {
    .get_status = get_status,
    .set_status = set_status,
    .get_features = get_features,
    .set_features = set_features,
    .queue_size = queue_size,
    .enable_queue = enable_queue,
    .notify = notify,
};

static struct virtio_transport legacy;

static void hold(struct virtio_model *model, unsigned queue)
{
    while (t.held_count < HELD_MAX && virtio_model_pop(model, queue, &t.held[t.held_count]))
        t.held_count++;
}

static void forget(struct virtio_model *model)
{
    t.held_count = 0;
}

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    legacy = modern;
    legacy.legacy = true;
    t.device.transport = &modern;
    t.device.name = "test";
    return 0;
}

static int tear_down(void **state)
{
    if (t.queue != NULL) {
        assert_int_equal(virtio_reset(&t.device), EFI_SUCCESS);
        virtqueue_destroy(t.queue);
    }
    virtio_model_free(&t.model);
    host_fail_allocation_after(SIZE_MAX);
    bus_use(NULL);
    return 0;
}

static void plug(uint16_t size, uint64_t features)
{
    virtio_model_init(&t.model, &t.bus, &size, 1);
    t.model.offered = features;
    t.model.notify = hold;
    t.model.reset = forget;
}

static EFI_STATUS try_create(uint16_t max)
{
    assert_int_equal(virtio_negotiate(&t.device, VIRTIO_F_INDIRECT_DESC), EFI_SUCCESS);
    EFI_STATUS status = virtqueue_create(&t.device, 0, 4, max, &t.queue);
    if (!EFI_ERROR(status))
        virtio_driver_ok(&t.device);
    return status;
}

/* A device with a queue of so many entries, of which the driver would have 128. */
static void create(uint16_t size, uint64_t features)
{
    plug(size, features | (t.device.transport->legacy ? 0 : VIRTIO_F_VERSION_1));
    assert_int_equal(try_create(128), EFI_SUCCESS);
}

static uint8_t memory[HELD_MAX][64];

/* Piece `i` of request `n`: at a place and of a size that no other has. */
static struct virtqueue_buffer piece(unsigned n, unsigned i)
{
    return (struct virtqueue_buffer){&memory[n][i], n + i + 1};
}

/* A request of `count` pieces, the first half of which the device reads. */
static EFI_STATUS add(unsigned n, unsigned count)
{
    struct virtqueue_buffer buffers[64];
    for (unsigned i = 0; i < count; i++)
        buffers[i] = piece(n, i);
    return virtqueue_add(t.queue, buffers, count / 2, count - count / 2, memory[n]);
}

static void assert_arrived(const struct virtio_model_chain *chain, unsigned n, unsigned count)
{
    assert_int_equal(chain->count, count);
    for (unsigned i = 0; i < count; i++) {
        struct virtqueue_buffer expected = piece(n, i);
        assert_ptr_equal(chain->pieces[i].data, expected.base);
        assert_int_equal(chain->pieces[i].size, expected.size);
        assert_int_equal(chain->pieces[i].writable, i >= count / 2);
    }
}

static void assert_taken(unsigned n)
{
    uint32_t length;
    assert_ptr_equal(virtqueue_take(t.queue, &length), memory[n]);
    assert_int_equal(length, n + 1);
}

static void complete(unsigned held, unsigned n)
{
    virtio_model_push(&t.model, 0, t.held[held].head, n + 1);
}

/* Adds until there is no room. */
static unsigned fill(unsigned count)
{
    unsigned added = 0;
    while (added < HELD_MAX && !EFI_ERROR(add(added, count)))
        added++;
    unsigned bells = t.model.notifications;
    virtqueue_kick(t.queue);
    virtqueue_kick(t.queue);
    assert_int_equal(t.model.notifications, bells + 1);
    assert_int_equal(t.held_count, added);
    for (unsigned n = 0; n < added; n++)
        assert_arrived(&t.held[n], n, count);
    return added;
}

/* Completes what fill() added, the last first. */
static void empty(void)
{
    uint32_t length;
    unsigned count = t.held_count;
    for (unsigned n = count; n-- > 0;)
        complete(n, n);
    for (unsigned n = count; n-- > 0;)
        assert_taken(n);
    assert_null(virtqueue_take(t.queue, &length));
    assert_int_equal(t.queue->in_flight, 0);
    assert_int_equal(t.queue->free_count, t.queue->size);
    t.held_count = 0;
}

static void a_small_queue_is_full_of_tables(void **state)
{
    create(4, VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(t.model.resets, 1); /* between the two times that it was negotiated */
    assert_int_equal(t.model.activations, 1);
    for (unsigned count = 2; count <= PIECES; count++) {
        assert_int_equal(fill(count), 4);
        empty();
    }
    assert_int_equal(t.model.queues[0].table_count, 12);
    assert_false(t.bus.failed);
}

static void without_the_feature_chains_are_in_the_ring(void **state)
{
    create(4, 0);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1);
    assert_int_equal(t.model.resets, 0);
    assert_int_equal(fill(3), 1);
    empty();
    assert_int_equal(fill(2), 2);
    empty();
    assert_int_equal(t.model.queues[0].table_count, 0);
}

static void a_driver_that_does_not_want_tables_has_none(void **state)
{
    plug(8, VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(virtio_negotiate(&t.device, 0), EFI_SUCCESS);
    assert_int_equal(virtqueue_create(&t.device, 0, 4, 128, &t.queue), EFI_SUCCESS);
    virtio_driver_ok(&t.device);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1);
    assert_int_equal(fill(4), 2);
    assert_int_equal(t.model.queues[0].table_count, 0);
}

/* What a usual queue costs is the same whether the device offers tables or not. */
static void a_queue_that_is_large_enough_has_no_tables(void **state)
{
    static const uint16_t sizes[] = {128, 256, 1024};
    for (unsigned i = 0; i < 3; i++) {
        create(sizes[i], VIRTIO_F_INDIRECT_DESC);
        assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1);
        assert_int_equal(t.model.resets, 0);
        assert_int_equal(t.queue->size, 128);
        assert_true(t.queue->memory_size < 128 * (16 + 2 + 8) + 32);
        assert_int_equal(fill(4), 32);
        assert_int_equal(t.model.queues[0].table_count, 0);
        tear_down(state);
        set_up(state);
    }
}

static void single_descriptors_stay_in_the_ring(void **state)
{
    create(8, VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(fill(1), 8);
    empty();
    assert_int_equal(t.model.queues[0].table_count, 0);
}

/* In a queue of 64 with tables of 32. */
static void long_chains_share_the_ring_with_tables(void **state)
{
    create(64, VIRTIO_F_INDIRECT_DESC);
    for (unsigned round = 0; round < 3; round++) {
        unsigned tables = t.model.queues[0].table_count;
        assert_int_equal(add(0, 3), EFI_SUCCESS);
        assert_int_equal(add(1, 33), EFI_SUCCESS);
        assert_int_equal(add(2, 32), EFI_SUCCESS);
        assert_int_equal(add(3, 30), EFI_SUCCESS);
        assert_int_equal(add(4, 33), EFI_NOT_READY);
        assert_int_equal(t.queue->free_count, 64 - 36);
        virtqueue_kick(t.queue);
        assert_int_equal(t.held_count, 4);
        assert_arrived(&t.held[0], 0, 3);
        assert_arrived(&t.held[1], 1, 33);
        assert_arrived(&t.held[2], 2, 32);
        assert_arrived(&t.held[3], 3, 30);
        assert_int_equal(t.model.queues[0].table_count - tables, 3);
        empty();
    }
    assert_int_equal(fill(3), 64);
    empty();
}

/* The index goes round, and requests of all lengths come back in an order that has none. */
static void requests_come_and_go(void **state)
{
    create(8, VIRTIO_F_INDIRECT_DESC);
    unsigned owner[8], next = 0, seed = 1;
    for (unsigned round = 0; round < 70000; round++) {
        seed = seed * 1103515245 + 12345;
        while (t.held_count < 8 && !EFI_ERROR(add(next % HELD_MAX, 1 + (seed >> 16) % 8))) {
            owner[t.held_count] = next++ % HELD_MAX;
            virtqueue_kick(t.queue);
        }
        assert_int_equal(t.held_count, 8);
        unsigned i = (seed >> 24) % 8, n = owner[i];
        complete(i, n);
        t.held[i] = t.held[--t.held_count];
        owner[i] = owner[t.held_count];
        assert_taken(n);
    }
    assert_false(t.bus.failed);
}

/* The shadow is all that the queue believes. */
static void a_device_that_rewrites_tables_changes_nothing(void **state)
{
    static const uint64_t patterns[] = {UINT64_MAX, 0, 0x0004000300020001};
    create(4, VIRTIO_F_INDIRECT_DESC);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fill(4), 4);
        virtio_model_scribble_descriptors(&t.model, &t.model.queues[0], patterns[i]);
        empty();
        assert_int_equal(fill(2), 4);
        empty();
    }
}

static void the_length_is_no_more_than_fits(void **state)
{
    create(4, VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(fill(4), 4);
    uint32_t length;
    virtio_model_push(&t.model, 0, t.held[2].head, UINT32_MAX);
    assert_ptr_equal(virtqueue_take(t.queue, &length), memory[2]);
    assert_int_equal(length, 5 + 6); /* pieces 2 and 3 of request 2 */
}

static uint64_t lie_about_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? *(uint64_t *)context : honest;
}

/* Of a request that was answered already, of one that never was, of one that cannot be. */
static void ids_that_are_not_in_flight_break_the_device(void **state)
{
    for (unsigned i = 0; i < 3; i++) {
        create(4, VIRTIO_F_INDIRECT_DESC);
        assert_int_equal(add(0, 3), EFI_SUCCESS);
        assert_int_equal(add(1, 3), EFI_SUCCESS);
        virtqueue_kick(t.queue);
        complete(0, 0);
        assert_taken(0);
        uint64_t ids[] = {t.held[0].head, 3, 4};
        t.model.lie = lie_about_id;
        t.model.lie_context = &ids[i];
        complete(1, 1);
        uint32_t length;
        assert_null(virtqueue_take(t.queue, &length));
        assert_true(t.device.broken);
        assert_int_equal(add(2, 3), EFI_DEVICE_ERROR);
        assert_ptr_equal(virtqueue_drain(t.queue), memory[1]);
        assert_null(virtqueue_drain(t.queue));
        t.model.lie = NULL;
        tear_down(state);
        set_up(state);
    }
}

static void drain(unsigned count)
{
    assert_int_equal(virtio_reset(&t.device), EFI_SUCCESS);
    bool seen[HELD_MAX] = {false};
    for (unsigned i = 0; i < count; i++) {
        uint8_t(*token)[64] = virtqueue_drain(t.queue);
        assert_non_null(token);
        assert_false(seen[token - memory]);
        seen[token - memory] = true;
    }
    assert_null(virtqueue_drain(t.queue));
}

/* The driver negotiates again and has tables at once: it is known that they are of use. */
static void restart_with_tables(void **state)
{
    create(8, VIRTIO_F_INDIRECT_DESC);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(fill(5), 8);
        drain(8);
        unsigned resets = t.model.resets;
        assert_int_equal(virtio_negotiate(&t.device, VIRTIO_F_INDIRECT_DESC), EFI_SUCCESS);
        assert_int_equal(virtqueue_restart(t.queue), EFI_SUCCESS);
        assert_int_equal(t.model.resets, resets);
        virtio_driver_ok(&t.device);
    }
    assert_int_equal(fill(8), 8);
    empty();
}

static void restart_of_a_device_that_has_tables_no_more(void **state)
{
    create(8, VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(fill(5), 8);
    drain(8);
    t.model.offered = VIRTIO_F_VERSION_1;
    t.model.acknowledged = 0;
    assert_int_equal(virtio_negotiate(&t.device, VIRTIO_F_INDIRECT_DESC), EFI_SUCCESS);
    assert_int_equal(virtqueue_restart(t.queue), EFI_SUCCESS);
    virtio_driver_ok(&t.device);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1);
    assert_int_equal(fill(5), 1);
    empty();
}

/* The device fixes the size and the place of the used ring; the tables lie behind. */
static void legacy_devices_have_tables(void **state)
{
    t.device.transport = &legacy;
    plug(64, VIRTIO_F_INDIRECT_DESC);
    t.model.legacy = true;
    assert_int_equal(try_create(128), EFI_SUCCESS);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_INDIRECT_DESC);
    assert_int_equal((uintptr_t)t.queue->used_ring, (uintptr_t)t.queue->memory + 4096);
    assert_int_equal(fill(7), 64);
    empty();
}

static void a_legacy_queue_that_is_large_enough_has_no_tables(void **state)
{
    t.device.transport = &legacy;
    plug(256, VIRTIO_F_INDIRECT_DESC);
    t.model.legacy = true;
    assert_int_equal(try_create(128), EFI_SUCCESS);
    assert_int_equal(t.model.acknowledged, 0);
    assert_int_equal(fill(4), 64);
}

static void queues_that_are_too_small_are_refused(void **state)
{
    plug(2, VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
    assert_int_equal(try_create(128), EFI_UNSUPPORTED);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1);
}

static void features_that_go_away_are_an_error(void **state)
{
    plug(4, VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_INDIRECT_DESC);
    t.changes = true;
    t.offered_later = VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC;
    assert_int_equal(try_create(128), EFI_DEVICE_ERROR);
}

/* Only the tables are no longer offered, the second time: the queue does without. */
static void tables_that_go_away_are_not_missed(void **state)
{
    plug(4, VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
    t.changes = true;
    t.offered_later = VIRTIO_F_VERSION_1;
    assert_int_equal(try_create(128), EFI_SUCCESS);
    assert_int_equal(t.model.acknowledged, VIRTIO_F_VERSION_1);
    assert_int_equal(fill(3), 1);
}

static void no_memory(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        plug(4, VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
        host_fail_allocation_after(i);
        assert_int_equal(try_create(128), EFI_OUT_OF_RESOURCES);
        tear_down(state);
        set_up(state);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_small_queue_is_full_of_tables),
        TEST(without_the_feature_chains_are_in_the_ring),
        TEST(a_driver_that_does_not_want_tables_has_none),
        TEST(a_queue_that_is_large_enough_has_no_tables),
        TEST(single_descriptors_stay_in_the_ring),
        TEST(long_chains_share_the_ring_with_tables),
        TEST(requests_come_and_go),
        TEST(a_device_that_rewrites_tables_changes_nothing),
        TEST(the_length_is_no_more_than_fits),
        TEST(ids_that_are_not_in_flight_break_the_device),
        TEST(restart_with_tables),
        TEST(restart_of_a_device_that_has_tables_no_more),
        TEST(legacy_devices_have_tables),
        TEST(a_legacy_queue_that_is_large_enough_has_no_tables),
        TEST(queues_that_are_too_small_are_refused),
        TEST(features_that_go_away_are_an_error),
        TEST(tables_that_go_away_are_not_missed),
        TEST(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
