/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/scsi.h"
#include "models/cpu.h"
#include "models/fuzz_disk.h"
#include "models/virtio_pci.h"
#include "models/virtio_scsi.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Disks behind virtio-scsi that lie about everything, and a user that reads, writes, gives up and
 * starts again. */

#define ECAM      0xe8000000ull
#define DISK_SIZE (64u << 10)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_scsi_start};

static struct fuzz_bytes input;
static uint8_t disk_data[DISK_SIZE];
static struct virtio_scsi_model model;
static struct scsi_model units[3];

static void release(unsigned what)
{
    model.hold = what & 8;
    virtio_scsi_model_release(&model, what & 16);
    if (what & 32)
        scsi_model_queue_sense(&units[what >> 6 & 1], (uint8_t)fuzz_take(&input, 1),
                               (uint8_t)fuzz_take(&input, 1), (uint8_t)fuzz_take(&input, 1));
    if (what & 64)
        scsi_model_insert(&units[2], what & 128 ? disk_data : NULL, DISK_SIZE / 2);
}

static void add_units(void)
{
    unsigned what = (unsigned)fuzz_take(&input, 1);
    for (unsigned i = 0; i < 3; i++) {
        units[i] = (struct scsi_model){
            .data = disk_data,
            .size = DISK_SIZE,
            .block_size = i == 0   ? 512
                          : i == 1 ? 4096
                                   : 2048,
            .is_cd = i == 2,
            .removable = i == 2,
            .no_medium = i == 2 && (what & 1),
            .huge = i == 1,
            .no_cache = what & 2,
            .needs_start = what & 4,
            .serial = "serial",
            .not_ready = what & 8 ? 3 : 0,
        };
        virtio_scsi_model_add(&model, (uint8_t)i, i == 1 ? 300 : 0, &units[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bus bus;
    struct pci_model segment;
    struct pci_host host;
    struct virtio_pci_model transport = {0};
    input = (struct fuzz_bytes){data, size};
    model = (struct virtio_scsi_model){.max_target = 3};
    bus = (struct bus){0};
    bus_use(&bus);
    fake_cpu_reset();
    fake_cpu.tsc_step = 100000000; /* deadlines pass soon */
    hostile_begin(data, size);

    pci_model_init(&segment, &bus, ECAM, 1, false);
    add_units();
    virtio_scsi_model_init(&model, &bus, (uint16_t)fuzz_take(&input, 2),
                           (uint32_t)fuzz_take(&input, 1), 0);
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
    virtio_model_free(&model.virtio);
    bus_use(NULL);
    return 0;
}
