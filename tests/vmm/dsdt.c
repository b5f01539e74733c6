/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/dsdt.h"

#include <string.h>

#define FIXTURE_BITS 46u

/* AML and resource bytes (ACPI 6.5 §20.2, §6.4) */
#define AML_QWORD        0x0e
#define AML_BYTE         0x0a
#define DEVICE_SIZE      2u  /* ExtOp, DeviceOp */
#define NAME_SIZE        9u  /* DualNamePrefix, two segments */
#define QWORD_SIZE       46u /* of a QWordMemory descriptor, with its header */
#define CRS_TO_RESOURCES 9u  /* the name, and the head of a buffer */
#define IO_PORT_SIZE     8u
#define WORD_SPACE_SIZE  16u
#define MEMORY32_SIZE    12u
#define MEMORY32_BASE    4u

static const uint8_t bridge_name[NAME_SIZE] = {0x2e, '_', 'S', 'B', '_', 'P', 'C', '0', '0'};

/* A PkgLength of two bytes, which all that we change has (ACPI 6.5 §20.2.4). */
static unsigned package_length(const uint8_t *at)
{
    return (at[0] & 15u) | at[1] * 16u;
}

static void set_package_length(uint8_t *at, unsigned length)
{
    at[0] = (uint8_t)(0x40 | (length & 15));
    at[1] = (uint8_t)(length >> 4);
}

static uint8_t *find(uint8_t *from, const uint8_t *end, const void *what, size_t size)
{
    for (; from + size <= end; from++) {
        if (memcmp(from, what, size) == 0)
            return from;
    }
    die("the DSDT is not the one that was dumped");
}

/* An address near the top of the fixture's address space moves to the top of ours. */
static uint64_t moved(const struct vm *vm, uint64_t address)
{
    if (address < 1ull << (FIXTURE_BITS - 1) || address > 1ull << FIXTURE_BITS)
        return address;
    return address - (1ull << FIXTURE_BITS) + (1ull << vm->options->physical_bits);
}

static void set_range(uint8_t *descriptor, struct span range)
{
    uint64_t numbers[5];
    memcpy(numbers, descriptor + 6, sizeof numbers);
    numbers[1] = range.base;
    numbers[2] = range.end - 1;
    numbers[4] = range.end - range.base;
    memcpy(descriptor + 6, numbers, sizeof numbers);
}

/* QWordMemory descriptors outside of the bridge, and the 64-bit constants of operation regions. */
static void move_controllers(const struct vm *vm, uint8_t *table, uint32_t length)
{
    for (uint32_t at = sizeof(struct acpi_header); at + QWORD_SIZE <= length; at++) {
        uint64_t constant, range[2];
        memcpy(&constant, table + at + 1, 8);
        if (table[at] == AML_QWORD && constant >> (FIXTURE_BITS - 1) == 1) {
            constant = moved(vm, constant);
            memcpy(table + at + 1, &constant, 8);
        }
        if (table[at] != 0x8a || table[at + 1] != QWORD_SIZE - 3 || table[at + 2] != 0)
            continue;
        memcpy(range, table + at + 14, sizeof range);
        set_range(table + at, (struct span){moved(vm, range[0]), moved(vm, range[1]) + 1});
        at += QWORD_SIZE - 1;
    }
}

/* The bridge's windows: after bus numbers, on segment 0 CF8, and the ECAM. */
static void set_windows(const struct vm *vm, uint8_t *resources, unsigned segment)
{
    uint8_t *ecam = resources + WORD_SPACE_SIZE + (segment == 0 ? IO_PORT_SIZE : 0);
    uint32_t base = (uint32_t)(ECAM + segment * 0x100000u);
    memcpy(ecam + MEMORY32_BASE, &base, sizeof base);
    set_range(ecam + MEMORY32_SIZE, window32(vm, segment));
    set_range(ecam + MEMORY32_SIZE + QWORD_SIZE, window64(vm, segment));
}

static void remove_bytes(uint8_t *at, unsigned size, uint8_t **end)
{
    memmove(at, at + size, (size_t)(*end - at - size));
    *end -= size;
}

/* Segments after the first have no I/O ports. `resources` is the buffer's content. */
static void remove_ports(uint8_t *resources, uint8_t **end)
{
    unsigned removed = IO_PORT_SIZE + 2 * WORD_SPACE_SIZE;
    uint8_t *ports = resources + WORD_SPACE_SIZE + IO_PORT_SIZE + MEMORY32_SIZE + 2 * QWORD_SIZE;
    remove_bytes(ports, 2 * WORD_SPACE_SIZE, end);
    remove_bytes(resources + WORD_SPACE_SIZE, IO_PORT_SIZE, end);
    resources[-1] = (uint8_t)(resources[-1] - removed);
    set_package_length(resources - 4, package_length(resources - 4) - removed);
}

/* Zero in "Name (_SEG, Zero)" becomes a byte constant. */
static void set_number(uint8_t *device, uint8_t **end, const char *name, unsigned number)
{
    uint8_t *at = find(device, *end, name, 4) + 4;
    memmove(at + 1, at, (size_t)(*end - at));
    *end += 1;
    at[0] = AML_BYTE;
    at[1] = (uint8_t)number;
}

/* Makes a copy of segment 0's bridge, from its DeviceOp to `end`, that of another segment. */
static void change_bridge(const struct vm *vm, uint8_t *device, uint8_t **end, unsigned segment)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t *name = device + DEVICE_SIZE + 2 + NAME_SIZE - 2;
    name[0] = (uint8_t)digits[segment / 16];
    name[1] = (uint8_t)digits[segment % 16];
    uint8_t *resources = find(device, *end, "_CRS", 4) + CRS_TO_RESOURCES;
    remove_ports(resources, end);
    set_windows(vm, resources, segment);
    set_number(device, end, "_SEG", segment);
    set_number(device, end, "_UID", segment);
    set_package_length(device + DEVICE_SIZE, (unsigned)(*end - device - DEVICE_SIZE));
}

void dsdt_fit(struct vm *vm, struct acpi_header *dsdt)
{
    uint8_t *table = (uint8_t *)dsdt, *table_end = table + dsdt->length;
    move_controllers(vm, table, dsdt->length);
    uint8_t *device = find(table, table_end, bridge_name, NAME_SIZE) - DEVICE_SIZE - 2;
    unsigned size = DEVICE_SIZE + package_length(device + DEVICE_SIZE);
    set_windows(vm, find(device, table_end, "_CRS", 4) + CRS_TO_RESOURCES, 0);

    uint8_t *at = device + size;
    for (unsigned segment = 1; segment < vm->options->segment_count; segment++) {
        memmove(at + DSDT_BRIDGE_MAX, at, (size_t)(table_end - at));
        memcpy(at, device, size);
        uint8_t *end = at + size;
        change_bridge(vm, at, &end, segment);
        memmove(end, at + DSDT_BRIDGE_MAX, (size_t)(table_end - at));
        table_end += end - at;
        at = end;
    }
    dsdt->length = (uint32_t)(table_end - table);
}
