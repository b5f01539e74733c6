/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "efi/types.h"
#include "lib/checked.h"
#include "lib/printf.h"
#include "platform/machine.h"

/* Finding the functions of a segment. Bus numbers that are set stay; bridges without get the next
 * free ones afterwards, so that these cannot collide with numbers that are found later. */

#define MAX_DEPTH 16u /* bridges one behind the other */

#define EXPRESS_TYPE_ROOT_PORT       4u
#define EXPRESS_TYPE_DOWNSTREAM_PORT 6u

struct scan {
    struct pci_host *host;
    uint32_t visited[256 / 32]; /* buses: none is scanned twice, whatever the bridges say */
    bool again;                 /* cards may have been plugged in */
    bool number;                /* give bus numbers to bridges that have none */
    EFI_STATUS status;
};

static void scan_bus(struct scan *scan, uint8_t bus, struct pci_function *bridge, unsigned depth);

void pci_host_init(struct pci_host *host, const struct pci_segment *segment)
{
    *host = (struct pci_host){
        .segment = segment->segment,
        .bus_start = segment->bus_start,
        .bus_end = segment->bus_end,
        .ecam = segment->ecam,
        .windows = segment->windows,
        .window_count = segment->window_count,
    };
    list_init(&host->functions);
}

static bool visit(struct scan *scan, uint8_t bus)
{
    uint32_t bit = 1u << bus % 32;
    if (scan->visited[bus / 32] & bit)
        return false;
    scan->visited[bus / 32] |= bit;
    return true;
}

static struct pci_function *find_known(const struct pci_function *probe)
{
    LIST_FOR_EACH(node, &probe->host->functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (f->bus == probe->bus && f->device == probe->device && f->function == probe->function &&
            f->vendor_id == probe->vendor_id && f->device_id == probe->device_id)
            return f;
    }
    return NULL;
}

static bool is_bridge(const struct pci_function *f)
{
    return f->header_type == PCI_HEADER_TYPE_BRIDGE;
}

/* What was plugged in between two looks in the place of its like holds nothing of what the one
 * before was given. */
static bool is_replaced(const struct pci_function *f)
{
    const uint16_t uses = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER;
    if (f->enabled && (pci_read16(f, PCI_COMMAND) & uses) == 0)
        return true;
    for (unsigned i = 0; i < pci_bar_count(f); i++) {
        uint64_t address = f->bars[i].address;
        if (address == 0)
            continue;
        if (((pci_read32(f, PCI_BAR0 + 4 * i) ^ address) & PCI_BAR_MEMORY_MASK) != 0)
            return true;
        if (f->bars[i].is_64 && pci_read32(f, PCI_BAR0 + 4 * i + 4) != address >> 32)
            return true;
    }
    return is_bridge(f) && (uint8_t)(pci_read32(f, PCI_BRIDGE_BUSES) >> 8) != f->secondary_bus;
}

static void read_header(struct pci_function *f)
{
    uint32_t class_revision = pci_read32(f, PCI_CLASS_REVISION);
    f->revision = (uint8_t)class_revision;
    f->programming_interface = (uint8_t)(class_revision >> 8);
    f->subclass = (uint8_t)(class_revision >> 16);
    f->class = (uint8_t)(class_revision >> 24);
    if (is_bridge(f)) {
        uint32_t buses = pci_read32(f, PCI_BRIDGE_BUSES);
        f->secondary_bus = (uint8_t)(buses >> 8);
        f->subordinate_bus = (uint8_t)(buses >> 16);
    }
}

/* Takes the function whose place and ids are in `probe` into the list. One that was away begins
 * anew. NULL: no memory, or somebody still holds what was there before. */
static struct pci_function *add_function(struct scan *scan, const struct pci_function *probe,
                                         uint8_t header_type)
{
    struct pci_function *f = find_known(probe);
    if (f == NULL) {
        f = pool_alloc(sizeof *f);
        if (f == NULL) {
            scan->status = EFI_OUT_OF_RESOURCES;
            return NULL;
        }
        list_append(&probe->host->functions, &f->link);
    } else if (!f->gone && !is_replaced(f)) {
        f->seen = true;
        return f;
    } else if (f->owner != NULL || f->users > 0) {
        return NULL;
    }
    struct list link = f->link;
    *f = *probe;
    f->link = link;
    f->seen = true;
    f->header_type = header_type & PCI_HEADER_TYPE_MASK;
    format_text(f->name, sizeof f->name, "%04x:%02x:%02x.%u", f->segment, f->bus, f->device,
                f->function);
    read_header(f);
    return f;
}

