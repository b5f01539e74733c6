/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/pci_root_bridge_io.h"
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/model/handles.h"
#include "shell/model/pci_names.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { SEGMENT, INTERPRET, EXTENDED };

static const struct option options[] = {
    {"-s", OPTION_VALUE, "segment", "Only this segment (hexadecimal); of one function, its."},
    {"-i", OPTION_FLAG, NULL, "Explains the header and the capabilities of one function."},
    {"-ec", OPTION_VALUE, "id", "Shows one extended capability (hexadecimal), with -i."},
};

typedef EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL bridge_io;

struct function {
    bridge_io *bridge;
    uint8_t bus, device, function;
};

static bool read_config(const struct function *f, uint32_t offset, size_t size, void *ret)
{
    uint64_t address = EFI_PCI_ADDRESS(f->bus, f->device, f->function, offset);
    return !EFI_ERROR(f->bridge->Pci.Read(f->bridge, EfiPciWidthUint8, address, size, ret));
}

static bool is_there(const struct function *f)
{
    uint32_t id;
    uint64_t address = EFI_PCI_ADDRESS(f->bus, f->device, f->function, 0);
    return !EFI_ERROR(f->bridge->Pci.Read(f->bridge, EfiPciWidthUint32, address, 1, &id)) &&
           (id & 0xffff) != 0xffff;
}

static uint16_t u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t u32(const uint8_t *at)
{
    return u16(at) | (uint32_t)u16(at + 2) << 16;
}

static void show_line(const struct function *f)
{
    uint8_t header[64];
    if (!read_config(f, 0, sizeof header, header))
        return;
    print("  %02X   %02X  %02X  %02X ==> %s\n             Vendor %04X Device %04X Prog Interface "
          "%X\n",
          f->bridge->SegmentNumber, f->bus, f->device, f->function,
          pci_class_name(header[11], header[10]), u16(header), u16(header + 2), header[9]);
}

/* Function 0 says whether there are more. */
static void show_device(struct function *f)
{
    uint8_t type;
    f->function = 0;
    if (!is_there(f) || !read_config(f, 0x0e, 1, &type))
        return;
    show_line(f);
    for (f->function = 1; (type & 0x80) != 0 && f->function < 8; f->function++)
        if (is_there(f))
            show_line(f);
}

/* The buses that a root bridge's resources name; else all of them. */
static void bus_range(bridge_io *bridge, unsigned *ret_first, unsigned *ret_last)
{
    void *resources;
    *ret_first = 0;
    *ret_last = 255;
    if (EFI_ERROR(bridge->Configuration(bridge, &resources)))
        return;
    /* Address space descriptors (ACPI 6.5 §6.4.3.5.1) until the end tag. */
    const uint8_t *at = resources;
    for (; at[0] == 0x8a; at += 3 + u16(at + 1))
        if (at[3] == 2) {
            *ret_first = at[14];
            *ret_last = at[22];
            return;
        }
}

static void show_bridge(bridge_io *bridge)
{
    struct function f = {.bridge = bridge};
    unsigned first, last;
    bus_range(bridge, &first, &last);
    for (unsigned bus = first; bus <= last; bus++)
        for (unsigned device = 0; device < 32 && !shell_interrupted(); device++) {
            f.bus = (uint8_t)bus;
            f.device = (uint8_t)device;
            show_device(&f);
        }
}

static EFI_STATUS find_bridge(struct invocation *i, uint64_t segment, unsigned bus, bridge_io **ret)
{
    struct handles list;
    EFI_STATUS status = handles_with(i->arena, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), &list);
    for (size_t at = 0; !EFI_ERROR(status) && at < list.count; at++) {
        unsigned first, last;
        *ret = handle_interface(list.list[at], GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
        if (*ret == NULL || (*ret)->SegmentNumber != segment)
            continue;
        bus_range(*ret, &first, &last);
        if (bus >= first && bus <= last)
            return EFI_SUCCESS;
    }
    return EFI_NOT_FOUND;
}

static EFI_STATUS show_all(struct invocation *i, bool one_segment, uint64_t segment)
{
    struct handles list;
    EFI_STATUS status = handles_with(i->arena, GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), &list);
    if (EFI_ERROR(status))
        return complain_status(status, "PCI root bridges");
    print("   Seg  Bus  Dev Func\n   ---  ---  --- ----\n");
    for (size_t at = 0; at < list.count; at++) {
        bridge_io *bridge =
            handle_interface(list.list[at], GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
        if (bridge != NULL && (!one_segment || bridge->SegmentNumber == segment))
            show_bridge(bridge);
    }
    return shell_interrupted() ? EFI_ABORTED : EFI_SUCCESS;
}

/* -i */

static void explain_bars(const uint8_t *header, unsigned count)
{
    for (unsigned bar = 0; bar < count; bar++) {
        uint32_t low = u32(header + 0x10 + 4 * bar);
        if (low == 0)
            continue;
        if ((low & 1) != 0) {
            print("  BAR %u: I/O ports at 0x%X\n", bar, low & ~3u);
        } else if ((low & 6) == 4 && bar + 1 < count) {
            uint64_t high = u32(header + 0x14 + 4 * bar);
            print("  BAR %u: 64-bit memory at 0x%llX%s\n", bar,
                  (unsigned long long)(high << 32 | (low & ~0xfu)),
                  (low & 8) != 0 ? ", prefetchable" : "");
            bar++;
        } else {
            print("  BAR %u: 32-bit memory at 0x%X%s\n", bar, low & ~0xfu,
                  (low & 8) != 0 ? ", prefetchable" : "");
        }
    }
}

