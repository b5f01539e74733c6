/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench's virtio devices by the rules of platforms/cloud-hypervisor.md §4.1, and disks' faults:
 * what a driver does through registers and rings, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench_fixture.h"
#include "hw/pci.h"
#include "hw/virtio.h"
#include "vmm/pci_devices.h"

#define BAR         0xe7f80000ull
#define NOTIFY      0x6000
#define RINGS       0x200000u
#define AVAILABLE   (RINGS + 0x1000)
#define USED        (RINGS + 0x2000)
#define HEADER      (RINGS + 0x3000)
#define DATA        (RINGS + 0x4000)
#define RESULT      (RINGS + 0x5000)
#define UNTOUCHED   0xee
#define REG(member) offsetof(struct virtio_pci_common_cfg, member)

static char path[] = "/tmp/test-bench-XXXXXX";

static uint64_t get(uint64_t offset, unsigned width)
{
    return bus_read(&vm.bus, BUS_MMIO, BAR + offset, width);
}

static void set(uint64_t offset, unsigned width, uint64_t value)
{
    bus_write(&vm.bus, BUS_MMIO, BAR + offset, width, value);
}

/* A machine with one disk of 1 MiB, whose BAR decodes. */
static void start(void)
{
    options.disks[0].path = path;
    options.disk_count = 1;
    add_devices(&vm);
    add_pci_devices(&vm);
    bus_write(&vm.bus, BUS_MMIO, ECAM + (1 << 15) + PCI_COMMAND, 2,
              PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER);
}

static void activate(void)
{
    start();
    set(REG(device_status), 1, 1);
    set(REG(device_status), 1, 3);
    set(REG(driver_feature_select), 4, 1);
    set(REG(driver_feature), 4, 1);
    set(REG(device_status), 1, 11);
    set(REG(queue_select), 2, 0);
    set(REG(queue_desc_low), 8, RINGS);
    set(REG(queue_driver_low), 8, AVAILABLE);
    set(REG(queue_device_low), 8, USED);
    set(REG(queue_enable), 2, 1);
    set(REG(device_status), 1, 15);
    assert_false(vm.bus.failed);
}

static int set_up(void **state)
{
    strcpy(path, "/tmp/test-bench-XXXXXX");
    int fd = mkstemp(path);
    assert_int_equal(ftruncate(fd, 1 << 20), 0);
    close(fd);
    return bench_set_up(state);
}

static int tear_down(void **state)
{
    remove(path);
    return bench_tear_down(state);
}

/* Puts a request of one sector at `head` and two descriptors behind it into the queue, and rings.
 */
static void submit(uint16_t head, uint32_t type, uint64_t sector)
{
    struct virtq_desc *table = vm_memory(&vm, RINGS, 4096);
    struct virtq_avail *available = vm_memory(&vm, AVAILABLE, 4096);
    struct virtio_blk_req_header header = {.type = type, .sector = sector};
    bool write = type == VIRTIO_BLK_T_OUT;
    memcpy(vm_memory(&vm, HEADER, sizeof header), &header, sizeof header);
    *(uint8_t *)vm_memory(&vm, RESULT, 1) = UNTOUCHED;
    table[head] = (struct virtq_desc){HEADER, sizeof header, VIRTQ_DESC_F_NEXT, head + 1};
    table[head + 1] = (struct virtq_desc){
        DATA, 512, VIRTQ_DESC_F_NEXT | (write ? 0 : VIRTQ_DESC_F_WRITE), head + 2};
    table[head + 2] = (struct virtq_desc){RESULT, 1, VIRTQ_DESC_F_WRITE, 0};
    available->ring[available->idx++ % 128] = head;
    set(NOTIFY, 2, 0);
}

static uint8_t result(void)
{
    return *(uint8_t *)vm_memory(&vm, RESULT, 1);
}

static unsigned completed(void)
{
    return ((struct virtq_used *)vm_memory(&vm, USED, 4096))->idx;
}

static void widths_are_exact(void **state)
{
    start();
    set(REG(device_status), 1, 1);
    static const struct {
        uint16_t offset;
        uint8_t width;
    } wrong[] = {{REG(device_status), 2},  {REG(device_status), 4},      {REG(num_queues), 1},
                 {REG(queue_size), 4},     {REG(device_feature), 2},     {REG(device_feature), 8},
                 {REG(queue_enable), 1},   {REG(device_feature) + 1, 1}, {REG(queue_desc_low), 2},
                 {REG(queue_desc_high), 8}};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        vm.bus.failed = false;
        get(wrong[i].offset, wrong[i].width);
        assert_true(vm.bus.failed);
        vm.bus.failed = false;
        set(wrong[i].offset, wrong[i].width, 0);
        assert_true(vm.bus.failed);
    }
    assert_int_equal(get(REG(device_status), 1), 1); /* none of them did anything */
}