/* A card that was plugged in later has no power yet where the host leaves that to the OS (PCI
 * Express 5.0 §6.7.1). */
static void power_on_slot(const struct pci_function *port, unsigned capability)
{
    uint32_t slot = pci_read32(port, capability + PCI_EXPRESS_SLOT);
    uint32_t can = pci_read32(port, capability + PCI_EXPRESS_SLOT_CAPABILITIES);
    if ((can & PCI_EXPRESS_SLOT_POWER_CONTROL) == 0 || (slot & PCI_EXPRESS_SLOT_PRESENT) == 0 ||
        (slot & PCI_EXPRESS_SLOT_POWER_OFF) == 0)
        return;
    slot &= ~(PCI_EXPRESS_SLOT_POWER_OFF | PCI_EXPRESS_SLOT_INDICATOR);
    pci_write16(port, capability + PCI_EXPRESS_SLOT,
                (uint16_t)(slot | PCI_EXPRESS_SLOT_INDICATOR_ON));
}

/* Behind a PCI Express port there is only device 0 (a link has one other end): that saves 31
 * accesses. */
static bool leads_to_one_device(const struct scan *scan, const struct pci_function *bridge)
{
    struct pci_capability_walk walk = {0};
    while (pci_next_capability(bridge, &walk)) {
        if ((uint8_t)walk.header != PCI_CAPABILITY_EXPRESS)
            continue;
        unsigned type = PCI_EXPRESS_TYPE(walk.header);
        if (type != EXPRESS_TYPE_ROOT_PORT && type != EXPRESS_TYPE_DOWNSTREAM_PORT)
            return false;
        if (scan->again && PCI_EXPRESS_HAS_SLOT(walk.header))
            power_on_slot(bridge, walk.position);
        return true;
    }
    return false;
}

static void write_buses(struct pci_function *bridge)
{
    pci_write16(bridge, PCI_BRIDGE_BUSES, (uint16_t)(bridge->bus | bridge->secondary_bus << 8));
    pci_write8(bridge, PCI_BRIDGE_BUSES + 2, bridge->subordinate_bus);
}

/* The highest number that a bus behind this bridge can have. */
static uint8_t limit_of(const struct pci_function *bridge)
{
    return bridge->bridge != NULL ? bridge->bridge->subordinate_bus : bridge->host->bus_end;
}

static bool has_good_numbers(const struct pci_function *bridge)
{
    return bridge->secondary_bus > bridge->bus && bridge->subordinate_bus <= limit_of(bridge) &&
           bridge->secondary_bus <= bridge->subordinate_bus;
}

bool pci_is_behind(const struct pci_function *f, const struct pci_function *bridge)
{
    while (f != NULL && f->bridge != bridge)
        f = f->bridge;
    return f != NULL;
}

/* The highest number in use behind a bridge, or of all with NULL. */
static uint8_t last_bus(const struct pci_host *host, const struct pci_function *bridge)
{
    uint8_t last = bridge != NULL ? bridge->secondary_bus : host->bus_start;
    LIST_FOR_EACH(node, &host->functions)
    {
        const struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (f->seen && is_bridge(f) && has_good_numbers(f) && pci_is_behind(f, bridge))
            last = MAX(last, f->subordinate_bus);
    }
    return last;
}

/* Gives the bridge the next free number and scans behind it; how far the numbers reach is known
 * only then. Where the bridge in front has numbers in reserve it is one of these. */
static void number_bridge(struct scan *scan, struct pci_function *bridge, unsigned depth)
{
    uint8_t limit = limit_of(bridge), last = last_bus(scan->host, bridge->bridge);
    if (last >= limit) {
        log_error("pci %s: no bus number is left for what is behind this bridge", bridge->name);
        return;
    }
    bridge->secondary_bus = (uint8_t)(last + 1);
    bridge->subordinate_bus = limit;
    bridge->numbered_by_us = true;
    write_buses(bridge);
    scan_bus(scan, bridge->secondary_bus, bridge, depth + 1);
    bridge->subordinate_bus = last_bus(scan->host, bridge);
    write_buses(bridge);
}

static void scan_behind(struct scan *scan, struct pci_function *bridge, unsigned depth)
{
    if (depth >= MAX_DEPTH) {
        log_error("pci %s: more than %u bridges one behind the other", bridge->name, MAX_DEPTH);
        return;
    }
    if (bridge->secondary_bus == 0) {
        if (scan->number)
            number_bridge(scan, bridge, depth);
        return;
    }
    if (!has_good_numbers(bridge)) {
        log_error("pci %s: bad bus numbers %u to %u", bridge->name, bridge->secondary_bus,
                  bridge->subordinate_bus);
        return;
    }
    scan_bus(scan, bridge->secondary_bus, bridge, depth + 1);
}