static void explain_header(const uint8_t *header)
{
    bool bridge = (header[14] & 0x7f) == 1;
    print("  Vendor %04X, device %04X, revision %02X\n  Command %04X, status %04X\n"
          "  Class %02X%02X%02X: %s\n  Header type %02X, cache line %02X, latency %02X\n",
          u16(header), u16(header + 2), header[8], u16(header + 4), u16(header + 6), header[11],
          header[10], header[9], pci_class_name(header[11], header[10]), header[14], header[12],
          header[13]);
    explain_bars(header, bridge ? 2 : 6);
    if (bridge)
        print("  Buses: primary %02X, secondary %02X, subordinate %02X\n", header[0x18],
              header[0x19], header[0x1a]);
    else
        print("  Subsystem %04X:%04X, expansion ROM 0x%X\n", u16(header + 0x2c), u16(header + 0x2e),
              u32(header + 0x30));
    print("  Interrupt line %02X, pin %02X\n", header[0x3c], header[0x3d]);
}

/* Lists may loop: each place is looked at once. */
static void explain_capabilities(const uint8_t *config)
{
    unsigned at = (u16(config + 6) & 0x10) != 0 ? config[0x34] & ~3u : 0;
    for (unsigned steps = 0; at >= 0x40 && steps < 48; steps++) {
        print("  Capability %02X at %02X: %s\n", config[at], at, pci_capability_name(config[at]));
        at = config[at + 1] & ~3u;
    }
}

static void explain_extended(const struct function *f, bool wanted, uint64_t id)
{
    unsigned at = 0x100;
    for (unsigned steps = 0; at >= 0x100 && at < 0x1000 - 4 && steps < 960; steps++) {
        uint8_t bytes[64] = {0};
        if (!read_config(f, at, 4, bytes) || u32(bytes) == 0 || u32(bytes) == 0xffffffff)
            return;
        uint32_t header = u32(bytes);
        if (!wanted || id == (header & 0xffff))
            print("  Extended capability %04X version %u at %03X\n", header & 0xffff,
                  header >> 16 & 0xf, at);
        if (wanted && id == (header & 0xffff) &&
            read_config(f, at, MIN(sizeof bytes, 0x1000 - at), bytes))
            dump_bytes(at, bytes, MIN(sizeof bytes, 0x1000 - at));
        at = header >> 20 & ~3u;
    }
}

static EFI_STATUS show_one(struct invocation *i, uint64_t segment)
{
    uint64_t numbers[3] = {0}, capability = 0;
    const char16_t *extended = i->values[EXTENDED];
    uint8_t config[256];
    struct function f;
    if (extended != NULL && !command_number(extended, true, &capability))
        return EFI_INVALID_PARAMETER;
    for (size_t at = 0; at < i->count; at++)
        if (!command_number(i->operands[at], true, &numbers[at]))
            return EFI_INVALID_PARAMETER;
    if (i->count < 2 || numbers[0] > 255 || numbers[1] > 31 || numbers[2] > 7) {
        complain("bus, device and maybe function are needed");
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = find_bridge(i, segment, (unsigned)numbers[0], &f.bridge);
    f.bus = (uint8_t)numbers[0];
    f.device = (uint8_t)numbers[1];
    f.function = (uint8_t)numbers[2];
    if (EFI_ERROR(status) || !is_there(&f) || !read_config(&f, 0, sizeof config, config))
        return complain_status(EFI_NOT_FOUND, "%02llX:%02X:%02X.%X", (unsigned long long)segment,
                               f.bus, f.device, f.function);
    print("  PCI segment %02llX bus %02X device %02X function %02X\n", (unsigned long long)segment,
          f.bus, f.device, f.function);
    dump_bytes(0, config, i->values[INTERPRET] != NULL ? 64 : sizeof config);
    if (i->values[INTERPRET] == NULL)
        return EFI_SUCCESS;
    explain_header(config);
    explain_capabilities(config);
    explain_extended(&f, extended != NULL, capability);
    return EFI_SUCCESS;
}

static EFI_STATUS pci(struct invocation *i)
{
    uint64_t segment = 0;
    if (i->values[SEGMENT] != NULL && !command_number(i->values[SEGMENT], true, &segment))
        return EFI_INVALID_PARAMETER;
    return i->count == 0 ? show_all(i, i->values[SEGMENT] != NULL, segment) : show_one(i, segment);
}

SHELL_COMMAND(pci_command) = {
    .name = "pci",
    .run = pci,
    .summary = "Lists PCI functions, or shows the configuration space of one.",
    .operands = "[bus device [function]]",
    .details = "Numbers are hexadecimal.",
    .examples = "  pci\n  pci 0 3\n  pci 0 1f 2 -i -b",
    OPTIONS(options),
    .most = 3,
};
