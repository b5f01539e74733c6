/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "models/cpu.h"
#include "models/virtio_legacy.h"
#include "models/virtio_pci.h"

/* A machine with one virtio device on PCI and the driver that the table has for it. Aborts where a
 * test could not go on. */
struct virtio_machine {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct virtio_model *virtio;
    struct virtio_pci_model modern;
    struct virtio_legacy_model legacy;
    struct pci_function *function;
    const struct pci_driver *driver;
    struct device_instance *instance;   /* while it is started */
    struct device_interface *interface; /* the first one of it */
};

/* Becomes the bus in use. Then the device's model is set up on `bus`, and plugged. */
void virtio_machine_init(struct virtio_machine *machine);

/* `legacy_id`: 0, or the id of a device of before virtio 1.0. */
void virtio_machine_plug(struct virtio_machine *machine, struct virtio_model *virtio,
                         uint16_t legacy_id);

/* For devices of before virtio 1.0, which cannot hold the host's long pointers: addresses count
 * from bus.dma_offset. */
void virtio_machine_use_low_addresses(struct virtio_machine *machine);

EFI_STATUS virtio_machine_start(struct virtio_machine *machine);
void virtio_machine_stop(struct virtio_machine *machine);

/* Stops the driver, and frees the model's queues. */
void virtio_machine_free(struct virtio_machine *machine);
