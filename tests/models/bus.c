/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/bus.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/io.h"

static struct bus *current;

static void *identity_map(void *context, uint64_t address, uint64_t size)
{
    return (void *)(uintptr_t)address;
}

const struct guest_memory identity_memory = {identity_map, NULL};

static void *offset_map(void *context, uint64_t address, uint64_t size)
{
    return (void *)(uintptr_t)(address + current->dma_offset);
}

const struct guest_memory offset_memory = {offset_map, NULL};

void bus_use(struct bus *bus)
{
    current = bus;
}

struct bus *bus_current(void)
{
    return current;
}

void bus_add(struct bus *bus, struct bus_range *range)
{
    range->next = bus->ranges;
    bus->ranges = range;
}

void bus_remove(struct bus *bus, struct bus_range *range)
{
    for (struct bus_range **link = &bus->ranges; *link != NULL; link = &(*link)->next) {
        if (*link == range) {
            *link = range->next;
            return;
        }
    }
}

void bus_add_memory(struct bus *bus, struct bus_memory *memory)
{
    memory->next = bus->memory;
    bus->memory = memory;
}

void bus_forbidden(struct bus *bus, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!bus->failed)
        vsnprintf(bus->failure, sizeof bus->failure, format, args);
    va_end(args);
    bus->failed = true;
    if (bus->strict) {
        fprintf(stderr, "forbidden access: %s\n", bus->failure);
        abort();
    }
}

static uint64_t ones(unsigned width)
{
    return width == 8 ? UINT64_MAX : (1ull << (8 * width)) - 1;
}

static struct bus_range *find(struct bus *bus, enum bus_space space, uint64_t address,
                              unsigned width)
{
    for (struct bus_range *range = bus->ranges; range != NULL; range = range->next) {
        if (range->space == space && address >= range->base &&
            address - range->base < range->size && range->size - (address - range->base) >= width)
            return range;
    }
    if (bus->strict)
        bus_forbidden(bus, "nobody claims %s 0x%llx", space == BUS_PORT ? "port" : "address",
                      (unsigned long long)address);
    return NULL;
}

uint64_t bus_read(struct bus *bus, enum bus_space space, uint64_t address, unsigned width)
{
    bus->reads++;
    struct bus_range *range = find(bus, space, address, width);
    if (range == NULL)
        return ones(width);
    range->reads++;
    if (range->read == NULL)
        return ones(width);
    return range->read(range->context, address - range->base, width) & ones(width);
}

void bus_write(struct bus *bus, enum bus_space space, uint64_t address, unsigned width,
               uint64_t value)
{
    bus->writes++;
    struct bus_range *range = find(bus, space, address, width);
    if (range == NULL)
        return;
    range->writes++;
    if (range->write != NULL)
        range->write(range->context, address - range->base, width, value & ones(width));
}

static void touched(void)
{
    if (current != NULL && current->touched != NULL)
        current->touched();
}

static uint64_t read_current(enum bus_space space, uint64_t address, unsigned width)
{
    touched();
    uint64_t value = current != NULL ? bus_read(current, space, address, width) : ones(width);
    touched();
    return value;
}

static void write_current(enum bus_space space, uint64_t address, unsigned width, uint64_t value)
{
    touched();
    if (current != NULL)
        bus_write(current, space, address, width, value);
    touched();
}

uint8_t io_read8(uint16_t port)
{
    return (uint8_t)read_current(BUS_PORT, port, 1);
}

uint16_t io_read16(uint16_t port)
{
    return (uint16_t)read_current(BUS_PORT, port, 2);
}

uint32_t io_read32(uint16_t port)
{
    return (uint32_t)read_current(BUS_PORT, port, 4);
}

void io_write8(uint16_t port, uint8_t value)
{
    write_current(BUS_PORT, port, 1, value);
}

void io_write16(uint16_t port, uint16_t value)
{
    write_current(BUS_PORT, port, 2, value);
}

void io_write32(uint16_t port, uint32_t value)
{
    write_current(BUS_PORT, port, 4, value);
}

uint8_t mmio_read8(uint64_t address)
{
    return (uint8_t)read_current(BUS_MMIO, address, 1);
}

uint16_t mmio_read16(uint64_t address)
{
    return (uint16_t)read_current(BUS_MMIO, address, 2);
}

uint32_t mmio_read32(uint64_t address)
{
    return (uint32_t)read_current(BUS_MMIO, address, 4);
}

uint64_t mmio_read64(uint64_t address)
{
    return read_current(BUS_MMIO, address, 8);
}

void mmio_write8(uint64_t address, uint8_t value)
{
    write_current(BUS_MMIO, address, 1, value);
}

void mmio_write16(uint64_t address, uint16_t value)
{
    write_current(BUS_MMIO, address, 2, value);
}

void mmio_write32(uint64_t address, uint32_t value)
{
    write_current(BUS_MMIO, address, 4, value);
}

void mmio_write64(uint64_t address, uint64_t value)
{
    write_current(BUS_MMIO, address, 8, value);
}

void dma_barrier(void)
{
    touched();
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

uint64_t dma_address(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer - (current != NULL ? current->dma_offset : 0);
}

void *phys_to_virt(uint64_t address, uint64_t size)
{
    for (struct bus_memory *m = current != NULL ? current->memory : NULL; m != NULL; m = m->next) {
        if (address >= m->base && address - m->base <= m->size &&
            size <= m->size - (address - m->base))
            return (char *)m->host + (address - m->base);
    }
    fprintf(stderr, "phys_to_virt: no memory at 0x%llx, 0x%llx bytes\n",
            (unsigned long long)address, (unsigned long long)size);
    abort();
}
