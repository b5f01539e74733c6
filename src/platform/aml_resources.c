/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Resource templates (ACPI 6.5 §6.4). */
#include "platform/aml.h"

#include "core/log.h"

#define FOUR_GIB (4ull << 30)
#define ONE_MIB  (1ull << 20)
#define ISA_END  0x1000u /* fixed devices have the I/O ports below */

#define LARGE_MEMORY32_FIXED 0x86

#define LARGE_DWORD 0x87
#define LARGE_WORD  0x88
#define LARGE_QWORD 0x8a
#define SMALL_END   0x0f

enum space {
    SPACE_MEMORY = 0,
    SPACE_IO = 1,
    SPACE_BUS = 2,
};

static unsigned width_of(uint8_t tag)
{
    switch (tag) {
    case LARGE_WORD:
        return 2;
    case LARGE_DWORD:
        return 4;
    case LARGE_QWORD:
        return 8;
    default:
        return 0;
    }
}

/* A bridge's windows stand one behind the other. */
static void add_window(struct aml_windows *windows, struct aml_bridge *bridge,
                       enum pci_window_kind kind, uint64_t min, uint64_t max)
{
    if (windows->count == windows->max) {
        log_warning("DSDT: more than %zu windows of host bridges", windows->max);
        return;
    }
    windows->list[windows->count++] = (struct pci_window){min, max - min + 1, kind};
    bridge->window_count++;
}

static void take_window(struct aml_windows *windows, struct aml_bridge *bridge, uint8_t space,
                        uint64_t min, uint64_t max)
{
    if (space == SPACE_BUS && max <= UINT8_MAX) {
        bridge->bus_start = (uint8_t)min;
        bridge->bus_end = (uint8_t)max;
    }
    if (space == SPACE_IO && max <= UINT16_MAX && max >= ISA_END)
        add_window(windows, bridge, PCI_WINDOW_IO, MAX(min, ISA_END), max);
    if (space != SPACE_MEMORY)
        return;
    if (min >= FOUR_GIB && max != UINT64_MAX)
        add_window(windows, bridge, PCI_WINDOW_64, min, max);
    else if (min >= ONE_MIB && max < FOUR_GIB)
        add_window(windows, bridge, PCI_WINDOW_32, min, max);
}

/* Address space descriptors: type, two bytes of flags, then granularity, minimum, maximum,
 * translation and length (§6.4.3.5). */
static void read_address_space(struct reader body, unsigned width, struct aml_windows *windows,
                               struct aml_bridge *bridge)
{
    uint8_t space;
    uint64_t numbers[5] = {0};
    if (!reader_u8(&body, &space) || !reader_skip(&body, 2))
        return;
    for (int i = 0; i < 5; i++) {
        if (!reader_copy(&body, &numbers[i], width))
            return;
    }
    uint64_t min = numbers[1], max = numbers[2], translation = numbers[3], length = numbers[4];
    if (length == 0 || max < min || length - 1 != max - min || translation != 0)
        return;
    take_window(windows, bridge, space, min, max);
}

/* Takes the next descriptor; false at the end, be it the list's or a malformed one. */
static bool take_descriptor(struct reader *r, uint8_t *ret_tag, struct reader *ret_body)
{
    uint8_t tag;
    if (!reader_u8(r, &tag))
        return false;
    uint16_t length = tag & 7;
    if ((tag & 0x80) != 0 && !reader_u16(r, &length))
        return false;
    if (!reader_window(r, r->position, length, ret_body) || !reader_skip(r, length))
        return false;
    *ret_tag = tag;
    return (tag & 0x80) != 0 || tag >> 3 != SMALL_END;
}

void aml_read_resources(struct reader r, struct aml_windows *windows, struct aml_bridge *bridge)
{
    bridge->first_window = windows->count;
    bridge->window_count = 0;
    uint8_t tag;
    struct reader body;
    while (take_descriptor(&r, &tag, &body)) {
        unsigned width = width_of(tag);
        if (width != 0)
            read_address_space(body, width, windows, bridge);
    }
}

/* 32-bit fixed memory range descriptor: a byte of information, base and length (§6.4.3.4). */
bool aml_read_fixed_memory(struct reader r, uint64_t *ret_base, uint64_t *ret_size)
{
    uint8_t tag;
    struct reader body;
    while (take_descriptor(&r, &tag, &body)) {
        uint32_t base, size;
        if (tag == LARGE_MEMORY32_FIXED && reader_skip(&body, 1) && reader_u32(&body, &base) &&
            reader_u32(&body, &size)) {
            *ret_base = base;
            *ret_size = size;
            return true;
        }
    }
    return false;
}
