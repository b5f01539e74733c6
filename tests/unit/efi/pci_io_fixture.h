/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/pci/pci.h"
#include "efi/protocols/pci_io.h"
#include "efi/protocols/pci_root_bridge_io.h"
#include "models/pci.h"

#define ECAM     0xe8000000ull
#define BAR_SIZE 0x1000u

/* One function with a 32-bit memory BAR, a port BAR and a 64-bit prefetchable BAR. */
struct registers {
    uint8_t bytes[BAR_SIZE];
    uint64_t last_offset;
    unsigned last_width, reads;
};

extern struct pci_io_fixture {
    struct bus bus;
    struct pci_model model;
    struct pci_model_function device, bridge;
    struct registers memory, ports, high;
    struct pci_host host;
    struct pci_io io; /* of the device */
    struct pci_root_bridge_io root;
} t;

/* t.io and t.root */
extern EFI_PCI_IO_PROTOCOL *const io;
extern EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *const root;

/* Of all tests together, and of each. */
int group_set_up(void **state);
int set_up(void **state);
int tear_down(void **state);

/* Plugs the device at 0:3.0; `set`: its BARs have addresses. */
void add_device(bool set);
/* Looks for the segment's functions, and makes the protocols. */
void scan(uint64_t ecam);
/* Turns ports, memory and bus mastering on. */
void enable(void);
/* The device's command register. */
uint16_t command(void);
struct pci_function *the_function(void);
