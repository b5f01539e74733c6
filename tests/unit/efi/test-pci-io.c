/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "efi/event.h"
#include "efi/protocols/pci_io.h"
#include "efi/protocols/pci_root_bridge_io.h"
#include "efi/resource_descriptors.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "models/pci.h"
#include "platform/machine.h"
#include "unit/efi/fake-memory.h"

#define ECAM     0xe8000000ull
#define BAR_SIZE 0x1000u

/* One function with a 32-bit memory BAR, a port BAR and a 64-bit prefetchable BAR. */
struct registers {
    uint8_t bytes[BAR_SIZE];
    uint64_t last_offset;
    unsigned last_width, reads;
};

static struct {
    struct bus bus;
    struct pci_model model;
    struct pci_model_function device, bridge;
    struct registers memory, ports, high;
    struct pci_host host;
    struct pci_io io;
    struct pci_root_bridge_io root;
} t;

static EFI_PCI_IO_PROTOCOL *io = &t.io.protocol;
static EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *root = &t.root.protocol;

static uint64_t read_bar(void *context, uint64_t offset, unsigned width)
{
    struct registers *r = context;
    uint64_t value = 0;
    r->last_offset = offset;
    r->last_width = width;
    r->reads++;
    memcpy(&value, &r->bytes[offset], width);
    return value;
}

static void write_bar(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct registers *r = context;
    r->last_offset = offset;
    r->last_width = width;
    memcpy(&r->bytes[offset], &value, width);
}

static struct pci_model_bar bar(struct registers *r, uint64_t size)
{
    return (struct pci_model_bar){.size = size, .read = read_bar, .write = write_bar, .context = r};
}

static struct pci_function *the_function(void)
{
    return LIST_ENTRY(t.host.functions.next, struct pci_function, link);
}

static void add_device(bool set)
{
    struct pci_model_function *f = &t.device;
    f->device = 3;
    pci_model_set32(f, PCI_VENDOR_ID, 0x10001234);
    pci_model_set32(f, PCI_CLASS_REVISION, 0x02000001);
    f->bars[0] = bar(&t.memory, BAR_SIZE);
    f->bars[1] = bar(&t.ports, 0x20);
    f->bars[1].is_io = true;
    f->bars[2] = bar(&t.high, BAR_SIZE);
    f->bars[2].is_64 = f->bars[2].prefetchable = true;
    if (set) {
        pci_model_set32(f, PCI_BAR0, 0xc0001000);
        pci_model_set32(f, PCI_BAR0 + 4, 0xc040);
        pci_model_set32(f, PCI_BAR0 + 8, 0x00004000);
        pci_model_set32(f, PCI_BAR0 + 12, 0x40);
    }
    pci_model_add(&t.model, f);
}

static void scan(uint64_t ecam)
{
    const struct pci_segment segment = {
        .ecam = ecam,
        .window32 = {0xc0000000, 0x10000000, 0},
        .window64 = {0x4000000000, 0x100000000, 0},
        .window_io = {0xc000, 0x1000, 0},
    };
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    pci_io_init(&t.io, the_function());
    pci_root_bridge_io_init(&t.root, &t.host);
}

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu.tsc = 0;
    fake_paging.fail_with = EFI_SUCCESS;
    t.bus.strict = true;
    bus_use(&t.bus);
    pci_model_init(&t.model, &t.bus, ECAM, 1, true);
    return 0;
}

static int tear_down(void **state)
{
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&t.host);
    pool_free(t.root.resources);
    assert_false(t.bus.failed);
    bus_use(NULL);
    return 0;
}

static void enable(void)
{
    assert_int_equal(
        io->Attributes(io, EfiPciIoAttributeOperationEnable, EFI_PCI_DEVICE_ENABLE, NULL),
        EFI_SUCCESS);
}

static uint16_t command(void)
{
    return (uint16_t)pci_model_get32(&t.device, PCI_COMMAND);
}

/* Making the protocol reads nothing and changes nothing. */
static void costs_nothing(void **state)
{
    add_device(true);
    scan(ECAM);
    uint64_t reads = t.model.reads;
    pci_io_init(&t.io, the_function());
    assert_int_equal(t.model.reads, reads);
    assert_int_equal(t.model.writes, 0);
    assert_null(io->RomImage);
    assert_ptr_equal(pci_io_of(io), &t.io);
    EFI_PCI_IO_PROTOCOL foreign = {0};
    assert_null(pci_io_of(&foreign));
    assert_null(pci_io_of(NULL));
}

