/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hw/pci.h"
#include "models/bus.h"

/* A PCI segment: configuration space by ECAM and by CF8/CFC, BARs that can be sized, moved and that
 * decode only when the command register and the bridges in front say so. */

struct pci_model_function;

struct pci_model_bar {
    uint64_t size; /* 0: not implemented */
    bool is_io, is_64, prefetchable;
    uint64_t (*read)(void *context, uint64_t offset, unsigned width);
    void (*write)(void *context, uint64_t offset, unsigned width, uint64_t value);
    void *context;
    struct bus_range range; /* on the bus while it decodes */
    bool live;
    unsigned writes; /* to its registers */
};

struct pci_model_function {
    struct pci_model_function *next;
    struct pci_model *segment;
    struct pci_model_function *parent; /* the bridge in front; NULL on the root bus */
    uint8_t device, function;
    uint8_t config[PCI_CONFIG_SIZE];
    uint8_t writable[PCI_CONFIG_SIZE]; /* bits that stick; BARs, command and bridge registers are
                                          set by add */
    struct pci_model_bar bars[6];

    /* A hostile device: every read may be turned into something else. NULL: honest. */
    uint32_t (*corrupt)(void *context, unsigned offset, unsigned width, uint32_t honest);
    void *corrupt_context;

    bool no_io_window, narrow_prefetch; /* of a bridge: what is optional */

    uint64_t reads, writes;
    bool decoding_was_on_while_sizing; /* a BAR was written all ones while it decoded */
};

struct pci_model {
    struct bus *bus;
    struct pci_model_function *functions;
    uint8_t root_bus;
    bool functions_alias; /* Cloud Hypervisor: ECAM ignores the function number */
    uint32_t address;     /* what was written to CF8 */

    /* Told of accesses to functions that are not there, and to aliases. May be NULL. */
    void (*absent)(struct pci_model *segment, unsigned device, unsigned offset, bool write);
    void *absent_context;
    struct bus_range ecam_range, address_range, data_range;
    uint64_t reads, writes; /* of configuration space */
};

/* Puts the segment on the bus. `ecam` 0: none; `ports`: CF8/CFC too. */
void pci_model_init(struct pci_model *segment, struct bus *bus, uint64_t ecam, unsigned bus_count,
                    bool ports);

/* Adds a function whose `config`, `bars`, `parent`, `device` and `function` are set; BAR registers
 * get their flag bits, and the addresses that `config` has. */
void pci_model_add(struct pci_model *segment, struct pci_model_function *function);

/* Appends a capability at the end of the list and returns its position. `size` with the two header
 * bytes. */
unsigned pci_model_add_capability(struct pci_model_function *function, const void *capability,
                                  unsigned size);

void pci_model_set32(struct pci_model_function *function, unsigned offset, uint32_t value);
uint32_t pci_model_get32(const struct pci_model_function *function, unsigned offset);
uint64_t pci_model_bar_address(const struct pci_model_function *function, unsigned index);
bool pci_model_bus_master(const struct pci_model_function *function);
