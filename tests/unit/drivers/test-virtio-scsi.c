/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/block.h"
#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/scsi.h"
#include "host/pool.h"
#include "hw/scsi.h"
#include "models/cpu.h"
#include "models/virtio_pci.h"
#include "models/virtio_scsi.h"
#include "platform/machine.h"

#define ECAM      0xe8000000ull
#define DISK_SIZE (6u << 20)
#define CD_SIZE   (1u << 20)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_scsi_start};

static struct {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct virtio_scsi_model model;
    struct virtio_pci_model transport;
    struct scsi_model disk, cd;
    struct pci_function *function;
    const struct pci_driver *driver;
    struct device_instance *instance;
    struct block_device *block; /* the first unit */
    uint8_t *buffer;
} t;

static uint8_t *pattern(size_t size, unsigned seed)
{
    uint8_t *data = malloc(size);
    assert_non_null(data);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i >> 9 ^ i ^ seed);
    return data;
}

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    t.disk = (struct scsi_model){.data = pattern(DISK_SIZE, 0),
                                 .size = DISK_SIZE,
                                 .block_size = 512,
                                 .serial = " serial-7 "};
    t.cd = (struct scsi_model){.data = pattern(CD_SIZE, 3),
                               .size = CD_SIZE,
                               .block_size = 2048,
                               .is_cd = true,
                               .removable = true};
    t.buffer = pattern(DISK_SIZE, 9);
    t.model.max_target = 255;
    pci_model_init(&t.pci, &t.bus, ECAM, 1, false);
    return 0;
}

static int tear_down(void **state)
{
    if (t.instance != NULL)
        t.driver->stop(t.instance);
    if (t.function != NULL)
        assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
    virtio_model_free(&t.model.virtio);
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&t.host);
    host_fail_allocation_after(SIZE_MAX);
    free(t.disk.data);
    free(t.cd.data);
    free(t.buffer);
    bus_use(NULL);
    return 0;
}

static void plug(uint16_t queue_size, uint32_t seg_max, uint32_t max_sectors)
{
    virtio_scsi_model_init(&t.model, &t.bus, queue_size, seg_max, max_sectors);
    virtio_pci_model_add(&t.transport, &t.pci, &t.model.virtio, 3, 0xe7f80000, false);
    const struct pci_segment segment = {.ecam = ECAM};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    t.function = LIST_ENTRY(t.host.functions.next, struct pci_function, link);
    t.driver = pci_driver_find(t.function);
    assert_non_null(t.driver);
    assert_string_equal(t.driver->name, "virtio-scsi");
    assert_int_equal(t.driver->class, DEVICE_DISK);
}

static struct device_interface *interface_number(unsigned n)
{
    unsigned i = 0;
    LIST_FOR_EACH(node, &t.instance->interfaces)
    {
        if (i++ == n)
            return LIST_ENTRY(node, struct device_interface, link);
    }
    return NULL;
}

static EFI_STATUS try_start(void)
{
    struct device_instance *instance;
    EFI_STATUS status = t.driver->start(t.function, &instance);
    if (!EFI_ERROR(status)) {
        t.instance = instance;
        t.block = list_empty(&instance->interfaces) ? NULL : interface_number(0)->disk;
    }
    return status;
}

