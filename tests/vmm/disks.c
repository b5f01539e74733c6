/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Cloud Hypervisor's PCI segment 0: host bridge, disks, entropy device, by the models that the unit
 * tests use. BARs are live from the start, as its VMM leaves them. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/pci.h"
#include "models/virtio_blk.h"
#include "models/virtio_pci.h"
#include "models/virtio_rng.h"
#include "vmm/machine.h"

#define SECTOR      512u
#define QUEUE_SIZE  128u
#define BAR_SPACING VIRTIO_PCI_MODEL_BAR_SIZE

struct disk {
    struct virtio_blk_model blk;
    struct virtio_pci_model pci;
    int fd;
};

static struct pci_model segment;
static struct pci_model_function host_bridge;

static void *map_memory(void *context, uint64_t address, uint64_t size)
{
    return vm_memory(context, address, size);
}

static bool transfer(void *context, bool write, uint64_t offset, void *data, uint64_t size)
{
    struct disk *disk = context;
    ssize_t done = write ? pwrite(disk->fd, data, size, (off_t)offset)
                         : pread(disk->fd, data, size, (off_t)offset);
    return done == (ssize_t)size;
}

static void add_disk(struct vm *vm, unsigned index, unsigned slot)
{
    struct disk *disk = calloc(1, sizeof *disk);
    const char *path = vm->options->disks[index];
    bool readonly = vm->options->disk_readonly[index];
    disk->fd = open(path, readonly ? O_RDONLY : O_RDWR);
    off_t size = disk->fd >= 0 ? lseek(disk->fd, 0, SEEK_END) : -1; /* also of a block device */
    if (size < 0)
        die("%s: cannot be opened", path);
    disk->blk.size = (uint64_t)size;
    disk->blk.transfer = transfer;
    disk->blk.context = disk;
    uint64_t features = VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_SEG_MAX |
                        VIRTIO_BLK_F_TOPOLOGY | VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC |
                        (readonly ? VIRTIO_BLK_F_RO : 0);
    virtio_blk_model_init(&disk->blk, &vm->bus, SECTOR, features, QUEUE_SIZE);
    disk->blk.virtio.memory = (struct guest_memory){map_memory, vm};
    virtio_pci_model_add(&disk->pci, &segment, &disk->blk.virtio, slot,
                         WINDOW32_END - (index + 1) * (uint64_t)BAR_SPACING, false);
}

static void add_rng(struct vm *vm, unsigned slot)
{
    static struct virtio_rng_model rng;
    static struct virtio_pci_model pci;
    virtio_rng_model_init(&rng, &vm->bus, 256);
    rng.virtio.memory = (struct guest_memory){map_memory, vm};
    virtio_pci_model_add(&pci, &segment, &rng.virtio, slot,
                         (1ull << vm->options->physical_bits) - (8ull << 20), true);
}

void add_disks(struct vm *vm)
{
    unsigned slot = 0;
    pci_model_init(&segment, &vm->bus, ECAM, 1, true);
    segment.functions_alias = true;
    pci_model_set32(&host_bridge, PCI_VENDOR_ID, 0x0d578086);
    pci_model_set32(&host_bridge, PCI_CLASS_REVISION, 0x06000000);
    host_bridge.device = (uint8_t)slot++;
    pci_model_add(&segment, &host_bridge);
    for (unsigned i = 0; i < vm->options->disk_count; i++)
        add_disk(vm, i, slot++);
    add_rng(vm, slot);
}
