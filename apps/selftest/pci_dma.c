/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI I/O (UEFI 2.10 §14.4): memory for a device that masters the bus, and attributes. */
#include "lib/memory.h"
#include "selftest/fixture.h"
#include "selftest/pci.h"

#define SIZE     512u
#define BOTH     (EFI_PCI_IO_ATTRIBUTE_MEMORY | EFI_PCI_IO_ATTRIBUTE_BUS_MASTER)
#define TO_EDU   1u
#define FROM_EDU 3u

static EFI_PCI_IO_PROTOCOL *edu(void)
{
    EFI_PCI_IO_PROTOCOL *io = find_pci(EDU_ID);
    if (io != NULL &&
        !EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationEnable, BOTH, NULL)))
        return NULL;
    return io;
}

/* The device copies; a tenth of a second later it is done, when the machine has the time. */
static bool wait_until_done(EFI_PCI_IO_PROTOCOL *io)
{
    uint64_t running = 1;
    for (int i = 0; i < 60000 && (running & 1) != 0; i++) {
        if (!EXPECT(EFI_SUCCESS, io->Mem.Read(io, EfiPciIoWidthUint64, 0, EDU_DMA_GO, 1, &running)))
            return false;
        bs->Stall(1000);
    }
    return CHECK((running & 1) == 0);
}

static bool transfer(EFI_PCI_IO_PROTOCOL *io, uint64_t from, uint64_t to, uint64_t command)
{
    uint64_t size = SIZE;
    return EXPECT(EFI_SUCCESS, io->Mem.Write(io, EfiPciIoWidthUint64, 0, EDU_DMA_FROM, 1, &from)) &&
           EXPECT(EFI_SUCCESS, io->Mem.Write(io, EfiPciIoWidthUint64, 0, EDU_DMA_TO, 1, &to)) &&
           EXPECT(EFI_SUCCESS, io->Mem.Write(io, EfiPciIoWidthUint64, 0, EDU_DMA_SIZE, 1, &size)) &&
           EXPECT(EFI_SUCCESS,
                  io->Mem.Write(io, EfiPciIoWidthUint64, 0, EDU_DMA_GO, 1, &command)) &&
           wait_until_done(io);
}

/* There and back, with a mapping for each direction. */
static void round_trip(void)
{
    static uint8_t sent[SIZE], received[SIZE];
    EFI_PCI_IO_PROTOCOL *io = edu();
    EFI_PHYSICAL_ADDRESS address;
    size_t size = SIZE;
    void *mapping;
    REQUIRE_TRUE(io != NULL);
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (uint8_t)(i * 3 + 1);
    REQUIRE(EFI_SUCCESS,
            io->Map(io, EfiPciIoOperationBusMasterRead, sent, &size, &address, &mapping));
    EQUAL(SIZE, size);
    transfer(io, address, EDU_BUFFER, TO_EDU);
    EXPECT(EFI_SUCCESS, io->Unmap(io, mapping));
    REQUIRE(EFI_SUCCESS,
            io->Map(io, EfiPciIoOperationBusMasterWrite, received, &size, &address, &mapping));
    EQUAL(SIZE, size);
    transfer(io, EDU_BUFFER, address, FROM_EDU);
    EXPECT(EFI_SUCCESS, io->Flush(io));
    EXPECT(EFI_SUCCESS, io->Unmap(io, mapping));
    CHECK(memcmp(sent, received, SIZE) == 0);
}

static void common_buffer(void)
{
    EFI_PCI_IO_PROTOCOL *io = edu();
    EFI_PHYSICAL_ADDRESS address;
    size_t size = EFI_PAGE_SIZE;
    void *buffer, *mapping;
    REQUIRE_TRUE(io != NULL);
    REQUIRE(EFI_SUCCESS,
            io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1, &buffer, 0));
    REQUIRE(EFI_SUCCESS,
            io->Map(io, EfiPciIoOperationBusMasterCommonBuffer, buffer, &size, &address, &mapping));
    EQUAL(EFI_PAGE_SIZE, size);
    uint8_t *bytes = buffer;
    memset(bytes, 0x77, SIZE);
    transfer(io, address, EDU_BUFFER, TO_EDU);
    memset(bytes, 0, SIZE);
    transfer(io, EDU_BUFFER, address, FROM_EDU);
    CHECK(bytes[0] == 0x77 && bytes[SIZE - 1] == 0x77 && bytes[SIZE] != 0x77);
    EXPECT(EFI_SUCCESS, io->Unmap(io, mapping));
    EXPECT(EFI_SUCCESS, io->FreeBuffer(io, 1, buffer));
}

static void free_twice(void)
{
    EFI_PCI_IO_PROTOCOL *io = edu();
    void *buffer;
    REQUIRE_TRUE(io != NULL);
    REQUIRE(EFI_SUCCESS,
            io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1, &buffer, 0));
    EXPECT(EFI_SUCCESS, io->FreeBuffer(io, 1, buffer));
    EXPECT(EFI_INVALID_PARAMETER, io->FreeBuffer(io, 1, buffer));
}