/* One device: function 0, and the others only where its header promises them (Cloud Hypervisor's
 * ECAM shows function 0 eight times). */
static void scan_device(struct scan *scan, struct pci_function *probe, unsigned depth)
{
    unsigned functions = 1;
    for (unsigned number = 0; number < functions; number++) {
        probe->function = (uint8_t)number;
        uint32_t id = pci_read32(probe, PCI_VENDOR_ID);
        if ((uint16_t)id == 0xffff || id == 0)
            continue;
        probe->vendor_id = (uint16_t)id;
        probe->device_id = (uint16_t)(id >> 16);
        uint8_t header_type = (uint8_t)(pci_read32(probe, PCI_CACHE_LINE) >> 16);
        if (number == 0 && header_type & PCI_HEADER_MULTIFUNCTION)
            functions = PCI_FUNCTIONS_PER_DEVICE;
        struct pci_function *f = add_function(scan, probe, header_type);
        if (f != NULL && is_bridge(f))
            scan_behind(scan, f, depth);
    }
}

static void scan_bus(struct scan *scan, uint8_t bus, struct pci_function *bridge, unsigned depth)
{
    if (!visit(scan, bus)) {
        log_error("pci %04x:%02x: two bridges lead to this bus", scan->host->segment, bus);
        return;
    }
    unsigned devices =
        bridge != NULL && leads_to_one_device(scan, bridge) ? 1 : PCI_DEVICES_PER_BUS;
    for (unsigned device = 0; device < devices; device++) {
        struct pci_function probe = {
            .host = scan->host,
            .bridge = bridge,
            .segment = scan->host->segment,
            .bus = bus,
            .device = (uint8_t)device,
        };
        scan_device(scan, &probe, depth);
    }
}

/* The numbers come from ACPI: nothing is mapped that the processor cannot address. */
static EFI_STATUS map_ecam(const struct pci_host *host)
{
    uint64_t limit = 1ull << paging_physical_bits();
    uint64_t first = host->bus_start * (uint64_t)PCI_ECAM_BUS_SIZE;
    uint64_t size = (host->bus_end + 1ull) * PCI_ECAM_BUS_SIZE;
    if (host->bus_end < host->bus_start || !IS_ALIGNED(host->ecam, EFI_PAGE_SIZE) ||
        !range_within(host->ecam, size, limit))
        return log_failure(EFI_VOLUME_CORRUPTED, "pci segment %u: ECAM at 0x%llx, buses %u to %u",
                           host->segment, (unsigned long long)host->ecam, host->bus_start,
                           host->bus_end);
    if (!pages_are_device_memory(host->ecam + first, size - first))
        return log_failure(EFI_SECURITY_VIOLATION, "pci segment %u: ECAM at 0x%llx lies in RAM",
                           host->segment, (unsigned long long)host->ecam);
    EFI_STATUS status =
        paging_set(host->ecam + first, size - first, PAGE_READ_WRITE, CACHE_UNCACHED);
    if (EFI_ERROR(status))
        return log_failure(status, "pci segment %u: mapping its configuration space",
                           host->segment);
    return EFI_SUCCESS;
}

static EFI_STATUS scan_host(struct pci_host *host)
{
    struct scan scan = {.host = host, .again = host->scanned, .status = EFI_SUCCESS};
    if (host->ecam != 0 && !host->scanned) {
        EFI_STATUS status = map_ecam(host);
        if (EFI_ERROR(status))
            return status;
    }
    host->scanned = true;
    pci_host_forget_ranges(host);
    scan_bus(&scan, host->bus_start, NULL, 0);

    scan.number = true;
    LIST_FOR_EACH(node, &host->functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (f->seen && is_bridge(f) && f->secondary_bus == 0)
            number_bridge(&scan, f, 0);
    }
    return scan.status;
}

EFI_STATUS pci_scan_segment(struct pci_host *host)
{
    return host->scanned ? EFI_SUCCESS : scan_host(host);
}

EFI_STATUS pci_rescan_segment(struct pci_host *host)
{
    LIST_FOR_EACH(node, &host->functions)
    LIST_ENTRY(node, struct pci_function, link)->seen = false;
    EFI_STATUS status = scan_host(host);
    LIST_FOR_EACH(node, &host->functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        f->gone = !f->seen;
    }
    return status;
}