static void location(void **state)
{
    size_t segment, bus, device, function;
    add_device(true);
    scan(ECAM);
    assert_int_equal(io->GetLocation(io, &segment, &bus, &device, &function), EFI_SUCCESS);
    assert_int_equal(segment + bus + function, 0);
    assert_int_equal(device, 3);
    assert_int_equal(io->GetLocation(io, &segment, &bus, NULL, &function), EFI_INVALID_PARAMETER);
}

static void every_width(void **state)
{
    uint64_t value;
    uint8_t bytes[32];
    add_device(true);
    scan(ECAM);
    enable();
    for (unsigned i = 0; i < 64; i++)
        t.memory.bytes[i] = (uint8_t)(i + 1);
    for (unsigned width = 0; width < 4; width++) {
        value = 0;
        assert_int_equal(io->Mem.Read(io, width, 0, 8, 1, &value), EFI_SUCCESS);
        assert_int_equal(t.memory.last_width, 1 << width);
        assert_memory_equal(&value, &t.memory.bytes[8], 1 << width);
        /* An odd buffer is fine. */
        assert_int_equal(io->Mem.Read(io, width, 0, 16, 2, bytes + 1), EFI_SUCCESS);
        assert_memory_equal(bytes + 1, &t.memory.bytes[16], 2 << width);
    }
    /* A FIFO is one place of the device. */
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthFifoUint16, 0, 4, 3, bytes), EFI_SUCCESS);
    assert_memory_equal(bytes, "\5\6\5\6\5\6", 6);
    assert_int_equal(io->Mem.Write(io, EfiPciIoWidthFifoUint32, 0, 0x40, 2, "abcdABCD"),
                     EFI_SUCCESS);
    assert_memory_equal(&t.memory.bytes[0x40], "ABCD\0\0\0\0", 8);
    /* Fill is one value in many places. */
    assert_int_equal(io->Mem.Write(io, EfiPciIoWidthFillUint16, 0, 0x50, 3, "xy"), EFI_SUCCESS);
    assert_memory_equal(&t.memory.bytes[0x50], "xyxyxy\0\0", 8);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthFillUint8, 0, 0, 3, bytes), EFI_SUCCESS);
    assert_int_equal(bytes[0], 3);

    /* The 64-bit BAR, and its upper half, which is none. */
    t.high.bytes[0x20] = 0x77;
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, 2, 0x20, 1, bytes), EFI_SUCCESS);
    assert_int_equal(bytes[0], 0x77);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, 3, 0, 1, bytes), EFI_UNSUPPORTED);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, 6, 0, 1, bytes), EFI_UNSUPPORTED);
}

static void ports(void **state)
{
    uint32_t value = 0;
    add_device(true);
    scan(ECAM);
    enable();
    assert_int_equal(io->Io.Write(io, EfiPciIoWidthUint16, 1, 4, 1, "\x34\x12"), EFI_SUCCESS);
    assert_int_equal(io->Io.Read(io, EfiPciIoWidthUint32, 1, 4, 1, &value), EFI_SUCCESS);
    assert_int_equal(value, 0x1234);
    assert_int_equal(
        io->Io.Read(io, EfiPciIoWidthUint8, EFI_PCI_IO_PASS_THROUGH_BAR, 0xc045, 1, &value),
        EFI_SUCCESS);
    assert_int_equal(value, 0x1212);
    uint64_t wide;
    assert_int_equal(io->Io.Read(io, EfiPciIoWidthUint64, 1, 0, 1, &wide), EFI_INVALID_PARAMETER);
    assert_int_equal(io->Io.Read(io, EfiPciIoWidthUint8, 0, 0, 1, &wide), EFI_UNSUPPORTED);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, 1, 0, 1, &wide), EFI_UNSUPPORTED);
    assert_int_equal(io->Io.Read(io, EfiPciIoWidthUint8, 1, 0x1f, 2, &wide), EFI_UNSUPPORTED);
}

