/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "drivers/virtio/blk.h"
#include "host/pool.h"
#include "models/cpu.h"
#include "models/windows.h"
#include "unit/drivers/virtio_blk_fixture.h"

#define ECAM 0xe8000000ull

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start};

struct virtio_blk_fixture t;

int set_up(void **state)
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

int tear_down(void **state)
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
    static const struct pci_window ports[] = {{0xc000, 0x1000, PCI_WINDOW_IO}};
    const struct pci_segment segment = {.ecam = ECAM, WINDOWS(ports)};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    t.function = LIST_ENTRY(t.host.functions.next, struct pci_function, link);
    t.driver = pci_driver_find(t.function);
    assert_non_null(t.driver);
    assert_string_equal(t.driver->name, "virtio-blk");
    assert_int_equal(t.driver->class, DEVICE_DISK);
}

void plug(uint32_t block_size, uint64_t features, uint16_t queue_size)
{
    virtio_blk_model_init(&t.disk, &t.bus, block_size, features, queue_size);
    virtio_pci_model_add(&t.transport, &t.pci, &t.disk.virtio, 3, 0xe7f80000, false);
    find_function();
}

void plug_legacy(uint32_t block_size, uint64_t features, uint16_t queue_size, uint16_t base)
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

EFI_STATUS try_start(void)
{
    struct device_instance *instance;
    EFI_STATUS status = t.driver->start(t.function, &instance);
    if (!EFI_ERROR(status)) {
        t.instance = instance;
        t.block = LIST_ENTRY(instance->interfaces.next, struct device_interface, link)->disk;
    }
    return status;
}

void start(uint32_t block_size, uint64_t features, uint16_t queue_size)
{
    plug(block_size, features, queue_size);
    assert_int_equal(try_start(), EFI_SUCCESS);
}

void completed(struct block_request *request, EFI_STATUS status)
{
    struct result *result = request->context;
    result->completions++;
    result->status = status;
}

EFI_STATUS submit(struct result *r, enum block_operation operation, uint64_t lba,
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

EFI_STATUS run(enum block_operation operation, uint64_t lba, void *data, size_t size)
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

void read_and_write(uint32_t block_size)
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

void refuse(EFI_STATUS expected)
{
    assert_int_equal(try_start(), expected);
    assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
}
