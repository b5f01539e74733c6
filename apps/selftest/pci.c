/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI I/O (UEFI 2.10 §14.4): registers, ports and configuration space. */
#include "selftest/pci.h"

#include "lib/memory.h"
#include "selftest/fixture.h"

EFI_PCI_IO_PROTOCOL *find_pci(uint32_t id)
{
    EFI_HANDLE *handles;
    EFI_PCI_IO_PROTOCOL *found = NULL;
    size_t count;
    if (!EXPECT(EFI_SUCCESS, bs->LocateHandleBuffer(ByProtocol, GUID_OF(EFI_PCI_IO_PROTOCOL), NULL,
                                                    &count, &handles)))
        return NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        EFI_PCI_IO_PROTOCOL *io;
        uint32_t each = 0;
        if (!EFI_ERROR(
                bs->HandleProtocol(handles[i], GUID_OF(EFI_PCI_IO_PROTOCOL), (void **)&io)) &&
            !EFI_ERROR(io->Pci.Read(io, EfiPciIoWidthUint32, 0, 1, &each)) && each == id)
            found = io;
    }
    bs->FreePool(handles);
    CHECK(found != NULL);
    return found;
}

/* The function, with a kind of space turned on; NULL is a failed check. */
static EFI_PCI_IO_PROTOCOL *find_enabled(uint32_t id, uint64_t attribute)
{
    EFI_PCI_IO_PROTOCOL *io = find_pci(id);
    if (io != NULL &&
        !EXPECT(EFI_SUCCESS, io->Attributes(io, EfiPciIoAttributeOperationEnable, attribute, NULL)))
        return NULL;
    return io;
}

static EFI_PCI_IO_PROTOCOL *registers(void)
{
    return find_enabled(EDU_ID, EFI_PCI_IO_ATTRIBUTE_MEMORY);
}

static EFI_PCI_IO_PROTOCOL *ports_of_testdev(void)
{
    return find_enabled(TESTDEV_ID, EFI_PCI_IO_ATTRIBUTE_IO);
}

static void location(void)
{
    EFI_PCI_IO_PROTOCOL *io = find_pci(EDU_ID);
    size_t segment, bus, device, function;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS, io->GetLocation(io, &segment, &bus, &device, &function));
    EQUAL(0, segment);
    CHECK(bus < 256 && device < 32 && function < 8);
    EXPECT(EFI_INVALID_PARAMETER, io->GetLocation(io, NULL, &bus, &device, &function));
    EXPECT(EFI_INVALID_PARAMETER, io->GetLocation(io, &segment, &bus, &device, NULL));
}

static void configuration(void)
{
    EFI_PCI_IO_PROTOCOL *io = find_pci(EDU_ID);
    uint32_t value = 0;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS, io->Pci.Read(io, EfiPciIoWidthUint16, 2, 1, &value));
    EQUAL(EDU_ID >> 16, value);
    value = 0x5a;
    EXPECT(EFI_SUCCESS, io->Pci.Write(io, EfiPciIoWidthUint8, 0x3c, 1, &value));
    value = 0;
    EXPECT(EFI_SUCCESS, io->Pci.Read(io, EfiPciIoWidthUint8, 0x3c, 1, &value));
    EQUAL(0x5a, value);
    EXPECT(EFI_INVALID_PARAMETER, io->Pci.Read(io, EfiPciIoWidthMaximum, 0, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER, io->Pci.Write(io, EfiPciIoWidthMaximum, 0x3c, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER, io->Pci.Read(io, EfiPciIoWidthUint8, 0, 1, NULL));
    EXPECT(EFI_UNSUPPORTED, io->Pci.Read(io, EfiPciIoWidthUint32, 4096, 1, &value));
    EXPECT(EFI_UNSUPPORTED, io->Pci.Write(io, EfiPciIoWidthUint32, 4096, 1, &value));
}

static void memory(void)
{
    EFI_PCI_IO_PROTOCOL *io = registers();
    uint32_t value = 0x12345678, found = 0;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS, io->Mem.Read(io, EfiPciIoWidthUint32, 0, EDU_IDENTITY, 1, &found));
    EQUAL(0xed, found & 0xff);
    EXPECT(EFI_SUCCESS, io->Mem.Write(io, EfiPciIoWidthUint32, 0, EDU_INVERT, 1, &value));
    EXPECT(EFI_SUCCESS, io->Mem.Read(io, EfiPciIoWidthUint32, 0, EDU_INVERT, 1, &found));
    EQUAL(~value, found);
    uint32_t fifo[2] = {1, 2};
    EXPECT(EFI_SUCCESS, io->Mem.Write(io, EfiPciIoWidthFifoUint32, 0, EDU_INVERT, 2, fifo));
    EXPECT(EFI_SUCCESS, io->Mem.Read(io, EfiPciIoWidthUint32, 0, EDU_INVERT, 1, &found));
    EQUAL(~2u, found);
}

