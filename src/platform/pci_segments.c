/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/pci_segments.h"

#include "core/log.h"
#include "lib/checked.h"
#include "platform/acpi_machine.h"

#define ONE_MIB 0x100000ull

/* Where BARs go when no host bridge tells: below the I/O APIC, above RAM and ECAM. */
#define FALLBACK_BASE 0xc0000000ull
#define FALLBACK_END  0xfec00000ull

/* A window over RAM would put BARs over it. */
static void check_window(struct pci_window *window, const struct memory_map *map)
{
    for (size_t i = 0; window->kind != PCI_WINDOW_IO && i < map->count && window->size != 0; i++) {
        const struct memory_range *range = &map->ranges[i];
        if (range->kind != MEMORY_RAM || range->base + range->size <= window->base ||
            range->base >= window->base + window->size)
            continue;
        log_warning("PCI window at 0x%llx is over RAM: not used", (unsigned long long)window->base);
        window->size = 0;
    }
}

/* Segments without MCFG, as on QEMU's microvm: the bridge tells its ECAM in _CBA. */
static void add_bridge_segment(const struct aml_bridge *bridge, struct pci_segment *segments,
                               size_t *count)
{
    uint64_t size = (bridge->bus_end + 1ull) * ONE_MIB;
    if (!bridge->has_cba || bridge->cba == 0 || !IS_ALIGNED(bridge->cba, ONE_MIB) ||
        bridge->bus_start > bridge->bus_end || !range_within(bridge->cba, size, 1ull << 52))
        return;
    segments[(*count)++] = (struct pci_segment){.segment = bridge->segment,
                                                .bus_start = bridge->bus_start,
                                                .bus_end = bridge->bus_end,
                                                .ecam = bridge->cba};
}

/* The bridge of the segment's first bus. */
static const struct aml_bridge *bridge_of(const struct aml_findings *aml, uint16_t segment)
{
    const struct aml_bridge *found = NULL;
    for (size_t i = 0; i < aml->bridge_count; i++) {
        const struct aml_bridge *bridge = &aml->bridges[i];
        if (bridge->segment == segment && (found == NULL || bridge->bus < found->bus))
            found = bridge;
    }
    return found;
}

static void take_bridge(struct pci_segment *segment, const struct aml_bridge *bridge,
                        const struct aml_windows *windows)
{
    if (bridge->has_uid)
        segment->uid = bridge->uid;
    segment->windows = windows->list + bridge->first_window;
    segment->window_count = bridge->window_count;
}

/* Further root buses of a segment (QEMU's pxb and pxb-pcie) become entries of their own, with the
 * same ECAM; each ends where the next one begins. */
static size_t add_root_buses(const struct aml_findings *aml, struct pci_segment *segments,
                             size_t count, size_t max)
{
    for (size_t i = 0; i < aml->bridge_count; i++) {
        const struct aml_bridge *bridge = &aml->bridges[i];
        for (size_t j = 0; bridge->bus != 0 && j < count; j++) {
            const struct pci_segment *whole = &segments[j];
            if (whole->segment != bridge->segment || bridge->bus <= whole->bus_start ||
                bridge->bus > whole->bus_end)
                continue;
            if (count == max) {
                log_warning("PCI: more than %zu root buses", max);
                return count;
            }
            struct pci_segment *root = &segments[count++];
            *root = *whole;
            root->bus_start = bridge->bus;
            root->uid = bridge->bus;
            segments[j].bus_end = (uint8_t)(bridge->bus - 1);
            take_bridge(root, bridge, &aml->windows);
            break;
        }
    }
    return count;
}

static uint64_t fallback_base(const struct pci_segment *segment, const struct memory_map *map)
{
    uint64_t base = FALLBACK_BASE;
    for (size_t i = 0; i < map->count; i++) {
        uint64_t end = map->ranges[i].base + map->ranges[i].size;
        if (end > base && map->ranges[i].base < FALLBACK_END)
            base = end;
    }
    uint64_t ecam_end = segment->ecam + (segment->bus_end + 1ull) * ONE_MIB;
    if (segment->ecam != 0 && ecam_end > base && segment->ecam < FALLBACK_END)
        base = ecam_end;
    return base;
}

static bool has_window(const struct pci_segment *segment, enum pci_window_kind kind)
{
    for (size_t i = 0; i < segment->window_count; i++) {
        if (segment->windows[i].kind == kind && segment->windows[i].size != 0)
            return true;
    }
    return false;
}

/* The segment gets a list of its own: what _CRS names, and memory below 4 GiB. */
static void add_fallback(struct pci_segment *segment, struct aml_windows *windows,
                         const struct memory_map *map)
{
    uint64_t base = fallback_base(segment, map);
    size_t count = segment->window_count;
    if (base >= FALLBACK_END || windows->max - windows->count < count + 1)
        return;
    struct pci_window *list = windows->list + windows->count;
    for (size_t i = 0; i < count; i++)
        list[i] = segment->windows[i];
    list[count] = (struct pci_window){base, FALLBACK_END - base, PCI_WINDOW_32};
    windows->count += count + 1;
    segment->windows = list;
    segment->window_count = count + 1;
}

static void find_windows(struct pci_segment *segment, struct aml_findings *aml,
                         const struct memory_map *map)
{
    const struct aml_bridge *bridge = bridge_of(aml, segment->segment);
    segment->uid = segment->segment;
    if (bridge != NULL)
        take_bridge(segment, bridge, &aml->windows);
    if (segment->segment == 0 && !has_window(segment, PCI_WINDOW_32))
        add_fallback(segment, &aml->windows, map);
}

size_t pci_segments_find(const struct acpi_table *mcfg, struct aml_findings *aml,
                         const struct memory_map *map, bool acpi_knows_all,
                         struct pci_segment *segments, size_t max)
{
    size_t count = acpi_read_mcfg(mcfg, segments, max);
    const struct aml_bridge *first = bridge_of(aml, 0);
    for (size_t i = 0; i < aml->windows.count; i++)
        check_window(&aml->windows.list[i], map);
    if (count == 0 && first != NULL)
        add_bridge_segment(first, segments, &count);
    if (count == 0 && (first != NULL || !acpi_knows_all))
        segments[count++] = (struct pci_segment){.bus_end = UINT8_MAX};
    for (size_t i = 0; i < count; i++)
        find_windows(&segments[i], aml, map);
    return add_root_buses(aml, segments, count, max);
}