static void start_one_disk(uint16_t queue_size)
{
    virtio_scsi_model_add(&t.model, 0, 0, &t.disk);
    plug(queue_size, 126, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_non_null(t.block);
}

static void read_write(struct block_device *block, struct scsi_model *unit)
{
    uint32_t bs = block->block_size;
    assert_int_equal(block->block_count, unit->size / unit->block_size);
    assert_int_equal(block_read(block, 3, t.buffer, 4 * bs), EFI_SUCCESS);
    assert_memory_equal(t.buffer, unit->data + 3 * bs, 4 * bs);
    assert_int_equal(block_read(block, 0, t.buffer, unit->size), EFI_SUCCESS);
    assert_memory_equal(t.buffer, unit->data, unit->size);
    assert_int_equal(block_read(block, block->block_count, t.buffer, bs), EFI_INVALID_PARAMETER);
    memset(t.buffer, 0xc3, bs);
    EFI_STATUS status = block_write(block, 5, t.buffer, bs);
    assert_int_equal(status, block->read_only ? EFI_WRITE_PROTECTED : EFI_SUCCESS);
    assert_int_equal(memcmp(unit->data + 5 * bs, t.buffer, bs) == 0, !block->read_only);
}

static void one_disk_on_one_of_256_targets(void **state)
{
    start_one_disk(128);
    print_message("virtio-scsi start: %u doorbells for %u commands\n", t.model.virtio.notifications,
                  t.model.commands);
    assert_int_equal(t.model.bad_targets, 255);
    assert_in_range(t.model.virtio.notifications, 1, 16);
    assert_int_equal(t.model.virtio.acknowledged, VIRTIO_F_VERSION_1);
    assert_string_equal(t.block->name, "virtio-scsi 0000:00:03.0 0:0");
    assert_false(t.block->removable);
    assert_true(t.block->volatile_cache);
    read_write(t.block, &t.disk);
    assert_int_equal(block_flush(t.block), EFI_SUCCESS);
    assert_int_equal(t.disk.flushes, 1);
    assert_string_equal(block_serial(t.block), "serial-7");
    assert_false(t.bus.failed);
}

static void units_of_several_targets(void **state)
{
    struct scsi_model big = {
        .data = pattern(DISK_SIZE, 5), .size = DISK_SIZE, .block_size = 4096, .huge = true};
    struct scsi_model scanner = {.block_size = 512, .size = 512, .type = 6};
    virtio_scsi_model_add(&t.model, 2, 0, &t.disk);
    virtio_scsi_model_add(&t.model, 2, 7, &scanner);
    virtio_scsi_model_add(&t.model, 2, 300, &big);
    virtio_scsi_model_add(&t.model, 255, 1, &t.cd);
    for (unsigned flat = 0; flat < 2; flat++) {
        t.model.flat = flat;
        if (flat == 0)
            plug(64, 62, 0xffff);
        assert_int_equal(try_start(), EFI_SUCCESS);
        assert_null(interface_number(3));
        static const uint16_t places[][2] = {{2, 0}, {2, 300}, {255, 1}};
        struct scsi_model *const units[] = {&t.disk, &big, &t.cd};
        for (unsigned i = 0; i < 3; i++) {
            struct device_interface *interface = interface_number(i);
            assert_int_equal(interface->unit.kind, UNIT_SCSI);
            assert_int_equal(interface->unit.scsi.target, places[i][0]);
            assert_int_equal(interface->unit.scsi.lun, places[i][1]);
            read_write(interface->disk, units[i]);
        }
        assert_int_equal(interface_number(1)->disk->blocks_per_physical_block, 8);
        assert_int_equal(interface_number(1)->disk->lowest_aligned_lba, 5);
        assert_true(interface_number(2)->disk->read_only);
        assert_true(interface_number(2)->disk->removable);
        t.driver->stop(t.instance);
        t.instance = NULL;
    }
    free(big.data);
}

static void old_targets_have_one_unit(void **state)
{
    t.model.no_report_luns = true;
    start_one_disk(128);
    read_write(t.block, &t.disk);
    assert_null(interface_number(1));
}

static void attention_is_retried(void **state)
{
    for (unsigned i = 0; i < 3; i++)
        scsi_model_queue_sense(&t.disk, SCSI_UNIT_ATTENTION, 0x29, 0);
    start_one_disk(128);
    for (unsigned i = 0; i < 5; i++)
        scsi_model_queue_sense(&t.disk, i % 2 ? SCSI_UNIT_ATTENTION : SCSI_ABORTED_COMMAND, 0x29,
                               0);
    t.disk.descriptor_sense = true;
    t.disk.busy = 3;
    t.disk.not_ready = 4;
    read_write(t.block, &t.disk);
    t.model.next_response = VIRTIO_SCSI_S_RESET;
    read_write(t.block, &t.disk);
    t.model.next_response = VIRTIO_SCSI_S_BUSY;
    read_write(t.block, &t.disk);
    assert_int_equal(t.block->media_id, 0);
    for (unsigned i = 0; i < 16; i++)
        scsi_model_queue_sense(&t.disk, SCSI_UNIT_ATTENTION, 0x29, 0);
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.disk.sense_count = 0;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_SUCCESS);
}

static void errors_reach_the_caller(void **state)
{
    start_one_disk(128);
    t.disk.bad_lba = 100;
    t.disk.bad_count = 1;
    assert_int_equal(block_read(t.block, 0, t.buffer, DISK_SIZE), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(t.block, 101, t.buffer, 512), EFI_SUCCESS);
    t.disk.read_only = true;
    assert_int_equal(block_write(t.block, 0, t.buffer, 512), EFI_WRITE_PROTECTED);
    t.model.short_length = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.model.short_length = false;
    t.model.next_response = 9;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.disk.size /= 2; /* it shrank, and says so */
    assert_int_equal(block_read(t.block, DISK_SIZE / 512 - 1, t.buffer, 512), EFI_UNSUPPORTED);
    scsi_model_queue_sense(&t.disk, SCSI_UNIT_ATTENTION, SCSI_ASC_PARAMETERS, SCSI_ASCQ_CAPACITY);
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_SUCCESS);
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
    assert_int_equal(t.block->block_count, DISK_SIZE / 1024);
    assert_int_equal(t.block->media_id, 1);
    assert_true(t.block->read_only);
}

