/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Disks that fail, fall silent or lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/lsan_interface.h>

#include "host/pool.h"
#include "models/cpu.h"
#include "unit/drivers/virtio_blk_fixture.h"

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
    assert_int_equal(t.disk.reads, 4); /* what was in flight with the first part */
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(errors_reach_the_caller),
        TEST(an_error_in_a_waiting_request_ends_it),
        TEST(a_silent_disk_is_given_up),
        TEST(a_disk_that_stays_silent_is_dead),
        TEST(a_device_that_never_resets_keeps_its_memory),
        TEST(unusable_devices_are_refused),
        TEST(bad_register_places_are_refused),
        TEST(completions_against_the_rules_break_the_device),
        TEST(repeated_completions_break_the_device),
        TEST(a_configuration_that_never_stands_still_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
