/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Cloud Hypervisor's PCI segment 0: host bridge, console, disks, entropy device, by the models that
 * the unit tests use. BARs are live from the start, as its VMM leaves them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/pci.h"
#include "models/virtio_blk.h"
#include "models/virtio_console.h"
#include "models/virtio_pci.h"
#include "models/virtio_rng.h"
#include "vmm/machine.h"

#define SECTOR        512u
#define QUEUE_SIZE    128u
#define BAR64_SPACING (8ull << 20)

#define DEVICES_MAX 32u

struct disk {
    struct virtio_blk_model blk;
    struct virtio_pci_model pci;
    int fd;
};

static struct pci_model segment;
static struct pci_model_function host_bridge;
static struct virtio_pci_model *devices[DEVICES_MAX];
static unsigned device_count;

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

/* 64-bit BARs go from the top of the address space downward. */
static void add_device(struct vm *vm, struct virtio_pci_model *pci, struct virtio_model *virtio,
                       uint64_t bar32)
{
    static uint64_t bar64_count;
    uint64_t top = 1ull << vm->options->physical_bits;
    if (device_count + 1 == DEVICES_MAX)
        die("a segment has 32 slots");
    virtio->memory = (struct guest_memory){map_memory, vm};
    devices[device_count++] = pci;
    virtio_pci_model_add(pci, &segment, virtio, device_count,
                         bar32 != 0 ? bar32 : top - ++bar64_count * BAR64_SPACING, bar32 == 0);
}

static void add_disk(struct vm *vm, unsigned index)
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
    add_device(vm, &disk->pci, &disk->blk.virtio,
               WINDOW32_END - (index + 1) * (uint64_t)VIRTIO_PCI_MODEL_BAR_SIZE);
}

static void (*console_notify)(struct virtio_model *virtio, unsigned queue);
static struct virtio_console_model console;

static void show_console(struct virtio_model *virtio, unsigned queue)
{
    console_notify(virtio, queue);
    fwrite(console.output, 1, console.output_length, stdout);
    fflush(stdout);
    console.output_length = 0;
}

static void add_console(struct vm *vm)
{
    static struct virtio_pci_model pci;
    virtio_console_model_init(&console, &vm->bus, VIRTIO_CONSOLE_F_SIZE);
    console_notify = console.virtio.notify;
    console.virtio.notify = show_console;
    add_device(vm, &pci, &console.virtio, 0);
}

static void add_rng(struct vm *vm)
{
    static struct virtio_rng_model rng;
    static struct virtio_pci_model pci;
    virtio_rng_model_init(&rng, &vm->bus, 256);
    add_device(vm, &pci, &rng.virtio, 0);
}

void add_pci_devices(struct vm *vm)
{
    pci_model_init(&segment, &vm->bus, ECAM, 1, true);
    segment.functions_alias = true;
    pci_model_set32(&host_bridge, PCI_VENDOR_ID, 0x0d578086);
    pci_model_set32(&host_bridge, PCI_CLASS_REVISION, 0x06000000);
    pci_model_add(&segment, &host_bridge);
    if (vm->options->console)
        add_console(vm);
    for (unsigned i = 0; i < vm->options->disk_count; i++)
        add_disk(vm, i);
    add_rng(vm);
}

/* Features that stay acknowledged for the OS (platforms/cloud-hypervisor.md §4.1, rule 4). */
static uint64_t allowed_features(const struct virtio_model *virtio)
{
    uint64_t common = VIRTIO_F_VERSION_1;
    if (virtio->type == VIRTIO_TYPE_BLOCK)
        return common | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH |
               VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_TOPOLOGY;
    if (virtio->type == VIRTIO_TYPE_CONSOLE)
        return common | VIRTIO_CONSOLE_F_SIZE;
    return common;
}

void check_pci_devices(struct vm *vm)
{
    for (unsigned i = 0; i < device_count; i++) {
        const struct virtio_pci_model *device = devices[i];
        const struct virtio_model *virtio = device->virtio;
        uint64_t excess = virtio->acknowledged & ~allowed_features(virtio);
        if (excess != 0)
            bus_forbidden(&vm->bus, "slot %u: features 0x%llx acknowledged in excess", i + 1,
                          (unsigned long long)excess);
        if (device->lost_writes != 0)
            bus_forbidden(&vm->bus, "slot %u: %u writes lost while the status was 0", i + 1,
                          device->lost_writes);
        if (device->pci.bars[0].writes != 0)
            bus_forbidden(&vm->bus, "slot %u: its BAR was written", i + 1);
        if (virtio->worker_dead)
            bus_forbidden(&vm->bus, "slot %u: a head was used again in flight", i + 1);
    }
}
