/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "lib/table.h"

/* Drivers register in the linker table `pci_drivers` and know nothing of EFI; src/efi wraps each
 * one into a driver binding and each interface of a started device into a handle with protocols. */

struct block_device;
struct character_device;
struct fuse_device;
struct net_device;
struct pci_function;
struct random_device;
struct virtio_device;

/* What a controller gives, known without starting it: who looks for disks starts only these. One of
 * disks may give file systems instead, which are started alike and booted from alike. */
enum device_class {
    DEVICE_DISK,
    DEVICE_FILE_SYSTEM, /* of an interface only */
    DEVICE_NETWORK,
    DEVICE_CONSOLE,
    DEVICE_RANDOM,
    DEVICE_OTHER,
};

/* Which part of its controller an interface is: what follows the controller's node in a device
 * path. */
enum device_unit_kind {
    UNIT_CONTROLLER, /* the controller itself, no further node (virtio-blk, virtio-rng) */
    UNIT_SCSI,
    UNIT_NVME,
    UNIT_SATA,
    UNIT_NETWORK,
};

struct device_unit {
    enum device_unit_kind kind;
    union {
        struct {
            uint16_t target, lun;
        } scsi;
        struct {
            uint32_t namespace_id;
            uint64_t eui64;
        } nvme;
        struct {
            uint16_t port, port_multiplier, lun;
        } sata;
        struct {
            uint8_t address[6];
        } network;
    };
};

/* One thing that a started device offers; it lives until stop(). */
struct device_interface {
    struct list link;
    enum device_class class;
    struct device_unit unit;
    union {
        struct block_device *disk;
        struct fuse_device *file_system;
        struct net_device *network;
        struct character_device *console;
        struct random_device *random;
    };
    void *owner; /* src/efi's */
};

/* A started device: the first member of the driver's own structure. */
struct device_instance {
    struct list interfaces; /* struct device_interface; complete when start() returns, a controller
                               without disks has none */
};

struct pci_driver {
    const char *name; /* "virtio-blk": for log lines and as component name */
    enum device_class class;

    /* Is it ours? By what the scan knows; at most one more configuration access (transitional
     * virtio devices). */
    bool (*match)(const struct pci_function *function);

    /* Takes the function over: pci_enable(), reset, set up. On failure everything is as before. One
     * log line says why. */
    EFI_STATUS (*start)(struct pci_function *function, struct device_instance **ret);

    /* Leaves the device reset, the command register as before start(), and frees the instance.
     * Nothing is in flight or it is completed with EFI_ABORTED. The function can be started again.
     */
    void (*stop)(struct device_instance *instance);

    /* ExitBootServices: the device is reset and bus mastering off, and no memory is allocated or
     * freed. Called once, as the last. */
    void (*quiesce)(struct device_instance *instance);
};

/* TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_blk) = { … }; */

/* Drivers of virtio devices that are not on PCI (table `virtio_drivers`). start() takes an open
 * device over and closes it when it fails; the rest is as above. */
struct virtio_driver {
    const char *name;
    enum device_class class;
    uint16_t type; /* VIRTIO_TYPE_… */
    EFI_STATUS (*start)(struct virtio_device *device, struct device_instance **ret);
    void (*stop)(struct device_instance *instance);
    void (*quiesce)(struct device_instance *instance);
};

/* The driver for a type of device, or NULL. */
const struct virtio_driver *virtio_driver_find(uint16_t type);

/* The driver for `function`, or NULL. */
const struct pci_driver *pci_driver_find(const struct pci_function *function);