static void ranges_are_checked(void **state)
{
    uint64_t value;
    add_device(true);
    scan(ECAM);
    enable();
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthMaximum, 0, 0, 1, &value),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, 0, 0, 1, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint32, 0, 2, 1, &value), EFI_UNSUPPORTED);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint32, 0, BAR_SIZE - 4, 2, &value),
                     EFI_UNSUPPORTED);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint32, 0, UINT64_MAX - 3, 1, &value),
                     EFI_UNSUPPORTED);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint64, 0, 0, SIZE_MAX / 4, &value),
                     EFI_UNSUPPORTED);
    assert_int_equal(t.memory.reads, 0);
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint32, 0, 0, 0, &value), EFI_SUCCESS);

    /* RAM is nobody's register. */
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, EFI_PCI_IO_PASS_THROUGH_BAR,
                                  FAKE_MEMORY_BASE, 1, &value),
                     EFI_UNSUPPORTED);
    assert_int_equal(
        io->Mem.Read(io, EfiPciIoWidthUint8, EFI_PCI_IO_PASS_THROUGH_BAR, 0xc0001000, 1, &value),
        EFI_SUCCESS);
    assert_int_equal(root->Mem.Read(root, EfiPciWidthUint8, FAKE_MEMORY_BASE, 1, &value),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(root->Mem.Read(root, EfiPciWidthUint8, 1ull << 60, 1, &value),
                     EFI_INVALID_PARAMETER);
}

static void polling(void **state)
{
    uint64_t result = 0;
    add_device(true);
    scan(ECAM);
    enable();
    t.memory.bytes[4] = 0x81;
    assert_int_equal(io->PollMem(io, EfiPciIoWidthUint8, 0, 4, 0x80, 0x80, 100000, &result),
                     EFI_SUCCESS);
    assert_int_equal(result, 0x81);
    fake_cpu.tsc_step = 1000;
    t.memory.reads = 0;
    assert_int_equal(io->PollMem(io, EfiPciIoWidthUint8, 0, 4, 0x80, 0, 100000, &result),
                     EFI_TIMEOUT);
    assert_true(t.memory.reads > 1);
    t.memory.reads = 0;
    assert_int_equal(io->PollMem(io, EfiPciIoWidthUint8, 0, 4, 0x80, 0, 0, &result), EFI_SUCCESS);
    assert_int_equal(t.memory.reads, 1);
    assert_int_equal(io->PollMem(io, EfiPciIoWidthFifoUint8, 0, 4, 0, 0, 0, &result),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->PollMem(io, EfiPciIoWidthUint8, 0, 4, 0, 0, 0, NULL),
                     EFI_INVALID_PARAMETER);
    t.ports.bytes[0] = 7;
    assert_int_equal(io->PollIo(io, EfiPciIoWidthUint8, 1, 0, 7, 7, 10, &result), EFI_SUCCESS);
    assert_int_equal(root->PollMem(root, EfiPciWidthUint8, 0xc0001004, 1, 1, 10, &result),
                     EFI_SUCCESS);
    assert_int_equal(root->PollIo(root, EfiPciWidthUint8, 0xc040, 7, 6, 10, &result), EFI_TIMEOUT);
}

/* Also where source and destination overlap, in both directions. */
static void copying(void **state)
{
    add_device(true);
    scan(ECAM);
    enable();
    memcpy(t.memory.bytes, "0123456789", 10);
    assert_int_equal(io->CopyMem(io, EfiPciIoWidthUint8, 0, 2, 0, 0, 8), EFI_SUCCESS);
    assert_memory_equal(t.memory.bytes, "0101234567", 10);
    assert_int_equal(io->CopyMem(io, EfiPciIoWidthUint8, 0, 0, 0, 2, 8), EFI_SUCCESS);
    assert_memory_equal(t.memory.bytes, "0123456767", 10);
    assert_int_equal(io->CopyMem(io, EfiPciIoWidthUint32, 2, 8, 0, 0, 2), EFI_SUCCESS);
    assert_memory_equal(&t.high.bytes[8], "01234567", 8);
    assert_int_equal(io->CopyMem(io, EfiPciIoWidthUint32, 2, BAR_SIZE, 0, 0, 1), EFI_UNSUPPORTED);
    assert_int_equal(io->CopyMem(io, EfiPciIoWidthFillUint8, 0, 0, 0, 2, 8), EFI_INVALID_PARAMETER);
    assert_int_equal(root->CopyMem(root, EfiPciWidthUint16, 0x4000004000, 0xc0001000, 4),
                     EFI_SUCCESS);
    assert_memory_equal(t.high.bytes, "01234567", 8);
}

