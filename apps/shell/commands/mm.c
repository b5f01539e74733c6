/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/pci_root_bridge_io.h"
#include "shell/command.h"
#include "shell/console.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

/* mm: one place of memory, of a device's registers, of I/O ports or of PCI configuration space. */

enum { WIDTH, MEMORY, MMIO, IO, PCI, PCIE, NO_ASKING };

static const struct option options[] = {
    {"-w", OPTION_VALUE, "1|2|4|8", "Bytes at once; 1 if it is not given."},
    {"-mem", OPTION_FLAG, NULL, "Memory; the default."},
    {"-mmio", OPTION_FLAG, NULL, "A device's memory, by the PCI root bridge."},
    {"-io", OPTION_FLAG, NULL, "I/O ports."},
    {"-pci", OPTION_FLAG, NULL, "PCI configuration space: address ssssbbddffrr."},
    {"-pcie", OPTION_FLAG, NULL, "The same with ssssbbddffrrr."},
    {"-n", OPTION_FLAG, NULL, "Shows the one value, or writes the one given, and ends."},
};

struct place {
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge; /* NULL: memory */
    const EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_ACCESS *access;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH width;
    size_t bytes;
    unsigned kind;
};

static EFI_STATUS access_memory(uint64_t address, size_t bytes, uint64_t *value, bool write)
{
    volatile void *at = (volatile void *)(uintptr_t)address;
    if (address % bytes != 0)
        return EFI_INVALID_PARAMETER;
    switch (bytes) {
    case 1:
        write ? (void)(*(volatile uint8_t *)at = (uint8_t)*value)
              : (void)(*value = *(volatile uint8_t *)at);
        break;
    case 2:
        write ? (void)(*(volatile uint16_t *)at = (uint16_t)*value)
              : (void)(*value = *(volatile uint16_t *)at);
        break;
    case 4:
        write ? (void)(*(volatile uint32_t *)at = (uint32_t)*value)
              : (void)(*value = *(volatile uint32_t *)at);
        break;
    default:
        write ? (void)(*(volatile uint64_t *)at = *value)
              : (void)(*value = *(volatile uint64_t *)at);
        break;
    }
    return EFI_SUCCESS;
}

/* EFI_PCI_ADDRESS of what a user writes: ssssbbddffrr(r), the segment chose the bridge. */
static uint64_t configuration_address(uint64_t written, unsigned kind)
{
    unsigned shift = kind == PCIE ? 12 : 8;
    uint64_t offset = written & ((1u << shift) - 1);
    uint64_t function = (written >> shift) & 0xff, device = (written >> (shift + 8)) & 0xff;
    uint64_t bus = (written >> (shift + 16)) & 0xff;
    uint64_t address = bus << 24 | device << 16 | function << 8;
    return offset < 256 ? address | offset : address | offset << 32;
}

static EFI_STATUS access_place(const struct place *place, uint64_t address, uint64_t *value,
                               bool write)
{
    if (place->bridge == NULL)
        return access_memory(address, place->bytes, value, write);
    if (place->kind == PCI || place->kind == PCIE)
        address = configuration_address(address, place->kind);
    *value = write ? *value : 0;
    return write ? place->access->Write(place->bridge, place->width, address, 1, value)
                 : place->access->Read(place->bridge, place->width, address, 1, value);
}

static EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge_of_segment(struct arena *arena, uint64_t segment)
{
    struct handles list;
    if (EFI_ERROR(handles_with(arena, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), &list)))
        return NULL;
    for (size_t at = 0; at < list.count; at++) {
        EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge =
            handle_interface(list.list[at], GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
        if (bridge != NULL && bridge->SegmentNumber == segment)
            return bridge;
    }
    return NULL;
}

static EFI_STATUS take_width(const char16_t *word, struct place *ret)
{
    uint64_t bytes = 1;
    if (word != NULL && !command_number(word, false, &bytes))
        return EFI_INVALID_PARAMETER;
    for (unsigned log = 0; log < 4; log++)
        if (bytes == 1u << log) {
            ret->bytes = bytes;
            ret->width = (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH)(EfiPciWidthUint8 + log);
            return EFI_SUCCESS;
        }
    complain("a width is 1, 2, 4 or 8");
    return EFI_INVALID_PARAMETER;
}

