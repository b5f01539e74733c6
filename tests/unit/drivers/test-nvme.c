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
#include "drivers/nvme/nvme.h"
#include "drivers/pci/pci.h"
#include "host/pool.h"
#include "models/cpu.h"
#include "models/nvme.h"
#include "platform/machine.h"

#define ECAM      0xe8000000ull
#define DISK_SIZE (10u << 20)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct pci_function *,
                                                          struct device_instance **) = {nvme_start};

static struct {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct nvme_model model;
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
    t.buffer = aligned_alloc(4096, DISK_SIZE);
    assert_non_null(t.data);
    assert_non_null(t.buffer);
    for (unsigned i = 0; i < DISK_SIZE; i++)
        t.data[i] = (uint8_t)(i >> 9 ^ i);
    t.model.namespaces[0] = (struct nvme_model_namespace){
        .id = 1, .data = t.data, .size = DISK_SIZE, .exponent = 9, .eui64 = 0x0102030405060708};
    t.model.namespace_count = 1;
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

static void plug(uint16_t mqes, unsigned stride)
{
    nvme_model_add(&t.model, &t.pci, 4, 0x800000000ull, mqes, stride);
    const struct pci_segment segment = {.ecam = ECAM};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    t.function = LIST_ENTRY(t.host.functions.next, struct pci_function, link);
    t.driver = pci_driver_find(t.function);
    assert_non_null(t.driver);
    assert_string_equal(t.driver->name, "nvme");
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

static void start(void)
{
    plug(1023, 0);
    assert_int_equal(try_start(), EFI_SUCCESS);
    assert_non_null(t.block);
}

/* From every place in a page, and as long as it goes. */
static void read_write(struct block_device *block, const uint8_t *data, uint64_t size)
{
    uint32_t bs = block->block_size;
    assert_int_equal(block->block_count, size / bs);
    for (unsigned offset = 0; offset < 16; offset++) {
        memset(t.buffer, 0x5a, 65536);
        assert_int_equal(block_read(block, 3, t.buffer + offset, 4 * bs), EFI_SUCCESS);
        assert_memory_equal(t.buffer + offset, data + 3 * bs, 4 * bs);
        assert_int_equal(t.buffer[offset + 4 * bs], 0x5a);
        size_t large = size / 2;
        assert_int_equal(block_read(block, 1, t.buffer + 4096 - 8 + offset, large), EFI_SUCCESS);
        assert_memory_equal(t.buffer + 4096 - 8 + offset, data + bs, large);
    }
    uint8_t piece[600];
    assert_int_equal(block_read_bytes(block, 777, piece, sizeof piece), EFI_SUCCESS);
    assert_memory_equal(piece, data + 777, sizeof piece);
    for (unsigned i = 0; i < sizeof piece; i++)
        piece[i] ^= 0xff;
    assert_int_equal(block_write_bytes(block, 777, piece, sizeof piece), EFI_SUCCESS);
    assert_memory_equal(piece, data + 777, sizeof piece);
    assert_int_equal(block_read(block, block->block_count, t.buffer, bs), EFI_INVALID_PARAMETER);
    assert_int_equal(block_flush(block), EFI_SUCCESS);
    assert_false(t.bus.failed);
}

static void a_disk_is_found(void **state)
{
    plug(1023, 0);
    uint64_t config = pci_access_count();
    assert_int_equal(try_start(), EFI_SUCCESS);
    print_message("nvme start: %u configuration accesses, %u register accesses\n",
                  (unsigned)(pci_access_count() - config), t.model.register_accesses);
    assert_in_range(t.model.register_accesses, 1, 40);
    struct device_interface *interface = interface_number(0);
    assert_int_equal(interface->unit.kind, UNIT_NVME);
    assert_int_equal(interface->unit.nvme.namespace_id, 1);
    assert_int_equal(interface->unit.nvme.eui64, 0x0102030405060708);
    assert_string_equal(t.block->name, "nvme 0000:00:04.0 namespace 1");
    assert_string_equal(block_serial(t.block), "NVME-17");
    assert_int_equal(t.block->block_size, 512);
    assert_true(t.block->volatile_cache);
    assert_false(t.block->can_erase);
    read_write(t.block, t.data, DISK_SIZE);
    assert_int_equal(t.model.flushes, 1);
    assert_int_equal(t.model.largest, 1 << 20);
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_int_equal(t.model.shutdowns, 1);
    assert_int_equal(t.model.cc & NVME_CC_EN, 0);
}

static void limits_are_kept(void **state)
{
    t.model.mdts = 2;
    t.model.namespaces[0].exponent = 12;
    plug(1, 3); /* two entries: one command at a time */
    assert_int_equal(try_start(), EFI_SUCCESS);
    read_write(t.block, t.data, DISK_SIZE);
    assert_int_equal(t.model.largest, 16384);
}

static void several_namespaces(void **state)
{
    t.model.namespace_count = 4;
    t.model.namespaces[1] = (struct nvme_model_namespace){
        .id = 3, .data = t.data, .size = DISK_SIZE, .exponent = 12, .read_only = true};
    t.model.namespaces[2] = (struct nvme_model_namespace){
        .id = 4, .data = t.data, .size = DISK_SIZE, .exponent = 9, .metadata = 8};
    t.model.namespaces[3] =
        (struct nvme_model_namespace){.id = 7, .data = t.data, .size = DISK_SIZE, .exponent = 20};
    plug(63, 0);
    for (unsigned i = 0; i < 2; i++) {
        t.model.no_list = i;
        assert_int_equal(try_start(), EFI_SUCCESS);
        assert_int_equal(interface_number(1)->unit.nvme.namespace_id, 3);
        assert_null(interface_number(2));
        struct block_device *other = interface_number(1)->disk;
        assert_int_equal(other->block_size, 4096);
        assert_true(other->read_only);
        assert_int_equal(block_read(other, 1, t.buffer, 8192), EFI_SUCCESS);
        assert_memory_equal(t.buffer, t.data + 4096, 8192);
        assert_int_equal(block_write(other, 1, t.buffer, 4096), EFI_WRITE_PROTECTED);
        other->read_only = false; /* the device knows better */
        assert_int_equal(block_write(other, 1, t.buffer, 4096), EFI_WRITE_PROTECTED);
        t.driver->stop(t.instance);
        t.instance = NULL;
    }
}

struct result {
    struct block_request request;
    struct block_segment segment;
    unsigned completions;
    EFI_STATUS status;
};

static void completed(struct block_request *request, EFI_STATUS status)
{
    struct result *result = request->context;
    result->completions++;
    result->status = status;
}

static void submit(struct result *r, enum block_operation operation, uint64_t lba, void *data,
                   size_t size)
{
    *r = (struct result){.segment = {data, size}};
    r->request = (struct block_request){.operation = operation,
                                        .lba = lba,
                                        .segments = &r->segment,
                                        .segment_count = 1,
                                        .complete = completed,
                                        .context = r};
    assert_int_equal(t.block->operations->submit(t.block, &r->request), EFI_SUCCESS);
}

static void many_requests_complete_out_of_order(void **state)
{
    start();
    t.model.hold = true;
    static struct result r[100];
    for (unsigned i = 0; i < 100; i++)
        submit(&r[i], BLOCK_READ, 10 + 2 * i, t.buffer + 1024 * i + (i % 30 == 29),
               1024 - 512 * (i % 30 == 29));
    assert_in_range(t.model.held_count, 20, 32);
    for (unsigned round = 0; round < 60; round++) {
        nvme_model_release(&t.model, true);
        t.block->operations->poll(t.block);
    }
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(r[i].completions, 1);
        assert_int_equal(r[i].status, EFI_SUCCESS);
        assert_memory_equal(r[i].segment.base, t.data + 512 * (10 + 2 * i), r[i].segment.size);
    }
    assert_false(t.bus.failed);
}

static void errors_reach_the_caller(void **state)
{
    start();
    t.model.bad_lba = 5000;
    t.model.bad_count = 1;
    assert_int_equal(block_read(t.block, 0, t.buffer, 8 << 20), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(t.block, 5001, t.buffer, 512), EFI_SUCCESS);
    t.model.namespaces[0].size = 4096;
    assert_int_equal(block_read(t.block, 5001, t.buffer, 512), EFI_DEVICE_ERROR);
    host_fail_allocation_after(0);
    assert_int_equal(block_read(t.block, 0, t.buffer + 1, 512), EFI_OUT_OF_RESOURCES);
}

static void a_silent_controller_recovers(void **state)
{
    start();
    t.model.silent = true;
    static struct result r[40];
    for (unsigned i = 0; i < 40; i++)
        submit(&r[i], BLOCK_READ, i, t.buffer, 512);
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(r[i].completions, 1);
        assert_int_equal(r[i].status, EFI_TIMEOUT);
    }
    assert_int_equal(t.model.cc & NVME_CC_EN, 0);
    t.model.silent = false;
    read_write(t.block, t.data, DISK_SIZE);
    assert_int_equal(t.model.enables, 2);
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    t.model.never_starts = true;
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.model.never_starts = false;
    assert_int_equal(t.block->operations->reset(t.block), EFI_SUCCESS);
    read_write(t.block, t.data, DISK_SIZE);
}

