/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "models/virtio_blk.h"
#include "models/virtio_legacy.h"
#include "models/virtio_pci.h"

/* A virtio-blk disk behind PCI, and its driver as a table found it. Each test has a new one. */

#define DISK_SIZE (10u << 20)

/* What Cloud Hypervisor offers for a sparse raw image. */
#define CH_FEATURES                                                                                \
    (VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_CONFIG_WCE | VIRTIO_BLK_F_BLK_SIZE |                        \
     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_SEG_MAX | VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC |  \
     VIRTIO_BLK_F_WRITE_ZEROES | VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_MQ)
#define USED_FEATURES                                                                              \
    (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_BLK_F_SIZE_MAX |                       \
     VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH |         \
     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES)

extern struct virtio_blk_fixture {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct virtio_blk_model disk;
    struct virtio_pci_model transport;
    struct virtio_legacy_model legacy;
    struct pci_function *function;
    const struct pci_driver *driver;
    struct device_instance *instance;
    struct block_device *block;
    uint8_t *buffer; /* as large as the disk */
} t;

int set_up(void **state);
int tear_down(void **state);

/* A modern, and a legacy device with its registers at a port; 0: they have no place yet. */
void plug(uint32_t block_size, uint64_t features, uint16_t queue_size);
void plug_legacy(uint32_t block_size, uint64_t features, uint16_t queue_size, uint16_t base);
/* Starts the driver on what was plugged. */
EFI_STATUS try_start(void);
/* plug(), and a driver that must start. */
void start(uint32_t block_size, uint64_t features, uint16_t queue_size);
/* The driver must not start, and leave the function turned off. */
void refuse(EFI_STATUS expected);

struct result {
    struct block_request request;
    unsigned completions;
    EFI_STATUS status;
};

/* The callback of these; its context is the result. */
void completed(struct block_request *request, EFI_STATUS status);
EFI_STATUS submit(struct result *r, enum block_operation operation, uint64_t lba,
                  const struct block_segment *segments, size_t count);
/* One request and its end. */
EFI_STATUS run(enum block_operation operation, uint64_t lba, void *data, size_t size);
/* Reads, writes and flushes at both ends of the disk, and behind it. */
void read_and_write(uint32_t block_size);