static void map_errors(void)
{
    static uint8_t bytes[SIZE];
    EFI_PCI_IO_PROTOCOL *io = edu();
    EFI_PHYSICAL_ADDRESS address;
    size_t size = SIZE;
    void *mapping;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_INVALID_PARAMETER,
           io->Map(io, EfiPciIoOperationMaximum, bytes, &size, &address, &mapping));
    EXPECT(EFI_INVALID_PARAMETER,
           io->Map(io, EfiPciIoOperationBusMasterRead, NULL, &size, &address, &mapping));
    EXPECT(EFI_INVALID_PARAMETER,
           io->Map(io, EfiPciIoOperationBusMasterRead, bytes, NULL, &address, &mapping));
    EXPECT(EFI_INVALID_PARAMETER,
           io->Map(io, EfiPciIoOperationBusMasterRead, bytes, &size, NULL, &mapping));
    EXPECT(EFI_INVALID_PARAMETER,
           io->Map(io, EfiPciIoOperationBusMasterRead, bytes, &size, &address, NULL));
    EXPECT(EFI_INVALID_PARAMETER, io->Unmap(io, bytes));
}

static void buffer_errors(void)
{
    EFI_PCI_IO_PROTOCOL *io = edu();
    void *buffer;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_INVALID_PARAMETER,
           io->AllocateBuffer(io, AllocateAnyPages, EfiLoaderData, 1, &buffer, 0));
    EXPECT(EFI_INVALID_PARAMETER,
           io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1, NULL, 0));
    EXPECT(EFI_UNSUPPORTED, io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1,
                                               &buffer, EFI_PCI_IO_ATTRIBUTE_IO));
    EXPECT(EFI_OUT_OF_RESOURCES,
           io->AllocateBuffer(io, AllocateAnyPages, EfiBootServicesData, 1ull << 40, &buffer, 0));
}

static void attributes(void)
{
    EFI_PCI_IO_PROTOCOL *io = edu();
    uint64_t before, found;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationSupported, 0, &found));
    EQUAL(BOTH, found & BOTH);
    EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationGet, 0, &before));
    EQUAL(BOTH, before & BOTH);
    EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationDisable,
                                       EFI_PCI_IO_ATTRIBUTE_BUS_MASTER, NULL));
    EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationGet, 0, &found));
    EQUAL(before & ~(uint64_t)EFI_PCI_IO_ATTRIBUTE_BUS_MASTER, found);
    EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationSet, before, NULL));
    EXPECT(EFI_INVALID_PARAMETER, io->Attributes(io, EfiPciIoAttributeOperationGet, 0, NULL));
    EXPECT(EFI_INVALID_PARAMETER, io->Attributes(io, EfiPciIoAttributeOperationMaximum, 0, &found));
    EXPECT(EFI_UNSUPPORTED, io->Attributes(io, EfiPciIoAttributeOperationEnable, 1ull << 40, NULL));
}

static void bar_attributes(void)
{
    EFI_PCI_IO_PROTOCOL *io = edu();
    uint64_t supports, offset = 0, length = 16;
    void *resources = NULL;
    REQUIRE_TRUE(io != NULL);
    REQUIRE(EFI_SUCCESS, io->GetBarAttributes(io, 0, &supports, &resources));
    const uint8_t *descriptor = resources;
    EQUAL(0x8a, descriptor[0]); /* a QWORD address space descriptor (ACPI 6.5 §6.4.3.5.1) */
    EQUAL(0, descriptor[3]);    /* of memory */
    memcpy(&length, descriptor + 38, sizeof length);
    EQUAL(1 << 20, length);
    EXPECT(EFI_SUCCESS, bs->FreePool(resources));
    EXPECT(EFI_INVALID_PARAMETER, io->GetBarAttributes(io, 0, NULL, NULL));
    EXPECT(EFI_UNSUPPORTED, io->GetBarAttributes(io, 5, &supports, NULL));
    EXPECT(EFI_UNSUPPORTED, io->SetBarAttributes(io, 1ull << 40, 0, &offset, &length));
    EXPECT(EFI_INVALID_PARAMETER, io->SetBarAttributes(io, 0, 0, NULL, &length));
    EXPECT(EFI_INVALID_PARAMETER, io->SetBarAttributes(io, 0, 0, &offset, NULL));
}

static const struct selftest tests[] = {
    {"round-trip", round_trip},         {"common-buffer", common_buffer},
    {"free-twice", free_twice},         {"map-errors", map_errors},
    {"buffer-errors", buffer_errors},   {"attributes", attributes},
    {"bar-attributes", bar_attributes},
};

const struct topic topic_pci_dma = TOPIC("pci-dma", tests);
