/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/mmio_devices.h"

#include "models/virtio_mmio.h"

#define FIRST_BASE  0xc0001000ull
#define PAGE_SIZE   0x1000u
#define FIRST_GSI   5u
#define LAST_GSI    22u /* one more is the generic event device's */
#define DEVICES_MAX (LAST_GSI - FIRST_GSI + 1)

static struct virtio_mmio_model devices[DEVICES_MAX];
static unsigned device_count;

/* Disks, cards, and the entropy device. */
unsigned mmio_device_count(const struct vm *vm)
{
    return vm->options->disk_count + vm->options->net_count + 1;
}

uint64_t mmio_device_base(unsigned index)
{
    return FIRST_BASE + (uint64_t)index * PAGE_SIZE;
}

unsigned mmio_device_gsi(unsigned index)
{
    return FIRST_GSI + index;
}

void plug_mmio(struct vm *vm, struct virtio_model *virtio, const struct place *place, bool low)
{
    if (place->segment != 0 || place->slot != 0)
        die("there is no PCI");
    struct virtio_mmio_model *device = &devices[device_count];
    virtio->memory = guest_memory_of(vm);
    virtio->never_resets = vm->options->no_device_reset;
    *device = (struct virtio_mmio_model){.is_strict = true, .size = PAGE_SIZE};
    virtio_mmio_model_add(device, &vm->bus, virtio, mmio_device_base(device_count++));
}

/* Firecracker's order. */
void add_mmio_devices(struct vm *vm)
{
    const struct machine_options *o = vm->options;
    device_count = 0;
    if (mmio_device_count(vm) > DEVICES_MAX)
        die("Firecracker has interrupts for %u devices", DEVICES_MAX);
    if (o->pmem_count != 0)
        die("--pmem: not on this machine");
    for (unsigned i = 0; i < o->disk_count; i++)
        add_disk(vm, i);
    for (unsigned i = 0; i < o->net_count; i++)
        add_net(vm, i);
    add_rng(vm);
}

void check_mmio_devices(struct vm *vm)
{
    char name[32];
    for (unsigned i = 0; i < device_count; i++) {
        snprintf(name, sizeof name, "device %u", i);
        check_virtio(&vm->bus, name, devices[i].virtio);
    }
}

void show_mmio_devices(struct vm *vm, FILE *to)
{
    for (unsigned i = 0; i < device_count; i++) {
        fprintf(to, "device %u: ", i);
        show_virtio(to, devices[i].virtio);
    }
}
