/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/ahci/ahci.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "models/ahci.h"
#include "models/cpu.h"
#include "models/fuzz_disk.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An AHCI controller that lies about everything, and a user of its disks and CD-ROM. */

#define ECAM      0xe8000000ull
#define DISK_SIZE (64u << 10)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct pci_function *,
                                                          struct device_instance **) = {ahci_start};

static struct fuzz_bytes input;
static uint8_t disk_data[DISK_SIZE];
static struct ahci_model model;

static struct scsi_model cd;

static void release(unsigned what)
{
    model.ports[what >> 3 & 1].silent = what & 32 && what & 64;
    if (what & 16)
        scsi_model_queue_sense(&cd, (uint8_t)fuzz_take(&input, 1), (uint8_t)fuzz_take(&input, 1),
                               (uint8_t)fuzz_take(&input, 1));
    if (what & 64)
        scsi_model_insert(&cd, what & 128 ? disk_data : NULL, DISK_SIZE / 2);
}

static uint64_t lie(void *context, unsigned what, uint64_t honest)
{
    return fuzz_virtio_lie(context, (enum virtio_lie)what, honest);
}

static void make_model(void)
{
    unsigned what = (unsigned)fuzz_take(&input, 1);
    cd = (struct scsi_model){.data = disk_data,
                             .size = DISK_SIZE,
                             .block_size = 2048,
                             .is_cd = true,
                             .removable = true,
                             .no_medium = what & 1};
    model = (struct ahci_model){.memory = hostile_memory, .lie = lie, .lie_context = &input};
    model.ports[0].data = disk_data;
    model.ports[0].size = DISK_SIZE;
    model.ports[0].sector_size = what & 2 ? 4096 : 512;
    model.ports[0].lba_28 = what & 4;
    model.ports[0].busy_on_error = what & 8;
    model.ports[1].packet = &cd;
    model.ports[1].wants_direction = what & 16;
    model.cap2 = what & 32 ? AHCI_CAP2_BOH : 0;
    model.bohc = AHCI_BOHC_BOS;
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
    ahci_model_add(&model, &segment, 1, 0xe7000000);
    const struct pci_segment description = {.ecam = ECAM};
    pci_host_init(&host, &description);
    if (EFI_ERROR(pci_scan_segment(&host)) || list_empty(&host.functions))
        abort();
    struct pci_function *function = LIST_ENTRY(host.functions.next, struct pci_function, link);
    model.pci.corrupt = fuzz_corrupt_config;
    model.pci.corrupt_context = &input;
    const struct pci_driver *driver = pci_driver_find(function);
    model.ports[0].never_stops = hostile_one_in(8);
    model.ports[1].never_stops = hostile_one_in(8);
    model.ports[0].stays_busy = hostile_one_in(16);
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
