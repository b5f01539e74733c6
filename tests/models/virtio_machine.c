/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_machine.h"

#include <stdlib.h>
#include <string.h>

#include "core/pool.h"
#include "models/windows.h"

#define ECAM        0xe8000000ull
#define BAR_ADDRESS 0x3fffff800000ull
#define PORTS       0xc040

void virtio_machine_init(struct virtio_machine *machine)
{
    memset(machine, 0, sizeof *machine);
    fake_cpu_reset();
    bus_use(&machine->bus);
    pci_model_init(&machine->pci, &machine->bus, ECAM, 1, false);
    list_init(&machine->host.functions);
}

void virtio_machine_use_low_addresses(struct virtio_machine *machine)
{
    /* 44 bits of address are enough for what the heap gives. */
    void *sample = pool_alloc_pages(3 * 4096);
    machine->bus.dma_offset = (uint64_t)(uintptr_t)sample & ~0xfffffffffffull;
    pool_free_pages(sample, 3 * 4096);
}

void virtio_machine_plug(struct virtio_machine *machine, struct virtio_model *virtio,
                         uint16_t legacy_id)
{
    static const struct pci_window ports[] = {{0xc000, 0x1000, PCI_WINDOW_IO}};
    const struct pci_segment segment = {.ecam = ECAM, WINDOWS(ports)};
    machine->virtio = virtio;
    if (legacy_id != 0) {
        virtio->offered &= ~VIRTIO_F_VERSION_1;
        virtio_legacy_model_add(&machine->legacy, &machine->pci, virtio, legacy_id, 3, PORTS);
        virtio_machine_use_low_addresses(machine);
    } else {
        virtio_pci_model_add(&machine->modern, &machine->pci, virtio, 3, BAR_ADDRESS, true);
    }
    pci_host_init(&machine->host, &segment);
    if (EFI_ERROR(pci_scan_segment(&machine->host)) || list_empty(&machine->host.functions))
        abort();
    machine->function = LIST_ENTRY(machine->host.functions.next, struct pci_function, link);
    machine->driver = pci_driver_find(machine->function);
    if (machine->driver == NULL)
        abort();
}

EFI_STATUS virtio_machine_start(struct virtio_machine *machine)
{
    struct device_instance *instance;
    EFI_STATUS status = machine->driver->start(machine->function, &instance);
    if (EFI_ERROR(status))
        return status;
    machine->instance = instance;
    machine->interface = LIST_ENTRY(instance->interfaces.next, struct device_interface, link);
    return EFI_SUCCESS;
}

void virtio_machine_stop(struct virtio_machine *machine)
{
    machine->driver->stop(machine->instance);
    machine->instance = NULL;
    machine->interface = NULL;
}

void virtio_machine_free(struct virtio_machine *machine)
{
    if (machine->instance != NULL)
        virtio_machine_stop(machine);
    if (machine->virtio != NULL)
        virtio_model_free(machine->virtio);
    LIST_FOR_EACH_SAFE(node, &machine->host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&machine->host);
    bus_use(NULL);
}