static void a_disk_without_a_cache_is_flushed_once(void **state)
{
    t.disk.no_cache = true;
    start_one_disk(128);
    assert_int_equal(block_flush(t.block), EFI_SUCCESS);
    assert_int_equal(block_flush(t.block), EFI_SUCCESS);
    assert_int_equal(t.disk.flushes, 1);
}

static void check(void)
{
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
}

static void media_come_and_go(void **state)
{
    t.cd.no_medium = true;
    virtio_scsi_model_add(&t.model, 0, 0, &t.cd);
    plug(128, 126, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_true(t.block->no_medium);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_NO_MEDIA);
    check();
    assert_true(t.block->no_medium);
    uint32_t id = t.block->media_id;

    scsi_model_insert(&t.cd, t.cd.data, CD_SIZE);
    check();
    assert_false(t.block->no_medium);
    assert_int_not_equal(t.block->media_id, id);
    read_write(t.block, &t.cd);

    id = t.block->media_id;
    uint8_t *first = t.cd.data, *other = pattern(CD_SIZE / 2, 77);
    scsi_model_insert(&t.cd, other, CD_SIZE / 2);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_MEDIA_CHANGED);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_NO_MEDIA);
    check();
    assert_int_not_equal(t.block->media_id, id);
    read_write(t.block, &t.cd);

    scsi_model_insert(&t.cd, NULL, 0);
    check();
    assert_true(t.block->no_medium);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_NO_MEDIA);
    free(other);
    t.cd.data = first;
}

static void a_unit_that_must_be_started_is_started(void **state)
{
    t.disk.needs_start = true;
    t.disk.not_ready = 20;
    virtio_scsi_model_add(&t.model, 0, 0, &t.disk);
    plug(128, 126, 0);
    /* Eight attempts, or twenty seconds, whichever is the case. */
    EFI_STATUS status = try_start();
    assert_int_equal(status, EFI_SUCCESS);
    assert_int_equal(t.disk.starts, 1);
    assert_non_null(t.block);
    read_write(t.block, &t.disk);
}

