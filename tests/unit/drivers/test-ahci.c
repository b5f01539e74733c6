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
#include "drivers/ahci/ahci.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "host/pool.h"
#include "hw/scsi.h"
#include "models/ahci.h"
#include "models/cpu.h"
#include "platform/machine.h"

#define ECAM      0xe8000000ull
#define DISK_SIZE (6u << 20)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct pci_function *,
                                                          struct device_instance **) = {ahci_start};

static struct {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct ahci_model model;
    struct scsi_model cd;
    struct pci_function *function;
    const struct pci_driver *driver;
    struct device_instance *instance;
    struct block_device *block;
    uint8_t *data, *buffer;
} t;

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    t.data = malloc(DISK_SIZE);
    t.buffer = malloc(DISK_SIZE);
    assert_non_null(t.data);
    assert_non_null(t.buffer);
    for (unsigned i = 0; i < DISK_SIZE; i++)
        t.data[i] = (uint8_t)(i >> 9 ^ i);
    t.cd = (struct scsi_model){.data = t.data,
                               .size = DISK_SIZE / 2,
                               .block_size = 2048,
                               .is_cd = true,
                               .removable = true};
    pci_model_init(&t.pci, &t.bus, ECAM, 1, false);
    return 0;
}

static int tear_down(void **state)
{
    if (t.instance != NULL)
        t.driver->stop(t.instance);
    if (t.function != NULL)
        assert_int_equal(pci_model_get32(&t.model.pci, PCI_COMMAND) & 0xffff, 0);
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&t.host);
    host_fail_allocation_after(SIZE_MAX);
    free(t.data);
    free(t.buffer);
    bus_use(NULL);
    return 0;
}

static void plug(void)
{
    ahci_model_add(&t.model, &t.pci, 31, 0xe7000000);
    const struct pci_segment segment = {.ecam = ECAM};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    t.function = LIST_ENTRY(t.host.functions.next, struct pci_function, link);
    t.driver = pci_driver_find(t.function);
    assert_non_null(t.driver);
    assert_string_equal(t.driver->name, "ahci");
}

