/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/nvme/nvme.h"
#include "drivers/pci/pci.h"
#include "models/cpu.h"
#include "models/fuzz_disk.h"
#include "models/nvme.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An NVMe controller that lies about everything, and a user of its namespaces. */

#define ECAM      0xe8000000ull
#define DISK_SIZE (64u << 10)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct pci_function *,
                                                          struct device_instance **) = {nvme_start};

static struct fuzz_bytes input;
static uint8_t disk_data[DISK_SIZE];
static struct nvme_model model;

static void release(unsigned what)
{
    model.hold = what & 8;
    nvme_model_release(&model, what & 16);
    model.silent = what & 32 && what & 64;
}

static uint64_t lie(void *context, unsigned what, uint64_t honest)
{
    return fuzz_virtio_lie(context, (enum virtio_lie)what, honest);
}

static void make_model(void)
{
    unsigned what = (unsigned)fuzz_take(&input, 1);
    model = (struct nvme_model){
        .namespaces = {{.id = 1, .data = disk_data, .size = DISK_SIZE, .exponent = 9},
                       {.id = 2, .data = disk_data, .size = DISK_SIZE, .exponent = 12}},
        .namespace_count = 2,
        .mdts = what & 7,
        .no_list = what & 8,
        .lie = lie,
        .memory = hostile_memory,
        .lie_context = &input,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bus bus = {0};
    struct pci_model segment;
    struct pci_host host;
    input = (struct fuzz_bytes){data, size};
    bus_use(&bus);
    fake_cpu_reset();
    fake_cpu.tsc_step = 100000000; /* deadlines pass soon */
    hostile_begin(data, size);

    pci_model_init(&segment, &bus, ECAM, 1, false);
    make_model();
    nvme_model_add(&model, &segment, 1, 0x800000000ull, (uint16_t)fuzz_take(&input, 1),
                   (unsigned)fuzz_take(&input, 1) % 4);
    const struct pci_segment description = {.ecam = ECAM};
    pci_host_init(&host, &description);
    if (EFI_ERROR(pci_scan_segment(&host)) || list_empty(&host.functions))
        abort();
    struct pci_function *function = LIST_ENTRY(host.functions.next, struct pci_function, link);
    model.pci.corrupt = fuzz_corrupt_config;
    model.pci.corrupt_context = &input;
    const struct pci_driver *driver = pci_driver_find(function);
    model.never_stops = hostile_one_in(8);
    model.never_starts = hostile_one_in(32);
    model.no_shutdown = hostile_one_in(8);
    /* What cannot be stopped keeps its memory, on purpose. */
    __lsan_disable();
    for (unsigned i = 0; i < 2; i++) {
        struct device_instance *instance;
        if (!EFI_ERROR(driver->start(function, &instance)))
            fuzz_disk_use(&input, driver, instance, release);
    }

    __lsan_enable();
    hostile_end();
    pool_free(function);
    pci_host_forget_ranges(&host);
    bus_use(NULL);
    return 0;
}