static void configuration_space(void **state)
{
    uint32_t value, two[2];
    add_device(true);
    scan(ECAM);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint32, 0, 1, &value), EFI_SUCCESS);
    assert_int_equal(value, 0x10001234);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint16, 2, 1, &value), EFI_SUCCESS);
    assert_int_equal((uint16_t)value, 0x1000);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint32, 4092, 2, two), EFI_UNSUPPORTED);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint64, 0, 1, two), EFI_INVALID_PARAMETER);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint32, 2, 1, &value), EFI_UNSUPPORTED);

    /* Memory that is decoded is accessible: the one above 4 GiB was not. */
    fake_paging.calls = 0;
    assert_int_equal(io->Pci.Write(io, EfiPciIoWidthUint16, PCI_COMMAND, 1, "\2\0"), EFI_SUCCESS);
    assert_int_equal(fake_paging.calls, 2);
    assert_int_equal(fake_paging.base, 0x4000004000);

    /* A program that sizes and moves a BAR itself. */
    assert_int_equal(io->Pci.Write(io, EfiPciIoWidthUint32, PCI_BAR0, 1, "\xff\xff\xff\xff"),
                     EFI_SUCCESS);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint32, PCI_BAR0, 1, &value), EFI_SUCCESS);
    assert_int_equal(value, 0xfffff000);
    value = 0xc0004000;
    assert_int_equal(io->Pci.Write(io, EfiPciIoWidthUint32, PCI_BAR0, 1, &value), EFI_SUCCESS);
    t.memory.bytes[1] = 0x99;
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint16, 0, 0, 1, &value), EFI_SUCCESS);
    assert_int_equal(value & 0xffff, 0x9900);
}

static void attributes(void **state)
{
    uint64_t value;
    add_device(true);
    scan(ECAM);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationSupported, 0, &value),
                     EFI_SUCCESS);
    assert_int_equal(value, EFI_PCI_DEVICE_ENABLE | EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationGet, 0, &value), EFI_SUCCESS);
    assert_int_equal(value, 0);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationGet, 0, NULL),
                     EFI_INVALID_PARAMETER);
    enable();
    assert_int_equal(command(), 7);
    assert_int_equal(
        io->Attributes(io, EfiPciIoAttributeOperationDisable, EFI_PCI_IO_ATTRIBUTE_IO, NULL),
        EFI_SUCCESS);
    assert_int_equal(command(), 6);
    assert_int_equal(
        io->Attributes(io, EfiPciIoAttributeOperationSet,
                       EFI_PCI_IO_ATTRIBUTE_MEMORY | EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE, NULL),
        EFI_SUCCESS);
    assert_int_equal(command(), 2);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationGet, 0, &value), EFI_SUCCESS);
    assert_int_equal(value, EFI_PCI_IO_ATTRIBUTE_MEMORY | EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationEnable, 1, NULL),
                     EFI_UNSUPPORTED);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationMaximum, 0, &value),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationSet, 0, NULL), EFI_SUCCESS);
    assert_int_equal(command(), 0);
    /* Nothing was moved. */
    assert_int_equal(pci_model_bar_address(&t.device, 0), 0xc0001000);
    assert_false(t.device.decoding_was_on_while_sizing);
}

/* Bridges in front let everything through while one of the three is on. */
static void bridges_are_opened(void **state)
{
    t.bridge.device = 1;
    pci_model_set32(&t.bridge, PCI_VENDOR_ID, 0x000c1b36);
    pci_model_set32(&t.bridge, PCI_CLASS_REVISION, 0x06040000);
    t.bridge.config[0x0e] = PCI_HEADER_TYPE_BRIDGE;
    pci_model_init(&t.model, &t.bus, ECAM + (16 << 20), 4, false);
    pci_model_add(&t.model, &t.bridge);
    t.device.parent = &t.bridge;
    add_device(false);
    const struct pci_segment segment = {.bus_end = 3,
                                        .ecam = ECAM + (16 << 20),
                                        .window32 = {0xc0000000, 0x10000000, 0},
                                        .window64 = {0x4000000000, 0x100000000, 0}};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    struct pci_function *f = LIST_ENTRY(t.host.functions.previous, struct pci_function, link);
    pci_io_init(&t.io, f);
    pci_root_bridge_io_init(&t.root, &t.host);
    /* The port BAR has no place behind this bridge. */
    assert_int_equal(
        io->Attributes(io, EfiPciIoAttributeOperationEnable, EFI_PCI_IO_ATTRIBUTE_BUS_MASTER, NULL),
        EFI_SUCCESS);
    assert_int_equal(pci_model_get32(&t.bridge, PCI_COMMAND) & 7, 7);
    assert_true(pci_model_bus_master(&t.device));
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationDisable,
                                    EFI_PCI_IO_ATTRIBUTE_BUS_MASTER, NULL),
                     EFI_SUCCESS);
    assert_int_equal(pci_model_get32(&t.bridge, PCI_COMMAND) & 7, 0);
}

