/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/pci_access.h"

#include "arch/io.h"
#include "core/time.h"
#include "drivers/pci/pci.h"
#include "lib/checked.h"
#include "lib/memory.h"

/* Widths are numbered in three groups of four. */
enum group {
    GROUP_PLAIN, /* address and buffer advance */
    GROUP_FIFO,  /* the address stays */
    GROUP_FILL,  /* the buffer stays */
};

static enum group group_of(uint32_t width)
{
    return (enum group)(width / 4);
}

static unsigned size_of(uint32_t width)
{
    return 1u << width % 4;
}

bool pci_access_is_plain(uint32_t width)
{
    return width <= EfiPciWidthUint64;
}

uint64_t pci_access_span(uint32_t width, size_t count)
{
    if (group_of(width) == GROUP_FIFO)
        return count > 0 ? size_of(width) : 0;
    return (uint64_t)count * size_of(width);
}

size_t pci_access_buffer_size(uint32_t width, size_t count)
{
    if (group_of(width) == GROUP_FILL)
        return count > 0 ? size_of(width) : 0;
    return count * size_of(width);
}

EFI_STATUS pci_access_check(enum pci_space space, uint32_t width, uint64_t offset, size_t count,
                            const void *buffer, uint64_t limit)
{
    if (width >= EfiPciWidthMaximum || buffer == NULL)
        return EFI_INVALID_PARAMETER;
    unsigned size = size_of(width);
    if (space != PCI_SPACE_MEMORY && size > 4)
        return EFI_INVALID_PARAMETER;
    uint64_t bytes;
    if (!checked_mul(count, size, &bytes) || !IS_ALIGNED(offset, size) ||
        !range_within(offset, pci_access_span(width, count), limit))
        return EFI_UNSUPPORTED;
    return EFI_SUCCESS;
}

static uint64_t read_memory(uint64_t address, unsigned size)
{
    switch (size) {
    case 1:
        return mmio_read8(address);
    case 2:
        return mmio_read16(address);
    case 4:
        return mmio_read32(address);
    default:
        return mmio_read64(address);
    }
}

static void write_memory(uint64_t address, unsigned size, uint64_t value)
{
    switch (size) {
    case 1:
        mmio_write8(address, (uint8_t)value);
        break;
    case 2:
        mmio_write16(address, (uint16_t)value);
        break;
    case 4:
        mmio_write32(address, (uint32_t)value);
        break;
    default:
        mmio_write64(address, value);
        break;
    }
}

static uint32_t read_port(uint16_t port, unsigned size)
{
    switch (size) {
    case 1:
        return io_read8(port);
    case 2:
        return io_read16(port);
    default:
        return io_read32(port);
    }
}

static void write_port(uint16_t port, unsigned size, uint32_t value)
{
    switch (size) {
    case 1:
        io_write8(port, (uint8_t)value);
        break;
    case 2:
        io_write16(port, (uint16_t)value);
        break;
    default:
        io_write32(port, value);
        break;
    }
}

static uint32_t read_register(const struct pci_function *function, unsigned offset, unsigned size)
{
    switch (size) {
    case 1:
        return pci_read8(function, offset);
    case 2:
        return pci_read16(function, offset);
    default:
        return pci_read32(function, offset);
    }
}

static void write_register(const struct pci_function *function, unsigned offset, unsigned size,
                           uint32_t value)
{
    switch (size) {
    case 1:
        pci_write8(function, offset, (uint8_t)value);
        break;
    case 2:
        pci_write16(function, offset, (uint16_t)value);
        break;
    default:
        pci_write32(function, offset, value);
        break;
    }
}

static uint64_t read_one(const struct pci_place *place, uint64_t address, unsigned size)
{
    switch (place->space) {
    case PCI_SPACE_MEMORY:
        return read_memory(address, size);
    case PCI_SPACE_IO:
        return read_port((uint16_t)address, size);
    default:
        return read_register(place->function, (unsigned)address, size);
    }
}

static void write_one(const struct pci_place *place, uint64_t address, unsigned size,
                      uint64_t value)
{
    switch (place->space) {
    case PCI_SPACE_MEMORY:
        write_memory(address, size, value);
        break;
    case PCI_SPACE_IO:
        write_port((uint16_t)address, size, (uint32_t)value);
        break;
    default:
        write_register(place->function, (unsigned)address, size, (uint32_t)value);
        break;
    }
}

void pci_access_run(const struct pci_place *place, bool write, uint32_t width, size_t count,
                    void *buffer)
{
    unsigned size = size_of(width);
    enum group group = group_of(width);
    uint64_t address = place->address;
    uint8_t *at = buffer; /* of any alignment */
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;
        if (write) {
            memcpy(&value, at, size);
            write_one(place, address, size, value);
        } else {
            value = read_one(place, address, size);
            memcpy(at, &value, size);
        }
        if (group != GROUP_FIFO)
            address += size;
        if (group != GROUP_FILL)
            at += size;
    }
}

void pci_access_copy(uint64_t to, uint64_t from, uint32_t width, size_t count)
{
    unsigned size = size_of(width);
    bool backwards = to > from;
    for (size_t i = 0; i < count; i++) {
        uint64_t offset = (backwards ? count - 1 - i : i) * size;
        write_memory(to + offset, size, read_memory(from + offset, size));
    }
}

EFI_STATUS pci_access_poll(const struct pci_place *place, uint32_t width, uint64_t mask,
                           uint64_t value, uint64_t delay, uint64_t *ret)
{
    struct deadline deadline = deadline_in_us(delay / 10 + 1);
    for (;;) {
        *ret = read_one(place, place->address, size_of(width));
        if ((*ret & mask) == value || delay == 0)
            return EFI_SUCCESS;
        if (deadline_passed(&deadline))
            return EFI_TIMEOUT;
    }
}
