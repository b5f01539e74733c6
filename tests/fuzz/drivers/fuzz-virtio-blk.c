/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/blk.h"
#include "models/cpu.h"
#include "models/fuzz_disk.h"
#include "models/virtio_blk.h"
#include "models/virtio_pci.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A disk that lies about everything, and a user that reads, writes, gives up and starts again. */

#define ECAM      0xe8000000ull
#define DISK_SIZE (64u << 10)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start};

static struct fuzz_bytes input;
static uint8_t disk_data[DISK_SIZE];
static struct virtio_blk_model model;

static void release(unsigned what)
{
    model.hold = what & 8;
    virtio_blk_model_release(&model, what & 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bus bus;
    struct pci_model segment;
    struct pci_host host;
    struct virtio_pci_model transport = {0};
    input = (struct fuzz_bytes){data, size};
    model = (struct virtio_blk_model){.data = disk_data, .size = DISK_SIZE};
    bus = (struct bus){0};
    bus_use(&bus);
    fake_cpu_reset();
    fake_cpu.tsc_step = 100000000; /* deadlines pass soon */
    hostile_begin(data, size);

    pci_model_init(&segment, &bus, ECAM, 1, false);
    virtio_blk_model_init(&model, &bus, fuzz_take(&input, 1) & 1 ? 4096 : 512, fuzz_take(&input, 4),
                          (uint16_t)fuzz_take(&input, 2));
    model.virtio.lie = fuzz_virtio_lie;
    model.virtio.lie_context = &input;
    model.virtio.memory = hostile_memory;
    virtio_pci_model_add(&transport, &segment, &model.virtio, 1, 0xe7f80000, false);
    const struct pci_segment description = {.ecam = ECAM};
    pci_host_init(&host, &description);
    if (EFI_ERROR(pci_scan_segment(&host)) || list_empty(&host.functions))
        abort();
    struct pci_function *function = LIST_ENTRY(host.functions.next, struct pci_function, link);
    transport.pci.corrupt = fuzz_corrupt_config;
    transport.pci.corrupt_context = &input;
    const struct pci_driver *driver = pci_driver_find(function);
    /* What cannot be reset keeps its memory, on purpose. */
    model.virtio.never_resets = hostile_one_in(8);
    if (model.virtio.never_resets)
        __lsan_disable();
    for (unsigned i = 0; i < 3; i++) {
        struct device_instance *instance;
        if (!EFI_ERROR(driver->start(function, &instance)))
            fuzz_disk_use(&input, driver, instance, release);
    }

    if (model.virtio.never_resets)
        __lsan_enable();
    hostile_end();
    pool_free(function);
    pci_host_forget_ranges(&host);
    virtio_blk_model_free(&model);
    bus_use(NULL);
    return 0;
}