static void unset_bars_are_placed(void **state)
{
    uint32_t value;
    add_device(false);
    scan(ECAM);
    assert_int_equal(io->Pci.Read(io, EfiPciIoWidthUint32, PCI_BAR0, 1, &value), EFI_SUCCESS);
    assert_int_equal(value & 0xf0000fff, 0xc0000000);
    enable();
    t.memory.bytes[0] = 5;
    assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint32, 0, 0, 1, &value), EFI_SUCCESS);
    assert_int_equal(value, 5);
}

/* A device without a place for its memory does not get it decoded at address 0. */
static void no_place_no_decoding(void **state)
{
    add_device(false);
    const struct pci_segment segment = {.ecam = ECAM};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    pci_io_init(&t.io, the_function());
    pci_root_bridge_io_init(&t.root, &t.host);
    assert_int_equal(
        io->Attributes(io, EfiPciIoAttributeOperationEnable, EFI_PCI_IO_ATTRIBUTE_MEMORY, NULL),
        EFI_UNSUPPORTED);
    assert_int_equal(command(), 0);
}

static void bar_attributes(void **state)
{
    struct {
        struct resource_descriptor bar;
        struct resource_end end;
    } __attribute__((packed)) * list;
    uint64_t supports;
    void *resources;
    add_device(true);
    scan(ECAM);
    assert_int_equal(io->GetBarAttributes(io, 2, &supports, &resources), EFI_SUCCESS);
    list = resources;
    assert_int_equal(supports, 0);
    assert_int_equal(list->bar.tag, 0x8a);
    assert_int_equal(list->bar.length, 0x2b);
    assert_int_equal(list->bar.type, RESOURCE_MEMORY);
    assert_int_equal(list->bar.specific_flags, RESOURCE_PREFETCHABLE);
    assert_int_equal(list->bar.granularity, 64);
    assert_int_equal(list->bar.minimum, 0x4000004000);
    assert_int_equal(list->bar.maximum, 0x4000004fff);
    assert_int_equal(list->bar.size, BAR_SIZE);
    assert_int_equal(list->end.tag, 0x79);
    pool_free(resources);
    assert_int_equal(io->GetBarAttributes(io, 1, NULL, &resources), EFI_SUCCESS);
    list = resources;
    assert_int_equal(list->bar.type, RESOURCE_IO);
    assert_int_equal(list->bar.minimum, 0xc040);
    assert_int_equal(list->bar.size, 0x20);
    pool_free(resources);
    assert_int_equal(io->GetBarAttributes(io, 3, &supports, NULL), EFI_UNSUPPORTED);
    assert_int_equal(io->GetBarAttributes(io, 0, NULL, NULL), EFI_INVALID_PARAMETER);
    uint64_t offset = 0, length = 16;
    assert_int_equal(io->SetBarAttributes(io, 0x80, 0, &offset, &length), EFI_UNSUPPORTED);
    assert_int_equal(io->SetBarAttributes(io, 0x80, 0, NULL, &length), EFI_INVALID_PARAMETER);
    assert_int_equal(pci_model_bar_address(&t.device, 2), 0x4000004000);
}

/* A hostile size: no power of two, or more than the address allows. */
static uint32_t strange_size(void *context, unsigned offset, unsigned width, uint32_t honest)
{
    const uint32_t *lie = context;
    return offset == PCI_BAR0 && honest >= 0xf0000000 ? *lie : honest;
}

