/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Cloud Hypervisor's PCI segments by the models that the unit tests use (platforms/
 * cloud-hypervisor.md §2.4). BARs are live from the start, as its VMM leaves them. */
#include "vmm/pci_devices.h"

#include <stdlib.h>
#include <string.h>

#include "vmm/virtio_devices.h"

#define SLOTS           32u
#define BAR64_ALIGNMENT (8ull << 20)

static struct segment {
    struct pci_model pci;
    uint64_t free32, free64; /* BARs go below these */
    struct virtio_pci_model *devices[SLOTS];
    bool taken[SLOTS];
    unsigned vendor_reads[SLOTS]; /* of slots where nothing is */
} segments[SEGMENTS_MAX];

static uint64_t allocate(uint64_t *from, uint64_t size, uint64_t alignment)
{
    return *from = (*from - size) & ~(alignment - 1);
}

uint64_t allocate64(struct vm *vm, unsigned segment, uint64_t size, uint64_t alignment)
{
    return allocate(&segments[segment].free64, size, alignment);
}

static unsigned choose_slot(struct segment *segment, unsigned wanted)
{
    if (wanted != 0)
        return wanted;
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        if (!segment->taken[slot])
            return slot;
    }
    die("a segment has 32 slots");
}

void plug_pci(struct vm *vm, struct virtio_model *virtio, const struct place *place, bool low)
{
    struct virtio_pci_model *pci = calloc(1, sizeof *pci);
    if (pci == NULL)
        die("no memory");
    struct segment *segment = &segments[place->segment];
    unsigned slot = choose_slot(segment, place->slot);
    low = low && place->segment == 0;
    uint64_t bar = allocate(low ? &segment->free32 : &segment->free64, VIRTIO_PCI_MODEL_BAR_SIZE,
                            low ? VIRTIO_PCI_MODEL_BAR_SIZE : BAR64_ALIGNMENT);
    virtio->memory = guest_memory_of(vm);
    segment->taken[slot] = true;
    segment->devices[slot] = pci;
    virtio_pci_model_add(pci, &segment->pci, virtio, slot, bar, !low);
}

/* One read of a vendor id per slot is how a slot is seen to be empty. */
static void note_absent(struct pci_model *pci, unsigned device, unsigned offset, bool write)
{
    struct vm *vm = pci->absent_context;
    struct segment *segment = (struct segment *)pci; /* its first member */
    vm->exits.absent++;
    if (!write && offset == PCI_VENDOR_ID && segment->devices[device] == NULL &&
        segment->vendor_reads[device]++ == 0)
        return;
    bus_forbidden(&vm->bus, "segment %u slot %u: %s of register 0x%x, where no function is",
                  (unsigned)(segment - segments), device, write ? "write" : "read", offset);
}

static void add_segment(struct vm *vm, unsigned index)
{
    struct segment *segment = &segments[index];
    memset(segment, 0, sizeof *segment);
    pci_model_init(&segment->pci, &vm->bus, ECAM + index * PCI_ECAM_BUS_SIZE, 1, index == 0);
    segment->pci.functions_alias = true;
    segment->pci.absent = note_absent;
    segment->pci.absent_context = vm;
    segment->free32 = window32(vm, index).end;
    segment->free64 = window64(vm, index).end;
}

static void add_host_bridge(void)
{
    static struct pci_model_function bridge;
    memset(&bridge, 0, sizeof bridge);
    pci_model_set32(&bridge, PCI_VENDOR_ID, 0x0d578086);
    pci_model_set32(&bridge, PCI_CLASS_REVISION, 0x06000000);
    pci_model_add(&segments[0].pci, &bridge);
    segments[0].taken[0] = true;
}

/* Slots that a flag names are not given to others. */
static void pin(const struct vm *vm, const struct place *place)
{
    if (place->segment >= vm->options->segment_count || place->slot >= SLOTS)
        die("pci_segment or pci_device_id is not there");
    if (place->slot == 0)
        return;
    if (segments[place->segment].taken[place->slot])
        die("pci_device_id %u is taken", place->slot);
    segments[place->segment].taken[place->slot] = true;
}

static void pin_all(const struct vm *vm)
{
    const struct machine_options *o = vm->options;
    for (unsigned i = 0; i < o->disk_count; i++)
        pin(vm, &o->disks[i].place);
    for (unsigned i = 0; i < o->net_count; i++)
        pin(vm, &o->nets[i].place);
    for (unsigned i = 0; i < o->pmem_count; i++)
        pin(vm, &o->pmems[i].place);
}

/* Cloud Hypervisor's order; memory of pmem devices has its place before any BAR. */
void add_pci_devices(struct vm *vm)
{
    const struct machine_options *o = vm->options;
    for (unsigned i = 0; i < o->segment_count; i++)
        add_segment(vm, i);
    add_host_bridge();
    pin_all(vm);
    for (unsigned i = 0; i < o->pmem_count; i++)
        create_pmem(vm, i);
    if (o->console != CONSOLE_OFF)
        add_console(vm);
    for (unsigned i = 0; i < o->disk_count; i++)
        add_disk(vm, i);
    for (unsigned i = 0; i < o->net_count; i++)
        add_net(vm, i);
    add_rng(vm);
    for (unsigned i = 0; i < o->pmem_count; i++)
        add_pmem(vm, i);
}

static void check_one(void *context, const char *name, const struct virtio_pci_model *device)
{
    struct bus *bus = context;
    check_virtio(bus, name, device->virtio);
    if (device->lost_writes != 0)
        bus_forbidden(bus, "%s: %u writes lost while the status was 0", name, device->lost_writes);
    if (device->pci.bars[0].writes != 0)
        bus_forbidden(bus, "%s: its BAR was written", name);
    if (pci_model_get32(&device->pci, PCI_COMMAND) & PCI_COMMAND_IO)
        bus_forbidden(bus, "%s: I/O decoding is on, and it has no ports", name);
}

static void for_each_device(struct vm *vm,
                            void (*visit)(void *context, const char *name,
                                          const struct virtio_pci_model *device),
                            void *context)
{
    char name[48];
    for (unsigned i = 0; i < vm->options->segment_count; i++) {
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            snprintf(name, sizeof name, "segment %u slot %u", i, slot);
            if (segments[i].devices[slot] != NULL)
                visit(context, name, segments[i].devices[slot]);
        }
    }
}

void check_pci_devices(struct vm *vm)
{
    for_each_device(vm, check_one, &vm->bus);
}

static void show_one(void *context, const char *name, const struct virtio_pci_model *device)
{
    fprintf(context, "%s: command %x, BAR %llx, ", name,
            pci_model_get32(&device->pci, PCI_COMMAND) & 0xffff,
            (unsigned long long)pci_model_bar_address(&device->pci, 0));
    show_virtio(context, device->virtio);
}

void show_pci_devices(struct vm *vm, FILE *to)
{
    for_each_device(vm, show_one, to);
}
