/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/character.h"
#include "core/pool.h"
#include "core/random.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/console.h"
#include "drivers/virtio/rng.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"
#include "models/hostile.h"
#include "models/virtio_console.h"
#include "models/virtio_pci.h"
#include "models/virtio_rng.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A console or an entropy source that lies about everything. */

#define ECAM 0xe8000000ull

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_rng_start, virtio_console_start};

static struct fuzz_bytes input;

/* Buffers of exactly their size, so that ASan sees a byte too many. */
static void use(struct device_interface *interface, struct virtio_console_model *model)
{
    unsigned what = (unsigned)fuzz_take(&input, 1);
    size_t size = fuzz_take(&input, 2) % 1024;
    uint8_t *buffer = calloc(1, size > 0 ? size : 1);
    uint16_t columns, rows;
    if (interface->class == DEVICE_RANDOM) {
        (void)!interface->random->operations->read(interface->random, buffer, size);
    } else if (what < 0x60) {
        if (interface->console->operations->write(interface->console, buffer, size) > size)
            abort();
    } else if (what < 0xc0) {
        if (interface->console->operations->read(interface->console, buffer, size) > size)
            abort();
    } else if (what < 0xf0) {
        virtio_console_model_type(model, (const char *)buffer, size);
        model->not_reading = what & 1;
    } else {
        interface->console->operations->get_size(interface->console, &columns, &rows);
    }
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bus bus = {0};
    struct pci_model segment;
    struct pci_host host;
    struct virtio_pci_model transport = {0};
    static struct virtio_console_model console;
    struct virtio_rng_model rng = {0};
    console = (struct virtio_console_model){0};
    input = (struct fuzz_bytes){data, size};
    bus_use(&bus);
    fake_cpu_reset();
    fake_cpu.tsc_step = 100000000;
    hostile_begin(data, size);

    pci_model_init(&segment, &bus, ECAM, 1, false);
    struct virtio_model *virtio = &console.virtio;
    if (fuzz_take(&input, 1) & 1) {
        virtio = &rng.virtio;
        virtio_rng_model_init(&rng, &bus, (uint16_t)fuzz_take(&input, 2));
    } else {
        virtio_console_model_init(&console, &bus, fuzz_take(&input, 1));
    }
    virtio->lie = fuzz_virtio_lie;
    virtio->lie_context = &input;
    virtio->memory = hostile_memory;
    virtio_pci_model_add(&transport, &segment, virtio, 1, 0xe7f80000, false);
    const struct pci_segment description = {.ecam = ECAM};
    pci_host_init(&host, &description);
    if (EFI_ERROR(pci_scan_segment(&host)) || list_empty(&host.functions))
        abort();
    struct pci_function *function = LIST_ENTRY(host.functions.next, struct pci_function, link);
    transport.pci.corrupt = fuzz_corrupt_config;
    transport.pci.corrupt_context = &input;
    const struct pci_driver *driver = pci_driver_find(function);
    /* What cannot be reset keeps its memory, on purpose. */
    virtio->never_resets = hostile_one_in(8);
    if (virtio->never_resets)
        __lsan_disable();
    for (unsigned i = 0; i < 3; i++) {
        struct device_instance *instance;
        if (EFI_ERROR(driver->start(function, &instance)))
            continue;
        for (unsigned step = 0; step < 32 && input.size > 0; step++)
            use(LIST_ENTRY(instance->interfaces.next, struct device_interface, link), &console);
        driver->stop(instance);
    }
    if (virtio->never_resets)
        __lsan_enable();
    hostile_end();
    pool_free(function);
    pci_host_forget_ranges(&host);
    virtio_model_free(virtio);
    bus_use(NULL);
    return 0;
}
