/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "drivers/virtio/blk.h"
#include "drivers/virtio/mmio.h"
#include "models/fuzz_disk.h"
#include "models/virtio_blk.h"
#include "models/virtio_machine.h"
#include "models/virtio_mmio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A disk that lies about everything, over the transports beside modern PCI: ports of before virtio
 * 1.0, and MMIO of both versions. */

#define BASE      0xfeb00e00ull
#define DISK_SIZE (64u << 10)
#define LEGACY_ID 0x1001u

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start};

static struct fuzz_bytes input;
static uint8_t disk_data[DISK_SIZE];
static struct virtio_blk_model model;
static struct virtio_machine machine;

static void release(unsigned what)
{
    model.hold = what & 8;
    virtio_blk_model_release(&model, what & 16);
}

static void use_ports(void)
{
    virtio_machine_plug(&machine, &model.virtio, LEGACY_ID);
    model.virtio.memory = hostile_memory;
    machine.legacy.pci.corrupt = fuzz_corrupt_config;
    machine.legacy.pci.corrupt_context = &input;
    for (unsigned i = 0; i < 3; i++) {
        struct device_instance *instance;
        if (!EFI_ERROR(machine.driver->start(machine.function, &instance)))
            fuzz_disk_use(&input, machine.driver, instance, release);
    }
}

/* The size of the place is the host's word, too. */
static void use_mmio(bool legacy)
{
    static const struct pci_driver driver = {.stop = virtio_blk_stop};
    static struct virtio_mmio_model mmio;
    struct virtio_mmio_place place = {.base = BASE, .size = VIRTIO_MMIO_MODEL_SIZE};
    model.virtio.legacy = legacy;
    if (legacy)
        virtio_machine_use_low_addresses(&machine);
    machine.virtio = &model.virtio;
    virtio_mmio_model_add(&mmio, &machine.bus, &model.virtio, BASE);
    model.virtio.memory = hostile_memory;
    if (fuzz_take(&input, 1) > 0xf0)
        place.size = fuzz_take(&input, 2);
    for (unsigned i = 0; i < 3; i++) {
        struct virtio_device *device;
        struct device_instance *instance;
        if (!EFI_ERROR(virtio_mmio_probe(&place)) &&
            !EFI_ERROR(virtio_mmio_open(&place, &device)) &&
            !EFI_ERROR(virtio_blk_start(device, &instance)))
            fuzz_disk_use(&input, &driver, instance, release);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = (struct fuzz_bytes){data, size};
    virtio_machine_init(&machine);
    fake_cpu.tsc_step = 100000000; /* deadlines pass soon */
    hostile_begin(data, size);
    unsigned transport = (unsigned)fuzz_take(&input, 1) % 3;
    model = (struct virtio_blk_model){.data = disk_data, .size = DISK_SIZE};
    virtio_blk_model_init(&model, &machine.bus, fuzz_take(&input, 1) & 1 ? 4096 : 512,
                          fuzz_take(&input, 4), (uint16_t)fuzz_take(&input, 2));
    model.virtio.lie = fuzz_virtio_lie;
    model.virtio.lie_context = &input;
    /* What cannot be reset keeps its memory, on purpose. */
    model.virtio.never_resets = hostile_one_in(8);
    if (model.virtio.never_resets)
        __lsan_disable();
    if (transport == 0)
        use_ports();
    else
        use_mmio(transport == 2);
    if (model.virtio.never_resets)
        __lsan_enable();
    hostile_end();
    virtio_machine_free(&machine);
    return 0;
}