static struct device_interface *interface_number(unsigned n)
{
    LIST_FOR_EACH(node, &t.instance->interfaces)
    {
        if (n-- == 0)
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

static struct ahci_model_port *add_disk(unsigned port, uint32_t sector_size)
{
    t.model.ports[port].data = t.data;
    t.model.ports[port].size = DISK_SIZE;
    t.model.ports[port].sector_size = sector_size;
    return &t.model.ports[port];
}

static void start_one_disk(void)
{
    add_disk(0, 512);
    plug();
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_non_null(t.block);
}

static void start_cd(void)
{
    t.model.ports[0].packet = &t.cd;
    plug();
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_non_null(t.block);
}

static void read_all(struct block_device *block, uint64_t size)
{
    uint32_t bs = block->block_size;
    assert_int_equal(block->block_count, size / bs);
    assert_int_equal(block_read(block, 0, t.buffer, size), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.data, size);
    /* An odd place, which the device cannot reach */
    assert_int_equal(block_read(block, 3, t.buffer + 1, 4 * bs), EFI_SUCCESS);
    assert_memory_equal(t.buffer + 1, t.data + 3 * bs, 4 * bs);
    assert_int_equal(block_read(block, block->block_count, t.buffer, bs), EFI_INVALID_PARAMETER);
    assert_false(t.bus.failed);
}

static void a_disk(void **state)
{
    add_disk(2, 512);
    plug();
    assert_int_equal(try_start(), EFI_SUCCESS);
    print_message("ahci start: %u register accesses\n", t.model.register_accesses);
    assert_in_range(t.model.register_accesses, 1, 80);
    struct device_interface *interface = interface_number(0);
    assert_int_equal(interface->unit.kind, UNIT_SATA);
    assert_int_equal(interface->unit.sata.port, 2);
    assert_int_equal(interface->unit.sata.port_multiplier, 0xffff);
    assert_string_equal(t.block->name, "ahci 0000:00:1f.0 port 2");
    assert_string_equal(block_serial(t.block), "ATA-23");
    assert_int_equal(t.block->blocks_per_physical_block, 8);
    assert_int_equal(t.block->lowest_aligned_lba, 7);
    assert_int_equal(t.model.ghc, AHCI_GHC_AE);
    read_all(t.block, DISK_SIZE);
    memset(t.buffer, 0xc3, 2048);
    assert_int_equal(block_write(t.block, 9, t.buffer, 1024), EFI_SUCCESS);
    assert_memory_equal(t.data + 9 * 512, t.buffer, 1024);
    assert_int_equal(block_write(t.block, 13, t.buffer + 1, 1024), EFI_SUCCESS);
    assert_memory_equal(t.data + 13 * 512, t.buffer, 1024);
    assert_int_equal(block_flush(t.block), EFI_SUCCESS);
    assert_int_equal(t.model.ports[2].flushes, 1);
    assert_int_equal(t.model.ports[2].resets, 0);
    t.driver->quiesce(t.instance);
    assert_int_equal(t.model.ports[2].cmd & (AHCI_CMD_ST | AHCI_CMD_FRE), 0);
    assert_false(pci_model_bus_master(&t.model.pci));
}

static void old_and_large_disks(void **state)
{
    add_disk(0, 512)->lba_28 = true;
    add_disk(1, 4096)->no_spin = true;
    plug();
    assert_int_equal(try_start(), EFI_SUCCESS);
    read_all(interface_number(0)->disk, DISK_SIZE);
    assert_int_equal(t.model.ports[0].largest, 256 * 512);
    assert_int_equal(interface_number(1)->disk->block_size, 4096);
    read_all(interface_number(1)->disk, DISK_SIZE);
    assert_null(interface_number(2));
}

static void a_bios_lets_go(void **state)
{
    t.model.cap2 = AHCI_CAP2_BOH;
    t.model.bohc = AHCI_BOHC_BOS | AHCI_BOHC_BB;
    start_one_disk();
    assert_int_equal(t.model.bohc, AHCI_BOHC_OOS);
    t.driver->stop(t.instance);
    t.instance = NULL;
    t.model.bios_keeps_it = true;
    t.model.bohc = AHCI_BOHC_BOS;
    assert_int_equal(try_start(), EFI_SUCCESS);
    read_all(t.block, DISK_SIZE);
}

static void errors_reach_the_caller(void **state)
{
    start_one_disk();
    struct ahci_model_port *port = &t.model.ports[0];
    port->bad_lba = 100;
    port->bad_count = 1;
    assert_int_equal(block_read(t.block, 0, t.buffer, DISK_SIZE), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(t.block, 101, t.buffer, 512), EFI_SUCCESS);
    port->busy_on_error = true;
    assert_int_equal(block_read(t.block, 100, t.buffer, 512), EFI_DEVICE_ERROR);
    assert_int_equal(port->resets, 1);
    assert_int_equal(block_read(t.block, 101, t.buffer, 512), EFI_SUCCESS);
    port->bad_count = 0;
    port->short_count = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    port->short_count = false;
    read_all(t.block, DISK_SIZE);
}

static void waiting_reads_no_register(void **state)
{
    struct ahci_model_port *port = &t.model.ports[0];
    struct block_segment segment = {t.buffer, 4096};
    struct block_pending pending = {
        .request = {.operation = BLOCK_READ, .lba = 8, .segments = &segment, .segment_count = 1}};
    start_one_disk();
    port->silent = true;
    assert_int_equal(block_start(t.block, &pending), EFI_SUCCESS);
    unsigned before = t.model.register_accesses;
    fake_cpu.tsc_step = 100;
    for (unsigned i = 0; i < 1000; i++)
        t.block->operations->poll(t.block);
    assert_int_equal(t.model.register_accesses, before);
    ahci_model_run(&t.model, port);
    assert_int_equal(block_wait(t.block, &pending), EFI_SUCCESS);
    assert_memory_equal(t.buffer, t.data + 4096, 4096);
    assert_in_range(t.model.register_accesses, before + 1, before + 4);
}

static void a_lost_link_is_seen_at_the_next_look(void **state)
{
    struct ahci_model_port *port = &t.model.ports[0];
    struct block_segment segment = {t.buffer, 4096};
    struct block_pending pending = {
        .request = {.operation = BLOCK_READ, .segments = &segment, .segment_count = 1}};
    start_one_disk();
    port->silent = true;
    assert_int_equal(block_start(t.block, &pending), EFI_SUCCESS);
    port->is |= 1u << 30;
    fake_cpu.tsc += 1u << 22;
    t.block->operations->poll(t.block);
    assert_int_equal(pending.status, EFI_DEVICE_ERROR);
    assert_int_equal(block_wait(t.block, &pending), EFI_DEVICE_ERROR);
}

static void a_disk_of_which_nothing_is_received(void **state)
{
    add_disk(0, 512)->receives_nothing = true;
    plug();
    assert_int_equal(try_start(), EFI_SUCCESS);
    read_all(t.block, DISK_SIZE);
}

static void a_silent_disk_recovers(void **state)
{
    start_one_disk();
    struct ahci_model_port *port = &t.model.ports[0];
    port->silent = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_TIMEOUT);
    assert_int_equal(port->cmd & AHCI_CMD_ST, 0);
    port->silent = false;
    read_all(t.block, DISK_SIZE);
    /* It dies in the middle of an error. */
    port->bad_count = 1;
    port->bad_lba = 0;
    port->busy_on_error = port->stays_busy = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    port->stays_busy = port->busy_on_error = false;
    port->bad_count = 0;
    assert_int_equal(t.block->operations->reset(t.block), EFI_SUCCESS);
    read_all(t.block, DISK_SIZE);
}

static unsigned completions;

static void count_success(struct block_request *request, EFI_STATUS status)
{
    assert_int_equal(status, EFI_SUCCESS);
    completions++;
}

static void many_requests_wait(void **state)
{
    start_one_disk();
    struct block_request requests[20];
    struct block_segment segments[20][2];
    completions = 0;
    for (unsigned i = 0; i < 20; i++) {
        segments[i][0] = (struct block_segment){t.buffer + 1024 * i, 200};
        segments[i][1] = (struct block_segment){t.buffer + 1024 * i + 200, 824};
        requests[i] = (struct block_request){.operation = BLOCK_READ,
                                             .lba = 10 + 2 * i,
                                             .segments = segments[i],
                                             .segment_count = 2,
                                             .complete = count_success};
        assert_int_equal(t.block->operations->submit(t.block, &requests[i]), EFI_SUCCESS);
    }
    for (unsigned round = 0; round < 40; round++)
        t.block->operations->poll(t.block);
    assert_int_equal(completions, 20);
    assert_memory_equal(t.buffer, t.data + 10 * 512, 20 * 1024);
}

static void a_cd(void **state)
{
    for (unsigned i = 0; i < 3; i++)
        scsi_model_queue_sense(&t.cd, SCSI_UNIT_ATTENTION, i == 2 ? 0x28 : 0x29, 0);
    t.model.ports[0].wants_direction = true;
    start_cd();
    assert_true(t.block->removable);
    assert_true(t.block->read_only);
    assert_int_equal(t.block->block_size, 2048);
    assert_string_equal(block_serial(t.block), "ATA-23");
    assert_string_equal(t.block->name, "ahci 0000:00:1f.0 port 0");
    read_all(t.block, t.cd.size);
    assert_int_equal(block_write(t.block, 0, t.buffer, 2048), EFI_WRITE_PROTECTED);
    scsi_model_queue_sense(&t.cd, SCSI_UNIT_ATTENTION, 0x29, 0);
    t.cd.not_ready = 5;
    read_all(t.block, t.cd.size);
    t.cd.bad_lba = 7;
    t.cd.bad_count = 1;
    assert_int_equal(block_read(t.block, 7, t.buffer, 2048), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(t.block, 8, t.buffer, 2048), EFI_SUCCESS);
}

static void media_come_and_go(void **state)
{
    uint64_t size = t.cd.size;
    t.cd.no_medium = true;
    start_cd();
    assert_true(t.block->no_medium);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_NO_MEDIA);
    scsi_model_insert(&t.cd, t.data, size);
    fake_cpu.tsc += 1ull << 29;
    t.block->operations->check_medium(t.block);
    assert_false(t.block->no_medium);
    read_all(t.block, size);
    scsi_model_insert(&t.cd, NULL, 0);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_MEDIA_CHANGED);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_NO_MEDIA);
}