static void a_unit_that_never_becomes_ready_is_left_out(void **state)
{
    fake_cpu.tsc_step = 10000000;
    t.disk.not_ready = UINT32_MAX;
    virtio_scsi_model_add(&t.model, 1, 0, &t.disk);
    virtio_scsi_model_add(&t.model, 3, 0, &t.cd);
    plug(128, 126, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_ptr_equal(interface_number(1), NULL);
    read_write(t.block, &t.cd);
}

static unsigned completions;

static void count_success(struct block_request *request, EFI_STATUS status)
{
    assert_int_equal(status, EFI_SUCCESS);
    completions++;
}

static void use_many_requests(unsigned in_flight)
{
    t.model.hold = true;
    struct block_request requests[40];
    struct block_segment segments[40];
    completions = 0;
    for (unsigned i = 0; i < 40; i++) {
        segments[i] = (struct block_segment){t.buffer + 1024 * i, 1024};
        requests[i] = (struct block_request){.operation = BLOCK_READ,
                                             .lba = 10 + 2 * i,
                                             .segments = &segments[i],
                                             .segment_count = 1,
                                             .complete = count_success};
        assert_int_equal(t.block->operations->submit(t.block, &requests[i]), EFI_SUCCESS);
    }
    assert_int_equal(t.model.held_count, in_flight);
    for (unsigned round = 0; round < 40; round++) {
        virtio_scsi_model_release(&t.model, true);
        t.block->operations->poll(t.block);
    }
    assert_int_equal(completions, 40);
    assert_memory_equal(t.buffer, t.disk.data + 10 * 512, 40 * 1024);
}

static void many_requests_complete_out_of_order(void **state)
{
    start_one_disk(128);
    use_many_requests(16);
}

/* As many as the queue has entries where the device takes tables, one for every three elsewhere. */
static void small_queues_have_tables(void **state)
{
    for (unsigned size = 4; size <= 8; size *= 2) {
        for (unsigned tables = 0; tables < 2; tables++) {
            if (t.function != NULL) {
                tear_down(state);
                set_up(state);
            }
            virtio_scsi_model_add(&t.model, 0, 0, &t.disk);
            plug((uint16_t)size, 126, 0);
            uint64_t features = VIRTIO_F_VERSION_1 | (tables ? VIRTIO_F_INDIRECT_DESC : 0);
            t.model.virtio.offered = features;
            assert_int_equal(try_start(), EFI_SUCCESS);
            assert_int_equal(t.model.virtio.acknowledged, features);
            use_many_requests(tables ? size : size / 3);
            assert_false(t.bus.failed);
        }
    }
}

static EFI_STATUS result;

static void note_result(struct block_request *request, EFI_STATUS status)
{
    result = status;
}

static void small_limits_are_kept(void **state)
{
    virtio_scsi_model_add(&t.model, 0, 0, &t.disk);
    plug(4, 1, 200);
    assert_int_equal(try_start(), EFI_SUCCESS);
    read_write(t.block, &t.disk);
    struct block_segment segments[2] = {{t.buffer, 100}, {t.buffer + 200, 412}};
    struct block_request request = {
        .operation = BLOCK_READ, .segments = segments, .segment_count = 2};
    request.complete = note_result;
    /* A block in two pieces, where the device takes one. */
    t.block->operations->submit(t.block, &request);
    assert_int_equal(result, t.model.virtio.queues[2].size > 2 ? EFI_INVALID_PARAMETER : 0);
}

static void a_silent_controller_recovers(void **state)
{
    virtio_scsi_model_add(&t.model, 0, 0, &t.disk);
    virtio_scsi_model_add(&t.model, 0, 1, &t.cd);
    plug(128, 126, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    struct block_device *cd = interface_number(1)->disk;
    t.model.silent = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_TIMEOUT);
    assert_int_equal(t.model.virtio.status, 0);
    t.model.silent = false;
    scsi_model_queue_sense(&t.disk, SCSI_UNIT_ATTENTION, 0x29, 0);
    read_write(cd, &t.cd);
    read_write(t.block, &t.disk);
    t.model.silent = true;
    fake_cpu.tsc += 1ull << 29;
    cd->operations->check_medium(cd);
    t.model.silent = false;
    assert_false(cd->no_medium);
    assert_int_equal(cd->operations->reset(cd), EFI_SUCCESS);
    read_write(cd, &t.cd);
    read_write(t.block, &t.disk);
}

static void a_unit_that_hangs_costs_the_others_nothing(void **state)
{
    virtio_scsi_model_add(&t.model, 1, 0, &t.disk);
    virtio_scsi_model_add(&t.model, 2, 0, &t.cd);
    plug(128, 126, 0);
    t.disk.needs_start = true; /* found, and then it hangs */
    t.model.silent_target = -1;
    assert_int_equal(try_start(), EFI_SUCCESS);
    t.driver->stop(t.instance);
    t.instance = NULL;
    t.model.silent_target = 1;
    assert_int_equal(try_start(), EFI_TIMEOUT);
}

static void unusable_devices_are_refused(void **state)
{
    virtio_scsi_model_add(&t.model, 0, 0, &t.disk);
    plug(128, 126, 0);
    struct virtio_scsi_config *config = (struct virtio_scsi_config *)t.model.virtio.config;
    config->sense_size = 64;
    assert_int_equal(try_start(), EFI_UNSUPPORTED);
    config->sense_size = 96;
    config->max_sectors = 8;
    assert_int_equal(try_start(), EFI_UNSUPPORTED);
    config->max_sectors = 0;
    t.model.virtio.queues[2].max = t.model.virtio.queues[2].size = 2;
    assert_int_equal(try_start(), EFI_UNSUPPORTED);
    t.model.virtio.queues[2].max = t.model.virtio.queues[2].size = 128;
    static const uint32_t sizes[] = {0, 511, 513, 1 << 20};
    for (unsigned i = 0; i < 4; i++) {
        t.disk.block_size = sizes[i];
        if (sizes[i] == 0)
            continue;
        assert_int_equal(try_start(), EFI_SUCCESS);
        assert_null(t.block);
        t.driver->stop(t.instance);
        t.instance = NULL;
    }
    t.disk.block_size = 512;
    for (size_t n = 0; n < 9; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(try_start(), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    assert_int_equal(try_start(), EFI_SUCCESS);
    t.driver->quiesce(t.instance);
    assert_int_equal(t.model.virtio.status, 0);
    assert_false(pci_model_bus_master(&t.transport.pci));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_disk_on_one_of_256_targets),
        TEST(units_of_several_targets),
        TEST(old_targets_have_one_unit),
        TEST(attention_is_retried),
        TEST(errors_reach_the_caller),
        TEST(a_disk_without_a_cache_is_flushed_once),
        TEST(media_come_and_go),
        TEST(a_unit_that_must_be_started_is_started),
        TEST(a_unit_that_never_becomes_ready_is_left_out),
        TEST(many_requests_complete_out_of_order),
        TEST(small_queues_have_tables),
        TEST(small_limits_are_kept),
        TEST(a_silent_controller_recovers),
        TEST(a_unit_that_hangs_costs_the_others_nothing),
        TEST(unusable_devices_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
