/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "hw/pci.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* PCI functions: found once per segment when somebody asks, their BARs left where they are (DESIGN
 * decision 9). Nothing here is read twice: on the boot path every configuration access leaves the
 * guest. */

/* One segment: a root bus and what is below it. pci_host_init() fills it; it is the caller's and
 * lives for ever. */
struct pci_host {
    uint16_t segment;
    uint8_t bus_start, bus_end;
    uint64_t
        ecam; /* where bus 0's configuration space is, or would be; 0: CF8/CFC (segment 0 only) */
    const struct pci_window *windows; /* for BARs that are not set; several of a kind */
    size_t window_count;

    struct list functions; /* struct pci_function, in order of discovery */
    bool scanned;
    bool taken_known;        /* `taken` holds every BAR that was set at entry */
    struct pci_taken *taken; /* address ranges in use */
};

void pci_host_init(struct pci_host *host, const struct pci_segment *segment);

struct pci_bar {
    uint64_t address; /* as the processor sees it */
    uint64_t size;    /* bytes: known exactly where we sized it, else 0 (a BAR that was set is never
                         sized unless somebody asks) */
    bool is_io;
    bool is_64;
    bool prefetchable;
    bool decoded; /* the fields above are valid: pci_bar() was called */
    bool unsized; /* it was measured, and is none, or none that can be */
    bool mapped;  /* by pci_map_bar() */
};

#define PCI_BAR_COUNT 6

struct pci_function {
    struct list link;
    struct pci_host *host;
    struct pci_function *bridge; /* the bridge in front of its bus; NULL on the root bus */

    uint16_t segment;
    uint8_t bus, device, function;
    uint8_t header_type; /* without the multi-function bit */

    uint16_t vendor_id, device_id;
    uint8_t class, subclass, programming_interface, revision;

    /* Bridges */
    uint8_t secondary_bus, subordinate_bus; /* 0: not numbered */
    bool numbered_by_us;                    /* its windows are ours to set, too */
    uint8_t windows_known;                  /* bits 1 << kind */
    struct pci_window windows[PCI_WINDOW_COUNT];
    uint64_t window_spare[PCI_WINDOW_COUNT]; /* what each bridge there gets beyond its needs */
    unsigned users;                          /* enabled functions behind it */

    struct pci_bar bars[PCI_BAR_COUNT];
    bool enabled;
    bool opened;             /* pci_set_command() holds the bridges in front of it open */
    uint16_t saved_command;  /* as it was before pci_enable() */
    uint32_t command_status; /* as last read */
    bool seen;               /* by the last scan */
    bool gone;               /* a rescan did not find it any more */

    char name[16]; /* "0000:00:03.0" */
    void *owner;   /* src/efi's handle */
};

/* Finds the functions of a segment; only the first call does anything. One 32-bit read per empty
 * slot, three more per function (class, header type and, for bridges, bus numbers).
 * EFI_OUT_OF_RESOURCES: some functions are missing. */
EFI_STATUS pci_scan_segment(struct pci_host *host) MUST_CHECK;

/* Looks again for functions that were not there (hot-plugged); known ones are kept, and those that
 * vanished marked `gone`, also when another one of the same kind is in their place: that one is
 * found by the next look after they have no `owner` and no users any more. */
EFI_STATUS pci_rescan_segment(struct pci_host *host) MUST_CHECK;

/* Is the function behind the bridge, at whatever depth? All are behind NULL. */
bool pci_is_behind(const struct pci_function *function, const struct pci_function *bridge);

/* Forgets which addresses are in use; they are noted again when the next one is given away. */
void pci_host_forget_ranges(struct pci_host *host);

/* Configuration space, exactly as wide as the name says; `offset` is aligned and below 4096 (256
 * without ECAM, beyond it reads give all ones and writes are lost). */
uint8_t pci_read8(const struct pci_function *function, unsigned offset);
uint16_t pci_read16(const struct pci_function *function, unsigned offset);
uint32_t pci_read32(const struct pci_function *function, unsigned offset);
void pci_write8(const struct pci_function *function, unsigned offset, uint8_t value);
void pci_write16(const struct pci_function *function, unsigned offset, uint16_t value);
void pci_write32(const struct pci_function *function, unsigned offset, uint32_t value);

