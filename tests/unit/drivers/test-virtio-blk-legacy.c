/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Devices with the registers of virtio 0.9.5 (virtio 1.2, 4.1.4.10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/virtio/pci_transport.h"
#include "host/pool.h"
#include "unit/drivers/virtio_blk_fixture.h"

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

/* The first register that is read is from before the disk's size changed. */
static uint64_t torn(void *context, enum virtio_lie what, uint64_t honest)
{
    unsigned *reads = context;
    return what == LIE_CONFIG && (*reads)++ == 0 ? honest | 0x80000000 : honest;
}

static void a_size_that_changes_is_read_again(void **state)
{
    unsigned reads = 0;
    plug_legacy(512, CH_FEATURES, 128, 0xc040);
    t.disk.virtio.lie = torn;
    t.disk.virtio.lie_context = &reads;
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_int_equal(t.block->block_count, DISK_SIZE / 512);
    t.disk.virtio.lie = NULL;
    read_and_write(512);
}

/* A driver's devices are those of its transitional id and of its type, and nobody else's. */
static void ids_of_transitional_devices(void **state)
{
    static const struct {
        uint16_t id, type;
    } known[] = {{0x1000, VIRTIO_TYPE_NET},
                 {0x1001, VIRTIO_TYPE_BLOCK},
                 {0x1003, VIRTIO_TYPE_CONSOLE},
                 {0x1004, VIRTIO_TYPE_SCSI},
                 {0x1005, VIRTIO_TYPE_RNG}};
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        for (unsigned j = 0; j < ARRAY_SIZE(known); j++) {
            struct pci_function f = {.vendor_id = 0x1af4, .device_id = known[i].id};
            assert_int_equal(virtio_pci_match(&f, known[j].type), i == j);
            f.device_id = (uint16_t)(0x1040 + known[i].type);
            assert_int_equal(virtio_pci_match(&f, known[j].type), i == j);
            f.vendor_id = 0x1af5;
            assert_false(virtio_pci_match(&f, known[j].type));
        }
    }
    const struct pci_function balloon = {.vendor_id = 0x1af4, .device_id = 0x1002};
    assert_false(virtio_pci_match(&balloon, VIRTIO_TYPE_BLOCK));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(legacy_devices_work),
        TEST(legacy_ports_are_assigned),
        TEST(a_size_that_changes_is_read_again),
        TEST(unusable_legacy_devices_are_refused),
        cmocka_unit_test(ids_of_transitional_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