/* Rule 2: a write while the status is 0 is a reset, and is lost. */
static void nothing_is_kept_while_the_status_is_0(void **state)
{
    start();
    set(REG(device_feature_select), 4, 1);
    assert_int_equal(get(REG(device_feature), 4) & 1, 0); /* not VERSION_1: still the low half */
    check_pci_devices(&vm);
    assert_true(vm.bus.failed);
    set(REG(device_status), 1, 1);
    set(REG(device_feature_select), 4, 1);
    assert_int_equal(get(REG(device_feature), 4) & 1, 1);
}

/* Rules 1 and 4: addresses read as 0; what was acknowledged stays so, over a reset too. */
static void features_stay_acknowledged(void **state)
{
    activate();
    assert_int_equal(get(REG(queue_desc_low), 4), 0);
    assert_int_equal(get(REG(driver_feature), 4), 0);
    set(REG(device_status), 1, 0);
    assert_int_equal(get(REG(device_status), 1), 0);
    check_pci_devices(&vm);
    assert_false(vm.bus.failed);
    set(REG(device_status), 1, 1);
    set(REG(driver_feature), 4, (uint32_t)VIRTIO_F_EVENT_IDX);
    set(REG(device_status), 1, 0);
    check_pci_devices(&vm);
    assert_true(vm.bus.failed);
}

static void rings_work(void **state)
{
    activate();
    memset(vm_memory(&vm, DATA, 512), 0x5c, 512);
    submit(0, VIRTIO_BLK_T_OUT, 3);
    assert_int_equal(result(), VIRTIO_BLK_S_OK);
    memset(vm_memory(&vm, DATA, 512), 0, 512);
    submit(3, VIRTIO_BLK_T_IN, 3);
    assert_int_equal(result(), VIRTIO_BLK_S_OK);
    assert_int_equal(((uint8_t *)vm_memory(&vm, DATA, 512))[511], 0x5c);
    submit(6, VIRTIO_BLK_T_IN, 2048); /* behind the end */
    assert_int_equal(result(), VIRTIO_BLK_S_IOERR);
    assert_int_equal(completed(), 3);
    assert_false(vm.bus.failed);
}

/* Without image_type=raw. */
static void sector_0_is_protected(void **state)
{
    activate();
    submit(0, VIRTIO_BLK_T_OUT, 0);
    assert_int_equal(result(), VIRTIO_BLK_S_IOERR);
    submit(3, VIRTIO_BLK_T_OUT, 1);
    assert_int_equal(result(), VIRTIO_BLK_S_OK);
}

static void a_head_in_flight_kills_the_worker(void **state)
{
    options.faults[0] = (struct disk_fault){.first = 1, .last = 1, .delay_ms = 60000};
    options.fault_count = 1;
    activate();
    submit(0, VIRTIO_BLK_T_IN, 0);
    assert_int_equal(completed(), 0); /* it takes its time */
    submit(0, VIRTIO_BLK_T_IN, 0);
    assert_true(vm.bus.failed);
    assert_int_equal(get(REG(device_status), 1), 15 | VIRTIO_STATUS_NEEDS_RESET);
}

static void requests_fail_as_asked(void **state)
{
    options.faults[0] = (struct disk_fault){.first = 2, .last = 3};
    options.fault_count = 1;
    activate();
    static const uint8_t results[] = {VIRTIO_BLK_S_OK, VIRTIO_BLK_S_IOERR, VIRTIO_BLK_S_IOERR,
                                      VIRTIO_BLK_S_OK};
    for (unsigned i = 0; i < sizeof results; i++) {
        submit((uint16_t)(3 * i), VIRTIO_BLK_T_IN, 0);
        assert_int_equal(result(), results[i]);
    }
    assert_int_equal(completed(), sizeof results);
}

/* The last write reached the disk, its driver does not hear of it, and no more is written. */
static void power_goes_after_a_write(void **state)
{
    options.power_cut = 2;
    activate();
    memset(vm_memory(&vm, DATA, 512), 0x77, 512);
    submit(0, VIRTIO_BLK_T_OUT, 1);
    assert_int_equal(vm.ending, END_RUNNING);
    submit(3, VIRTIO_BLK_T_OUT, 2);
    assert_int_equal(vm.ending, END_POWER_CUT);
    assert_int_equal(completed(), 1);
    submit(6, VIRTIO_BLK_T_OUT, 3);
    vm.ending = END_RUNNING;
    memset(vm_memory(&vm, DATA, 512), 0, 512);
    submit(9, VIRTIO_BLK_T_IN, 2);
    assert_int_equal(*(uint8_t *)vm_memory(&vm, DATA, 1), 0x77);
    submit(12, VIRTIO_BLK_T_IN, 3);
    assert_int_equal(*(uint8_t *)vm_memory(&vm, DATA, 1), 0);
}

int test_virtio(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(widths_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_kept_while_the_status_is_0, set_up, tear_down),
        cmocka_unit_test_setup_teardown(features_stay_acknowledged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rings_work, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sector_0_is_protected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_in_flight_kills_the_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(requests_fail_as_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(power_goes_after_a_write, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
