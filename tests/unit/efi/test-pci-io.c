/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Access to registers and configuration space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/cpu.h"
#include "unit/efi/fake-memory.h"
#include "unit/efi/pci_io_fixture.h"

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(costs_nothing),      TEST(location), TEST(every_width), TEST(ports),
        TEST(ranges_are_checked), TEST(polling),  TEST(copying),     TEST(configuration_space),
    };
    return cmocka_run_group_tests(tests, group_set_up, NULL);
}
