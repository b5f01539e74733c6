/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The machine as device models see it: port and register ranges with callbacks, and guest memory.
 * src/arch/io.h on the host is an access to the current bus (bus_use()); tests/vmm calls bus_read()
 * and bus_write() itself. */

enum bus_space {
    BUS_PORT,
    BUS_MMIO,
};

/* What device models write into and read from. `map` returns the host's pointer to guest memory
 * [address, address + size), or NULL where there is none. identity_memory is for host tests: an
 * address is the pointer itself, so that ASan checks every access. */
struct guest_memory {
    void *(*map)(void *context, uint64_t address, uint64_t size);
    void *context;
};

extern const struct guest_memory identity_memory;

/* For devices that cannot hold the host's long pointers: addresses count from
 * bus_current()->dma_offset. */
extern const struct guest_memory offset_memory;

struct bus_range {
    struct bus_range *next;
    enum bus_space space;
    uint64_t base, size;
    /* `offset` counts from `base`, `width` is 1, 2, 4 or 8 bytes. A read gives all ones when it
     * returns that. */
    uint64_t (*read)(void *context, uint64_t offset, unsigned width);
    void (*write)(void *context, uint64_t offset, unsigned width, uint64_t value);
    void *context;
    uint64_t reads, writes;
};

struct bus_memory {
    struct bus_memory *next;
    uint64_t base, size;
    void *host;
};

struct bus {
    struct bus_range *ranges; /* the newest first: it covers older ones */
    struct bus_memory *memory;
    uint64_t reads, writes;
    void (*touched)(void); /* called around each access and at dma_barrier(); may be NULL */
    uint64_t dma_offset; /* dma_address() is the pointer less this */
    bool strict;         /* an access that nobody claims aborts the test */
    bool failed;         /* a model saw an access that its device's rules forbid (bus_forbidden) */
    char failure[160];
};

/* Adds a range or memory; the object stays the caller's while the bus lives. phys_to_virt() finds
 * memory. */
void bus_add(struct bus *bus, struct bus_range *range);
void bus_remove(struct bus *bus, struct bus_range *range);
void bus_add_memory(struct bus *bus, struct bus_memory *memory);

/* One access from the processor; unclaimed reads give all ones. */
uint64_t bus_read(struct bus *bus, enum bus_space space, uint64_t address, unsigned width);
void bus_write(struct bus *bus, enum bus_space space, uint64_t address, unsigned width,
               uint64_t value);

/* The bus that io_*(), mmio_*() and phys_to_virt() reach; NULL: none, reads give all ones. Without
 * a bus, or for addresses that no bus_memory holds, phys_to_virt() aborts. */
void bus_use(struct bus *bus);
struct bus *bus_current(void);

/* For models: notes that the driver broke a rule. Tests check `failed`; in strict mode the test
 * aborts here. */
void bus_forbidden(struct bus *bus, const char *format, ...) __attribute__((format(printf, 2, 3)));