/* Bus, device and function in 8, 5 and 3 bits: who it is on the bus. */
static inline uint16_t pci_requester_id(const struct pci_function *function)
{
    return (uint16_t)(function->bus << 8 | function->device << 3 | function->function);
}

/* Configuration accesses since entry. */
uint64_t pci_access_count(void);

/* The subsystem's vendor id in the low half and its device id in the high half: one access. */
uint32_t pci_subsystem(const struct pci_function *function);

/* Decodes BAR `index`, and assigns it from the windows when it is not set. `*ret` points into the
 * function. EFI_NOT_FOUND: not implemented (or the upper half of a 64-bit BAR).
 * EFI_OUT_OF_RESOURCES: not set and no window has room. */
EFI_STATUS pci_bar(struct pci_function *function, unsigned index,
                   const struct pci_bar **ret) MUST_CHECK;

/* The number of BARs that a header of its type has. */
unsigned pci_bar_count(const struct pci_function *function);

/* The same with the exact size, for which decoding is off for a moment: nobody uses the function
 * meanwhile. EFI_VOLUME_CORRUPTED: a size that cannot be. */
EFI_STATUS pci_bar_sized(struct pci_function *function, unsigned index,
                         const struct pci_bar **ret) MUST_CHECK;

/* The same, and a memory BAR is accessible, all of it. EFI_SECURITY_VIOLATION: it lies in RAM. */
EFI_STATUS pci_map_bar(struct pci_function *function, unsigned index,
                       const struct pci_bar **ret) MUST_CHECK;

/* Somebody else has written BARs: what was known of them is read again. */
void pci_forget_bars(struct pci_function *function);

/* Largest size that BAR can have: its size, or else what its alignment allows. */
uint64_t pci_bar_size_limit(const struct pci_bar *bar);

/* Makes [offset, offset + size) of a memory BAR accessible: decodes the BAR, checks the range and
 * maps its pages uncached. The physical address comes back. EFI_VOLUME_CORRUPTED: the range is not
 * inside the BAR. */
EFI_STATUS pci_map(struct pci_function *function, unsigned index, uint64_t offset, uint64_t size,
                   uint64_t *ret_address) MUST_CHECK;

/* Maps the pages of [address, address + size) uncached. EFI_INVALID_PARAMETER: not an address of
 * this processor. EFI_SECURITY_VIOLATION: some of it is RAM. */
EFI_STATUS pci_map_registers(uint64_t address, uint64_t size) MUST_CHECK;

/* Turns on `bits` of the command register (PCI_COMMAND_…) for a driver that starts to own the
 * function; bridges in front of it let everything through, and with bus mastering an IOMMU does,
 * too. An error, and everything is as before, when that does not (virtio_iommu_attach()); a log
 * line has said so. pci_disable() puts the register back as it was, with bus mastering off.
 * Enabling twice is harmless. */
EFI_STATUS pci_enable(struct pci_function *function, uint16_t bits) MUST_CHECK;
void pci_disable(struct pci_function *function);

/* Gives the `mask` bits of the command register the values in `bits`, for programs that manage a
 * function themselves. Bridges in front let everything through from the first bit that is turned on
 * until memory, I/O and bus mastering are all off, an IOMMU while bus mastering is on. Fails as
 * pci_enable() does. */
EFI_STATUS pci_set_command(struct pci_function *function, uint16_t mask, uint16_t bits) MUST_CHECK;

/* Steps through the capability list: start with an all-zero walk. True with `position` at a
 * capability and `header` its first 32 bits (id, next, and two bytes of its own); false at the end.
 * Ends also on a list that loops. */
struct pci_capability_walk {
    uint8_t position; /* of the capability */
    uint8_t next;
    uint8_t steps;
    uint32_t header;
};
bool pci_next_capability(const struct pci_function *function, struct pci_capability_walk *walk);