static EFI_STATUS take_place(struct invocation *i, uint64_t address, struct place *ret)
{
    unsigned kinds = 0;
    uint64_t segment = 0;
    *ret = (struct place){.kind = MEMORY};
    for (unsigned kind = MEMORY; kind <= PCIE; kind++)
        if (i->values[kind] != NULL) {
            ret->kind = kind;
            kinds++;
        }
    if (kinds > 1) {
        complain("only one of -mem, -mmio, -io, -pci and -pcie can be meant");
        return EFI_INVALID_PARAMETER;
    }
    if (ret->kind != MEMORY) {
        if (ret->kind >= PCI)
            segment = address >> (ret->kind == PCIE ? 36 : 32);
        ret->bridge = bridge_of_segment(i->arena, segment);
        if (ret->bridge == NULL)
            return complain_status(EFI_NOT_FOUND, "PCI root bridge of segment %llX",
                                   (unsigned long long)segment);
        ret->access = ret->kind == MMIO ? &ret->bridge->Mem
                      : ret->kind == IO ? &ret->bridge->Io
                                        : &ret->bridge->Pci;
    }
    return take_width(i->values[WIDTH], ret);
}

static EFI_STATUS show_or_write(const struct place *place, uint64_t address, uint64_t *value,
                                bool write)
{
    static const char *const names[] = {"", "MEM", "MMIO", "IO", "PCI", "PCIE"};
    EFI_STATUS status = access_place(place, address, value, write);
    if (EFI_ERROR(status))
        return complain_status(status, "0x%llX", (unsigned long long)address);
    if (!write)
        print("%s  0x%016llX : 0x%0*llX", names[place->kind], (unsigned long long)address,
              (int)(2 * place->bytes), (unsigned long long)*value);
    return EFI_SUCCESS;
}

/* Shows place after place: a number changes it, an empty line goes on, q ends. */
static EFI_STATUS ask(const struct place *place, uint64_t address)
{
    for (;; address += place->bytes) {
        struct text line = {0};
        uint64_t value;
        EFI_STATUS status = show_or_write(place, address, &value, false);
        if (!EFI_ERROR(status))
            status = console_read_line(u" > ", NULL, NULL, &line);
        if (EFI_ERROR(status) || text_is(text_string(&line), "q") ||
            text_is(text_string(&line), ".")) {
            text_free(&line);
            return status;
        }
        if (line.length > 0 && command_number(text_string(&line), true, &value))
            status = show_or_write(place, address, &value, true);
        text_free(&line);
        if (EFI_ERROR(status))
            return status;
    }
}

static EFI_STATUS mm(struct invocation *i)
{
    struct place place;
    uint64_t address, value = 0;
    if (!command_number(i->operands[0], true, &address) ||
        (i->count > 1 && !command_number(i->operands[1], true, &value)))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = take_place(i, address, &place);
    if (EFI_ERROR(status))
        return status;
    if (place.bytes < 8 && value >> (8 * place.bytes) != 0) {
        complain("0x%llX does not fit in %zu bytes", (unsigned long long)value, place.bytes);
        return EFI_INVALID_PARAMETER;
    }
    if (i->count == 1 && i->values[NO_ASKING] == NULL)
        return ask(&place, address);
    status = show_or_write(&place, address, &value, i->count > 1);
    if (!EFI_ERROR(status) && i->count == 1)
        print("\n");
    return status;
}

SHELL_COMMAND(mm_command) = {
    .name = "mm",
    .run = mm,
    .summary = "Shows and changes memory, registers, ports and PCI configuration space.",
    .operands = "address [value]",
    .details =
        "Numbers are hexadecimal. With a value it is written. Without one, and without -n,\n"
        "place after place is shown: a number changes it, Enter goes on, q or a full stop ends.",
    .examples = "  mm 100000 -w 4\n  mm 3f8 41 -io\n  mm 0000000100 -pci -w 4 -n",
    OPTIONS(options),
    .least = 1,
    .most = 2,
};