static uint64_t lie_about(void *context, unsigned what, uint64_t honest)
{
    const uint64_t *lie = context;
    return what == lie[0] ? lie[1] : honest;
}

static void completions_against_the_rules(void **state)
{
    static const uint64_t lies[][2] = {
        {NVME_LIE_ID, 40}, {NVME_LIE_ID, 65535}, {NVME_LIE_ID, 2}, {NVME_LIE_EXTRA, 1}};
    start();
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        t.model.lie = lie_about;
        t.model.lie_context = (void *)lies[i];
        EFI_STATUS status = block_read(t.block, 0, t.buffer, 512);
        assert_int_equal(status, lies[i][0] == NVME_LIE_EXTRA ? EFI_SUCCESS : EFI_DEVICE_ERROR);
        t.model.lie = NULL;
        t.block->operations->poll(t.block);
        assert_int_equal(t.block->operations->reset(t.block), EFI_SUCCESS);
        read_write(t.block, t.data, DISK_SIZE);
    }
}

static void a_controller_that_never_stops_keeps_its_memory(void **state)
{
    __lsan_disable(); /* it is leaked on purpose */
    start();
    __lsan_enable();
    t.model.silent = t.model.never_stops = true;
    static struct result r;
    submit(&r, BLOCK_READ, 0, t.buffer, 512);
    t.block->operations->abort(t.block, EFI_TIMEOUT);
    assert_int_equal(r.status, EFI_TIMEOUT);
    assert_false(pci_model_bus_master(&t.model.pci));
    assert_int_equal(block_read(t.block, 0, t.buffer, 512), EFI_DEVICE_ERROR);
    t.driver->stop(t.instance);
    t.instance = NULL;
}

