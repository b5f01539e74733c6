/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* BARs, attributes, and memory for a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "efi/resource_descriptors.h"
#include "models/windows.h"
#include "unit/efi/pci_io_fixture.h"

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

/* What Get tells, Set takes, whatever the command register says. */
static void a_device_without_ports(void **state)
{
    uint64_t value;
    add_device(false);
    t.device.bars[1] = (struct pci_model_bar){0};
    pci_model_set32(&t.device, PCI_BAR0 + 4, 0);
    scan(ECAM);
    pci_model_set32(&t.device, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationGet, 0, &value), EFI_SUCCESS);
    assert_int_equal(value, EFI_PCI_IO_ATTRIBUTE_MEMORY);
    assert_int_equal(io->Attributes(io, EfiPciIoAttributeOperationSet, value, NULL), EFI_SUCCESS);
}

/* Bridges in front let everything through while one of the three is on. */
static void bridges_are_opened(void **state)
{
    static const struct pci_window memory_windows[] = {{0xc0000000, 0x10000000, PCI_WINDOW_32},
                                                       {0x4000000000, 0x100000000, PCI_WINDOW_64}};
    t.bridge.device = 1;
    pci_model_set32(&t.bridge, PCI_VENDOR_ID, 0x000c1b36);
    pci_model_set32(&t.bridge, PCI_CLASS_REVISION, 0x06040000);
    t.bridge.config[0x0e] = PCI_HEADER_TYPE_BRIDGE;
    pci_model_init(&t.model, &t.bus, ECAM + (16 << 20), 4, false);
    pci_model_add(&t.model, &t.bridge);
    t.device.parent = &t.bridge;
    add_device(false);
    const struct pci_segment segment = {
        .bus_end = 3, .ecam = ECAM + (16 << 20), WINDOWS(memory_windows)};
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(attributes),
        TEST(a_device_without_ports),
        TEST(bridges_are_opened),
        TEST(unset_bars_are_placed),
        TEST(no_place_no_decoding),
        TEST(bar_attributes),
        TEST(hostile_sizes),
        TEST(mapping),
        TEST(buffers),
    };
    return cmocka_run_group_tests(tests, group_set_up, NULL);
}