static void memory_errors(void)
{
    EFI_PCI_IO_PROTOCOL *io = registers();
    uint32_t value;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_INVALID_PARAMETER, io->Mem.Read(io, EfiPciIoWidthMaximum, 0, 0, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER, io->Mem.Read(io, EfiPciIoWidthUint32, 0, 0, 1, NULL));
    EXPECT(EFI_INVALID_PARAMETER, io->Mem.Write(io, EfiPciIoWidthUint32, 0, 0, 1, NULL));
    EXPECT(EFI_UNSUPPORTED, io->Mem.Read(io, EfiPciIoWidthUint32, 5, 0, 1, &value));
    EXPECT(EFI_UNSUPPORTED, io->Mem.Read(io, EfiPciIoWidthUint32, 0, 1 << 20, 1, &value));
    EXPECT(EFI_UNSUPPORTED, io->Mem.Write(io, EfiPciIoWidthUint32, 0, (1 << 20) - 4, 2, &value));
    EXPECT(EFI_UNSUPPORTED, io->Mem.Read(io, EfiPciIoWidthUint32, 0, UINT64_MAX - 3, 1, &value));
}

static void ports(void)
{
    EFI_PCI_IO_PROTOCOL *io = ports_of_testdev();
    uint32_t value = 0;
    REQUIRE_TRUE(io != NULL);
    /* Test 0 is chosen: its width stands at 1. */
    EXPECT(EFI_SUCCESS, io->Io.Write(io, EfiPciIoWidthUint8, 1, 0, 1, &value));
    EXPECT(EFI_SUCCESS, io->Io.Read(io, EfiPciIoWidthUint8, 1, 1, 1, &value));
    CHECK(value == 1 || value == 2 || value == 4);
    EXPECT(EFI_INVALID_PARAMETER, io->Io.Read(io, EfiPciIoWidthMaximum, 1, 0, 1, &value));
    EXPECT(EFI_INVALID_PARAMETER, io->Io.Write(io, EfiPciIoWidthUint8, 1, 0, 1, NULL));
    EXPECT(EFI_UNSUPPORTED, io->Io.Read(io, EfiPciIoWidthUint8, 0, 0, 1, &value));
    EXPECT(EFI_UNSUPPORTED, io->Io.Write(io, EfiPciIoWidthUint8, 1, 1 << 16, 1, &value));
}

static void poll(void)
{
    EFI_PCI_IO_PROTOCOL *io = registers();
    uint64_t result = 0;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS,
           io->PollMem(io, EfiPciIoWidthUint32, 0, EDU_IDENTITY, 0xff, 0xed, 10000, &result));
    EQUAL(0xed, result & 0xff);
    EXPECT(EFI_TIMEOUT,
           io->PollMem(io, EfiPciIoWidthUint32, 0, EDU_IDENTITY, 0xff, 1, 10000, &result));
    EXPECT(EFI_INVALID_PARAMETER,
           io->PollMem(io, EfiPciIoWidthUint32, 0, EDU_IDENTITY, 0xff, 1, 0, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           io->PollMem(io, EfiPciIoWidthMaximum, 0, EDU_IDENTITY, 0xff, 1, 0, &result));
    EXPECT(EFI_UNSUPPORTED, io->PollMem(io, EfiPciIoWidthUint32, 5, 0, 0, 0, 0, &result));
    EXPECT(EFI_UNSUPPORTED, io->PollMem(io, EfiPciIoWidthUint32, 0, 1 << 20, 0, 0, 0, &result));
    EXPECT(EFI_UNSUPPORTED, io->PollIo(io, EfiPciIoWidthUint8, 0, 0, 0, 0, 0, &result));
}

static void poll_ports(void)
{
    EFI_PCI_IO_PROTOCOL *io = ports_of_testdev();
    uint64_t result = 0;
    uint8_t none = 0;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS, io->Io.Write(io, EfiPciIoWidthUint8, 1, 0, 1, &none));
    EXPECT(EFI_SUCCESS, io->PollIo(io, EfiPciIoWidthUint8, 1, 1, 0xf8, 0, 10000, &result));
    EXPECT(EFI_TIMEOUT, io->PollIo(io, EfiPciIoWidthUint8, 1, 1, 0xf8, 8, 10000, &result));
    EXPECT(EFI_INVALID_PARAMETER, io->PollIo(io, EfiPciIoWidthUint8, 1, 1, 0, 0, 0, NULL));
}

static void copy(void)
{
    EFI_PCI_IO_PROTOCOL *io = registers();
    uint32_t value = 0x11111111, found = 0;
    REQUIRE_TRUE(io != NULL);
    EXPECT(EFI_SUCCESS, io->Mem.Write(io, EfiPciIoWidthUint32, 0, EDU_INVERT, 1, &value));
    EXPECT(EFI_SUCCESS, io->CopyMem(io, EfiPciIoWidthUint32, 0, EDU_INVERT, 0, EDU_IDENTITY, 1));
    EXPECT(EFI_SUCCESS, io->Mem.Read(io, EfiPciIoWidthUint32, 0, EDU_INVERT, 1, &found));
    EQUAL(0xed, ~found & 0xff);
    EXPECT(EFI_INVALID_PARAMETER, io->CopyMem(io, EfiPciIoWidthMaximum, 0, 4, 0, 0, 1));
    EXPECT(EFI_UNSUPPORTED, io->CopyMem(io, EfiPciIoWidthUint32, 5, 4, 0, 0, 1));
    EXPECT(EFI_UNSUPPORTED, io->CopyMem(io, EfiPciIoWidthUint32, 0, 4, 0, 1 << 20, 1));
}

static const struct selftest tests[] = {
    {"location", location},     {"configuration", configuration},
    {"memory", memory},         {"memory-errors", memory_errors},
    {"ports", ports},           {"poll", poll},
    {"poll-ports", poll_ports}, {"copy", copy},
};

const struct topic topic_pci = TOPIC("pci", tests);
