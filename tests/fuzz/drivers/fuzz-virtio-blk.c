/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>

#include "core/block.h"
#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/blk.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"
#include "models/virtio_blk.h"
#include "models/virtio_pci.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A disk that lies about everything, and a user that reads, writes, gives up and starts again. */

#define ECAM      0xe8000000ull
#define DISK_SIZE (64u << 10)
#define REQUESTS  8u

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start};

static struct fuzz_bytes input;
static uint8_t disk_data[DISK_SIZE];

struct slot {
    struct block_request request;
    struct block_segment segments[2];
    bool busy;
};

static struct slot slots[REQUESTS];

static void completed(struct block_request *request, EFI_STATUS status)
{
    struct slot *slot = request->context;
    if (!slot->busy)
        abort(); /* twice */
    slot->busy = false;
    for (unsigned i = 0; i < 2; i++)
        free(slot->segments[i].base);
}

static uint32_t corrupt_config(void *context, unsigned offset, unsigned width, uint32_t honest)
{
    uint64_t choice = fuzz_take(&input, 1);
    if (choice < 0xf8)
        return honest;
    return (uint32_t)(choice < 0xfc ? honest ^ 1u << fuzz_take(&input, 1) % 32
                                    : fuzz_take(&input, 4));
}

/* Buffers of exactly their size, so that ASan sees a byte too many. */
static void submit(struct block_device *block, unsigned operation, struct slot *slot)
{
    if (slot->busy)
        return;
    for (unsigned i = 0; i < 2; i++) {
        size_t size = fuzz_take(&input, 2) % 8192;
        if (i == 0)
            size &= ~(size_t)511;
        else if (size % 2 == 0)
            size = 0;
        else
            size = (8192 - slot->segments[0].size) & ~(size_t)511;
        slot->segments[i].size = size;
        slot->segments[i].base = calloc(1, size > 0 ? size : 1);
    }
    slot->request = (struct block_request){
        .operation = (enum block_operation)(operation % 4),
        .lba = fuzz_take(&input, 1),
        .block_count = fuzz_take(&input, 1),
        .segments = slot->segments,
        .segment_count = 2,
        .complete = completed,
        .context = slot,
    };
    slot->busy = true;
    EFI_STATUS status = block->operations->submit(block, &slot->request);
    if (EFI_ERROR(status))
        completed(&slot->request, status);
}

static void use(const struct pci_driver *driver, struct pci_function *function,
                struct virtio_blk_model *model)
{
    struct device_instance *instance;
    if (EFI_ERROR(driver->start(function, &instance)))
        return;
    struct block_device *block =
        LIST_ENTRY(instance->interfaces.next, struct device_interface, link)->disk;
    for (unsigned step = 0; step < 64 && input.size > 0; step++) {
        unsigned what = (unsigned)fuzz_take(&input, 1);
        switch (what % 8) {
        case 5:
            model->hold = what & 8;
            virtio_blk_model_release(model, what & 16);
            break;
        case 6:
            block->operations->poll(block);
            break;
        case 7:
            if (what > 0xf0)
                block->operations->abort(block, EFI_TIMEOUT);
            else if (what > 0xd0)
                (void)!block->operations->reset(block);
            else if (what > 0xa0)
                block->operations->check_medium(block);
            else
                (void)block_serial(block);
            break;
        default:
            submit(block, what % 8, &slots[what / 8 % REQUESTS]);
            break;
        }
    }
    virtio_blk_model_release(model, false);
    block->operations->poll(block);
    driver->stop(instance);
    for (unsigned i = 0; i < REQUESTS; i++) {
        if (slots[i].busy)
            abort(); /* never completed */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bus bus;
    struct pci_model segment;
    struct pci_host host;
    struct virtio_blk_model model = {.data = disk_data, .size = DISK_SIZE};
    struct virtio_pci_model transport = {0};
    input = (struct fuzz_bytes){data, size};
    bus = (struct bus){0};
    bus_use(&bus);
    fake_cpu_reset();
    fake_cpu.tsc_step = 100000000; /* deadlines pass soon */

    pci_model_init(&segment, &bus, ECAM, 1, false);
    virtio_blk_model_init(&model, &bus, fuzz_take(&input, 1) & 1 ? 4096 : 512, fuzz_take(&input, 4),
                          (uint16_t)fuzz_take(&input, 2));
    model.virtio.lie = fuzz_virtio_lie;
    model.virtio.lie_context = &input;
    virtio_pci_model_add(&transport, &segment, &model.virtio, 1, 0xe7f80000, false);
    const struct pci_segment description = {.ecam = ECAM};
    pci_host_init(&host, &description);
    if (EFI_ERROR(pci_scan_segment(&host)) || list_empty(&host.functions))
        abort();
    struct pci_function *function = LIST_ENTRY(host.functions.next, struct pci_function, link);
    transport.pci.corrupt = corrupt_config;
    const struct pci_driver *driver = pci_driver_find(function);
    for (unsigned i = 0; i < 3; i++)
        use(driver, function, &model);

    pool_free(function);
    pci_host_forget_ranges(&host);
    virtio_blk_model_free(&model);
    bus_use(NULL);
    return 0;
}