static void hostile_sizes(void **state)
{
    static uint32_t lies[] = {0xff0f0000, 0xf0000000};
    uint64_t supports;
    for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
        set_up(NULL);
        add_device(true);
        t.device.corrupt = strange_size;
        t.device.corrupt_context = &lies[i];
        scan(ECAM);
        assert_int_equal(io->GetBarAttributes(io, 0, &supports, NULL), EFI_UNSUPPORTED);
        assert_int_equal(io->Mem.Read(io, EfiPciIoWidthUint8, 0, 0, 1, &supports), EFI_UNSUPPORTED);
        if (i + 1 < ARRAY_SIZE(lies))
            tear_down(NULL);
    }
}

/* What is above 4 GiB goes through a copy, unless the device can reach it. */
static void mapping(void **state)
{
    uint8_t *high = calloc(1, 5000);
    EFI_PHYSICAL_ADDRESS address;
    void *token, *second;
    size_t size = 5000;
    add_device(true);
    scan(ECAM);
    assert_true((uintptr_t)high > UINT32_MAX);
    memcpy(high + 4990, "to device", 10);
    assert_int_equal(io->Map(io, EfiPciIoOperationBusMasterRead, high, &size, &address, &token),
                     EFI_SUCCESS);
    assert_int_equal(size, 5000);
    assert_true(address + size <= 1ull << 32);
    assert_memory_equal((void *)address, high, size);
    ((char *)address)[0] = 'x';
    assert_int_equal(io->Unmap(io, token), EFI_SUCCESS);
    assert_int_equal(high[0], 0); /* the device was not to write */
    assert_int_equal(io->Unmap(io, token), EFI_INVALID_PARAMETER);

    assert_int_equal(io->Map(io, EfiPciIoOperationBusMasterWrite, high, &size, &address, &token),
                     EFI_SUCCESS);
    assert_int_equal(io->Map(io, EfiPciIoOperationBusMasterWrite, high, &size, &address, &second),
                     EFI_SUCCESS);
    memcpy((char *)address + 4995, "12345", 5);
    assert_int_equal(io->Unmap(io, second), EFI_SUCCESS);
    assert_memory_equal(high + 4990, "to de12345", 10); /* and the rest is as it was */
    assert_int_equal(io->Unmap(io, token), EFI_SUCCESS);

    assert_int_equal(
        io->Map(io, EfiPciIoOperationBusMasterCommonBuffer, high, &size, &address, &token),
        EFI_UNSUPPORTED);
    assert_int_equal(io->Map(io, EfiPciIoOperationMaximum, high, &size, &address, &token),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->Map(io, EfiPciIoOperationBusMasterRead, NULL, &size, &address, &token),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->Unmap(io, high), EFI_INVALID_PARAMETER);

    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationEnable,
                                    EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE, NULL),
                     EFI_SUCCESS);
    assert_int_equal(
        io->Map(io, EfiPciIoOperationBusMasterCommonBuffer, high, &size, &address, &token),
        EFI_SUCCESS);
    assert_int_equal(address, (uintptr_t)high);
    assert_int_equal(io->Unmap(io, token), EFI_SUCCESS);

    /* The root bridge asks for it with each operation. */
    assert_int_equal(
        root->Map(root, EfiPciOperationBusMasterCommonBuffer, high, &size, &address, &token),
        EFI_UNSUPPORTED);
    assert_int_equal(
        root->Map(root, EfiPciOperationBusMasterCommonBuffer64, high, &size, &address, &token),
        EFI_SUCCESS);
    assert_int_equal(root->Unmap(root, token), EFI_SUCCESS);
    free(high);
}