static void a_silent_cd_recovers(void **state)
{
    start_cd();
    struct ahci_model_port *port = &t.model.ports[0];
    port->silent = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_TIMEOUT);
    port->silent = false;
    read_all(t.block, t.cd.size);
    t.cd.bad_count = 1;
    port->busy_on_error = port->stays_busy = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(t.block, 0, t.buffer, 2048), EFI_DEVICE_ERROR);
    port->stays_busy = port->busy_on_error = false;
    t.cd.bad_count = 0;
    assert_int_equal(t.block->operations->reset(t.block), EFI_SUCCESS);
    read_all(t.block, t.cd.size);
}

static void a_port_that_never_stops_keeps_its_memory(void **state)
{
    __lsan_disable(); /* it is leaked on purpose */
    start_one_disk();
    __lsan_enable();
    t.model.ports[0].silent = t.model.ports[0].never_stops = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_TIMEOUT);
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_false(pci_model_bus_master(&t.model.pci));
}

static void what_cannot_be_used_is_left_out(void **state)
{
    struct ahci_model_port *port = add_disk(0, 512);
    plug();
    port->stays_busy = true;
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_null(t.block);
    t.driver->stop(t.instance);
    port->stays_busy = false;
    static const uint32_t sizes[] = {1536, 1 << 17};
    for (unsigned i = 0; i < 2; i++) {
        port->sector_size = sizes[i];
        assert_int_equal(try_start(), EFI_SUCCESS);
        assert_null(t.block);
        t.driver->stop(t.instance);
    }
    t.instance = NULL;
    port->sector_size = 512;
    for (size_t n = 0; n < 3; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(try_start(), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    t.model.cap &= ~AHCI_CAP_S64A;
    assert_int_equal(try_start(), EFI_UNSUPPORTED);
    t.model.cap |= AHCI_CAP_S64A;
    assert_int_equal(try_start(), EFI_SUCCESS);
    read_all(t.block, DISK_SIZE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_disk),
        TEST(old_and_large_disks),
        TEST(a_bios_lets_go),
        TEST(errors_reach_the_caller),
        TEST(waiting_reads_no_register),
        TEST(a_lost_link_is_seen_at_the_next_look),
        TEST(a_disk_of_which_nothing_is_received),
        TEST(a_silent_disk_recovers),
        TEST(many_requests_wait),
        TEST(a_cd),
        TEST(media_come_and_go),
        TEST(a_silent_cd_recovers),
        TEST(a_port_that_never_stops_keeps_its_memory),
        TEST(what_cannot_be_used_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