/* Nobody waits for what was unplugged; its requests end. */
static void an_unplugged_controller_is_given_up(void **state)
{
    __lsan_disable(); /* what it might write to is leaked on purpose */
    start();
    __lsan_enable();
    static struct result r;
    t.model.silent = true;
    submit(&r, BLOCK_WRITE, 0, t.buffer, 512);
    t.model.gone = true;
    uint64_t begin = fake_cpu.tsc;
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_int_equal(r.status, EFI_ABORTED);
    assert_true(fake_cpu.tsc - begin < 100000000); /* a tenth of a second */
}

static void refuse(EFI_STATUS expected)
{
    assert_int_equal(try_start(), expected);
    assert_int_equal(pci_model_get32(&t.model.pci, PCI_COMMAND) & 0xffff, 0);
}

static void unusable_controllers_are_refused(void **state)
{
    plug(1023, 0);
    uint64_t honest = t.model.capabilities;
    static const uint64_t capabilities[] = {UINT64_MAX,
                                            0,
                                            1023,
                                            NVME_CAP_NVM,
                                            NVME_CAP_NVM | 1023 | 1ull << 48,
                                            NVME_CAP_NVM | 1023 | 0xfull << 32};
    for (unsigned i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++) {
        t.model.capabilities = capabilities[i];
        refuse(EFI_UNSUPPORTED);
    }
    t.model.capabilities = honest;
    t.model.never_starts = true;
    refuse(EFI_TIMEOUT);
    t.model.never_starts = false;
    t.model.fatal = true;
    refuse(EFI_DEVICE_ERROR);
    t.model.fatal = false;
    t.model.silent = true;
    refuse(EFI_TIMEOUT);
    t.model.silent = false;
    for (size_t n = 0; n < 5; n++) {
        host_fail_allocation_after(n);
        refuse(EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    t.model.no_shutdown = true;
    assert_int_equal(try_start(), EFI_SUCCESS);
    host_fail_allocation_after(0);
    t.driver->quiesce(t.instance);
    assert_false(pci_model_bus_master(&t.model.pci));
    assert_int_equal(t.model.csts, 0);
    host_fail_allocation_after(SIZE_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_disk_is_found),
        TEST(limits_are_kept),
        TEST(several_namespaces),
        TEST(many_requests_complete_out_of_order),
        TEST(errors_reach_the_caller),
        TEST(a_silent_controller_recovers),
        TEST(completions_against_the_rules),
        TEST(a_controller_that_never_stops_keeps_its_memory),
        TEST(an_unplugged_controller_is_given_up),
        TEST(unusable_controllers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