static void buffers(void **state)
{
    void *buffer, *mapped;
    add_device(true);
    scan(ECAM);
    assert_int_equal(io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 3, &buffer, 0),
                     EFI_SUCCESS);
    assert_true((uintptr_t)buffer < 1ull << 32);
    memset(buffer, 1, 3 * 4096);
    EFI_PHYSICAL_ADDRESS address;
    size_t size = 3 * 4096;
    assert_int_equal(
        io->Map(io, EfiPciIoOperationBusMasterCommonBuffer, buffer, &size, &address, &mapped),
        EFI_SUCCESS);
    assert_int_equal(address, (uintptr_t)buffer);
    assert_int_equal(io->Unmap(io, mapped), EFI_SUCCESS);
    assert_int_equal(io->FreeBuffer(io, 3, buffer), EFI_SUCCESS);
    assert_int_equal(io->FreeBuffer(io, 3, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(io->AllocateBuffer(io, AllocateAnyPages, EfiLoaderData, 1, &buffer, 0),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1, NULL, 0),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1, &buffer,
                                        EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE),
                     EFI_UNSUPPORTED);
    assert_int_equal(
        io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1ull << 40, &buffer, 0),
        EFI_OUT_OF_RESOURCES);
    assert_int_equal(root->AllocateBuffer(root, AllocateAnyPages, EfiRuntimeServicesData, 1,
                                          &buffer, EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE),
                     EFI_SUCCESS);
    assert_int_equal(root->FreeBuffer(root, 1, buffer), EFI_SUCCESS);
    assert_int_equal(io->Flush(io), EFI_SUCCESS);
    assert_int_equal(root->Flush(root), EFI_SUCCESS);
}

static void root_bridge_configuration_space(void **state)
{
    uint32_t value = 0;
    t.model.functions_alias = true;
    add_device(true);
    scan(ECAM);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 0, 0), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(value, 0x10001234);
    /* The ECAM shows function 0 here, too. */
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 1, 0), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(value, UINT32_MAX);
    value = 7;
    assert_int_equal(
        root->Pci.Write(root, EfiPciWidthUint8, EFI_PCI_ADDRESS(0, 3, 1, 4), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(command(), 0);
    assert_int_equal(
        root->Pci.Write(root, EfiPciWidthUint8, EFI_PCI_ADDRESS(0, 3, 0, 4), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(command(), 7);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(1, 3, 0, 0), 1, &value),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 0, 0x1000), 1, &value),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 0, 0x100), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(root->Io.Read(root, EfiPciWidthUint8, 0xffff, 2, &value),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(root->Mem.Write(root, EfiPciWidthUint32, 0xc0001010, 1, "wxyz"), EFI_SUCCESS);
    assert_memory_equal(&t.memory.bytes[0x10], "wxyz", 4);
    assert_int_equal(root->Io.Write(root, EfiPciWidthUint8, 0xc041, 1, "p"), EFI_SUCCESS);
    assert_int_equal(t.ports.bytes[1], 'p');
}

static void root_bridge_resources(void **state)
{
    void *resources, *again;
    uint64_t supports, value;
    add_device(true);
    scan(ECAM);
    assert_int_equal(root->Configuration(root, &resources), EFI_SUCCESS);
    const struct resource_descriptor *d = resources;
    assert_int_equal(d[0].type, RESOURCE_BUS);
    assert_int_equal(d[0].maximum, 0);
    assert_int_equal(d[1].minimum, 0xc0000000);
    assert_int_equal(d[1].granularity, 32);
    assert_int_equal(d[2].size, 0x100000000);
    assert_int_equal(d[3].type, RESOURCE_IO);
    assert_int_equal(d[3].maximum, 0xcfff);
    assert_int_equal(d[4].tag, 0x79);
    assert_int_equal(root->Configuration(root, &again), EFI_SUCCESS);
    assert_ptr_equal(again, resources);
    assert_int_equal(root->Configuration(root, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(root->GetAttributes(root, &supports, &value), EFI_SUCCESS);
    assert_int_equal(supports, 0);
    assert_int_equal(value, EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE);
    assert_int_equal(root->GetAttributes(root, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(root->SetAttributes(root, 1, NULL, NULL), EFI_UNSUPPORTED);
}

static int group_set_up(void **state)
{
    int result = fake_memory_setup(state);
    fake_apic_reset();
    events_init();
    return result;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(costs_nothing),
        TEST(location),
        TEST(every_width),
        TEST(ports),
        TEST(ranges_are_checked),
        TEST(polling),
        TEST(copying),
        TEST(configuration_space),
        TEST(attributes),
        TEST(bridges_are_opened),
        TEST(unset_bars_are_placed),
        TEST(no_place_no_decoding),
        TEST(bar_attributes),
        TEST(hostile_sizes),
        TEST(mapping),
        TEST(buffers),
        TEST(root_bridge_configuration_space),
        TEST(root_bridge_resources),
    };
    return cmocka_run_group_tests(tests, group_set_up, NULL);
}
