/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI Root Bridge I/O (UEFI 2.10 §14.2). */
#include "efi/protocol/pci_root_bridge_io.h"
#include "lib/memory.h"
#include "selftest/fixture.h"
#include "selftest/pci.h"

static EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *root(void)
{
    return FIND(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL);
}

/* Where the edu device is: its address in configuration space, and that of its registers. */
static bool find_edu(uint64_t *ret_place, uint64_t *ret_registers)
{
    EFI_PCI_IO_PROTOCOL *io = find_pci(EDU_ID);
    size_t segment, bus, device, function;
    uint32_t bar = 0;
    if (io == NULL ||
        !EXPECT(EFI_SUCCESS, io->GetLocation(io, &segment, &bus, &device, &function)) ||
        !EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationEnable,
                                            EFI_PCI_IO_ATTRIBUTE_MEMORY, NULL)) ||
        !EXPECT(EFI_SUCCESS, io->Pci.Read(io, EfiPciIoWidthUint32, 0x10, 1, &bar)))
        return false;
    *ret_place = EFI_PCI_ADDRESS(bus, device, function, 0);
    *ret_registers = bar & ~15u;
    return true;
}

static void configuration_space(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    uint64_t place, registers;
    uint32_t value = 0;
    if (bridge == NULL || !find_edu(&place, &registers))
        return;
    EXPECT(EFI_SUCCESS, bridge->Pci.Read(bridge, EfiPciWidthUint32, place, 1, &value));
    EQUAL(EDU_ID, value);
    value = 0xa5;
    EXPECT(EFI_SUCCESS, bridge->Pci.Write(bridge, EfiPciWidthUint8, place + 0x3c, 1, &value));
    value = 0;
    EXPECT(EFI_SUCCESS, bridge->Pci.Read(bridge, EfiPciWidthUint8, place + 0x3c, 1, &value));
    EQUAL(0xa5, value);
    EXPECT(EFI_INVALID_PARAMETER, bridge->Pci.Read(bridge, EfiPciWidthMaximum, place, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Pci.Read(bridge, EfiPciWidthUint32, place, 1, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Pci.Write(bridge, EfiPciWidthUint32, place, 1, NULL));
}

static void memory(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    uint64_t place, registers, result;
    uint32_t value = 0x01020304, found = 0;
    if (bridge == NULL || !find_edu(&place, &registers))
        return;
    uint64_t invert = registers + EDU_INVERT;
    EXPECT(EFI_SUCCESS, bridge->Mem.Write(bridge, EfiPciWidthUint32, invert, 1, &value));
    EXPECT(EFI_SUCCESS, bridge->Mem.Read(bridge, EfiPciWidthUint32, invert, 1, &found));
    EQUAL(~value, found);
    EXPECT(EFI_SUCCESS, bridge->CopyMem(bridge, EfiPciWidthUint32, invert, registers, 1));
    EXPECT(EFI_SUCCESS,
           bridge->PollMem(bridge, EfiPciWidthUint32, registers, 0xff, 0xed, 10000, &result));
    EXPECT(EFI_TIMEOUT,
           bridge->PollMem(bridge, EfiPciWidthUint32, registers, 0xff, 0, 10000, &result));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Mem.Read(bridge, EfiPciWidthUint32, invert, 1, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Mem.Write(bridge, EfiPciWidthMaximum, invert, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->CopyMem(bridge, EfiPciWidthMaximum, invert, registers, 1));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->PollMem(bridge, EfiPciWidthUint32, registers, 0xff, 0xed, 0, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->PollMem(bridge, EfiPciWidthMaximum, registers, 0xff, 0xed, 0, &result));
}

/* Port 0x80 is there to be written; the CMOS's index is read back nowhere, its registers are. */
static void ports(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    uint64_t result;
    uint8_t seconds = 0, valid = 0x0d, value = 0;
    if (bridge == NULL)
        return;
    EXPECT(EFI_SUCCESS, bridge->Io.Write(bridge, EfiPciWidthUint8, 0x80, 1, &seconds));
    EXPECT(EFI_SUCCESS, bridge->Io.Write(bridge, EfiPciWidthUint8, 0x70, 1, &valid));
    EXPECT(EFI_SUCCESS, bridge->Io.Read(bridge, EfiPciWidthUint8, 0x71, 1, &value));
    EQUAL(0x80, value & 0x80); /* RAM and time are valid */
    EXPECT(EFI_SUCCESS, bridge->PollIo(bridge, EfiPciWidthUint8, 0x71, 0x80, 0x80, 10000, &result));
    EXPECT(EFI_TIMEOUT, bridge->PollIo(bridge, EfiPciWidthUint8, 0x71, 0x80, 0, 10000, &result));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Io.Read(bridge, EfiPciWidthUint8, 0x71, 1, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Io.Read(bridge, EfiPciWidthUint64, 0x70, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Io.Write(bridge, EfiPciWidthMaximum, 0x80, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->PollIo(bridge, EfiPciWidthUint8, 0x71, 0x80, 0x80, 0, NULL));
}

static void map(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    EFI_PHYSICAL_ADDRESS address;
    size_t size = EFI_PAGE_SIZE;
    void *buffer, *mapping;
    if (bridge == NULL)
        return;
    REQUIRE(EFI_SUCCESS,
            bridge->AllocateBuffer(bridge, AllocateAnyPages, EfiBootServicesData, 1, &buffer, 0));
    EXPECT(EFI_SUCCESS, bridge->Map(bridge, EfiPciOperationBusMasterCommonBuffer, buffer, &size,
                                    &address, &mapping));
    EQUAL(EFI_PAGE_SIZE, size);
    EXPECT(EFI_SUCCESS, bridge->Flush(bridge));
    EXPECT(EFI_SUCCESS, bridge->Unmap(bridge, mapping));
    EXPECT(EFI_INVALID_PARAMETER, bridge->Unmap(bridge, buffer));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->Map(bridge, EfiPciOperationMaximum, buffer, &size, &address, &mapping));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->Map(bridge, EfiPciOperationBusMasterRead, NULL, &size, &address, &mapping));
    EXPECT(EFI_SUCCESS, bridge->FreeBuffer(bridge, 1, buffer));
    EXPECT(EFI_INVALID_PARAMETER,
           bridge->AllocateBuffer(bridge, AllocateAnyPages, EfiLoaderData, 1, &buffer, 0));
    EXPECT(EFI_UNSUPPORTED,
           bridge->AllocateBuffer(bridge, AllocateAnyPages, EfiBootServicesData, 1, &buffer, 1));
}

static void free_twice(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    void *buffer;
    if (bridge == NULL)
        return;
    REQUIRE(EFI_SUCCESS,
            bridge->AllocateBuffer(bridge, AllocateAnyPages, EfiBootServicesData, 1, &buffer, 0));
    EXPECT(EFI_SUCCESS, bridge->FreeBuffer(bridge, 1, buffer));
    EXPECT(EFI_INVALID_PARAMETER, bridge->FreeBuffer(bridge, 1, buffer));
}

static void attributes(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    uint64_t supports, found;
    if (bridge == NULL)
        return;
    EXPECT(EFI_SUCCESS, bridge->GetAttributes(bridge, &supports, &found));
    EXPECT(EFI_INVALID_PARAMETER, bridge->GetAttributes(bridge, NULL, NULL));
    EXPECT(EFI_UNSUPPORTED, bridge->SetAttributes(bridge, ~supports, NULL, NULL));
}

/* The bus numbers are among the descriptors, which an end tag closes. */
static void configuration(void)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge = root();
    void *resources;
    bool has_bus = false;
    if (bridge == NULL)
        return;
    REQUIRE(EFI_SUCCESS, bridge->Configuration(bridge, &resources));
    const uint8_t *d = resources;
    for (unsigned i = 0; i < 32 && d[0] == 0x8a; i++, d += 0x2e)
        has_bus |= d[3] == 2;
    EQUAL(0x79, d[0]);
    CHECK(has_bus);
}

static const struct selftest tests[] = {
    {"configuration-space", configuration_space},
    {"memory", memory},
    {"ports", ports},
    {"map", map},
    {"free-twice", free_twice},
    {"attributes", attributes},
    {"configuration", configuration},
};

const struct topic topic_pci_root = TOPIC("pci-root", tests);
