/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/pci/bar_private.h"
#include "efi/types.h"
#include "lib/checked.h"

/* Windows of bridges (PCI-to-PCI Bridge 1.2 §3.2.5). Those that were set at entry stay. A bridge
 * that we numbered gets windows that hold the BARs behind it, in whatever order these are placed
 * later: each BAR goes to the lowest place that is free and aligned. A window's size is a sum of
 * distinct powers of two; seen as blocks of these sizes, the smallest first, each aligned to its
 * size, a BAR takes the smallest block that holds it, and what it leaves of that are smaller blocks
 * of sizes that no other has. So all blocks together always hold what they have room for. What is
 * behind a bridge behind a bridge of ours is one such block. */

#define ALL_WINDOWS ((1u << PCI_WINDOW_COUNT) - 1)

/* A device that wants more gets nothing: sums stay numbers. */
#define LARGEST_BAR (1ull << 44)

/* Below 4 GiB there is no room for more; who has more has to do without. */
#define LARGEST_NARROW (1ull << 30)

static const struct {
    uint64_t granularity;
    uint64_t spare; /* for what is plugged in later; less where the windows in front are small */
} kinds[PCI_WINDOW_COUNT] = {
    [PCI_WINDOW_32] = {1u << 20, 32u << 20},
    [PCI_WINDOW_64] = {1u << 20, 1u << 30},
    [PCI_WINDOW_IO] = {0x1000, 0},
};

static uint64_t round_down(uint64_t size)
{
    return size == 0 ? 0 : 1ull << (63 - __builtin_clzll(size));
}

static uint64_t round_up(uint64_t size)
{
    return round_down(size) == size ? size : 2 * round_down(size);
}

static void set_window(struct pci_function *bridge, enum pci_window_kind kind, uint64_t base,
                       uint64_t limit)
{
    bridge->windows[kind] = (struct pci_window){base, limit - base + 1, kind};
}

static void read_io_window(struct pci_function *bridge)
{
    uint32_t io = pci_read16(bridge, PCI_BRIDGE_IO);
    uint64_t base = (io & 0xf0) << 8, limit = (io & 0xf000) | 0xfff;
    if ((io & 0xf) == 1) {
        uint32_t high = pci_read32(bridge, PCI_BRIDGE_IO_HIGH);
        base |= (uint64_t)(high & 0xffff) << 16;
        limit |= high & 0xffff0000u;
    }
    if ((io & ~0x101u) != 0 && (io & 0xf) <= 1 && base <= limit)
        set_window(bridge, PCI_WINDOW_IO, base, limit);
}

/* A window that is shut has base > limit. */
void pci_read_bridge_windows(struct pci_function *bridge)
{
    if (bridge->windows_known == ALL_WINDOWS)
        return;
    bridge->windows_known = ALL_WINDOWS;
    uint32_t memory = pci_read32(bridge, PCI_BRIDGE_MEMORY);
    uint64_t base = (uint64_t)(memory & 0xfff0) << 16;
    uint64_t limit = (memory & 0xfff00000u) | 0xfffff;
    if (memory != 0 && base <= limit)
        set_window(bridge, PCI_WINDOW_32, base, limit);

    uint32_t prefetch = pci_read32(bridge, PCI_BRIDGE_PREFETCH);
    base = (uint64_t)(prefetch & 0xfff0) << 16;
    limit = (prefetch & 0xfff00000u) | 0xfffff;
    if ((prefetch & 0xf) == 1) {
        base |= (uint64_t)pci_read32(bridge, PCI_BRIDGE_PREFETCH_BASE) << 32;
        limit |= (uint64_t)pci_read32(bridge, PCI_BRIDGE_PREFETCH_LIMIT) << 32;
    }
    if ((prefetch & ~0x10001u) != 0 && base <= limit && limit != UINT64_MAX)
        set_window(bridge, PCI_WINDOW_64, base, limit);
    read_io_window(bridge);
}

/* I/O windows are optional, and read as 0 then; prefetchable ones may be below 4 GiB only, which is
 * of no use here. */
static bool has_window(struct pci_function *bridge, enum pci_window_kind kind)
{
    if (kind == PCI_WINDOW_64)
        return (pci_read16(bridge, PCI_BRIDGE_PREFETCH) & 0xf) == 1;
    if (kind == PCI_WINDOW_32)
        return true;
    pci_write16(bridge, PCI_BRIDGE_IO, 0x00f0); /* base > limit */
    return (pci_read16(bridge, PCI_BRIDGE_IO) & 0xf0) == 0xf0;
}

static void write_window(struct pci_function *bridge, enum pci_window_kind kind, uint64_t base,
                         uint64_t limit)
{
    uint32_t value = (uint32_t)(base >> 16 & 0xfff0) | (uint32_t)(limit & 0xfff00000u);
    switch (kind) {
    case PCI_WINDOW_32:
        pci_write32(bridge, PCI_BRIDGE_MEMORY, value);
        break;
    case PCI_WINDOW_64:
        pci_write32(bridge, PCI_BRIDGE_PREFETCH_BASE, (uint32_t)(base >> 32));
        pci_write32(bridge, PCI_BRIDGE_PREFETCH_LIMIT, (uint32_t)(limit >> 32));
        pci_write32(bridge, PCI_BRIDGE_PREFETCH, value);
        break;
    default:
        pci_write32(bridge, PCI_BRIDGE_IO_HIGH, 0);
        pci_write16(bridge, PCI_BRIDGE_IO, (uint16_t)((base >> 8 & 0xf0) | (limit & 0xf000)));
        break;
    }
}

static bool is_unknown(const struct pci_bar *bar)
{
    return bar->address == 0 && bar->size == 0 && !bar->unsized;
}

/* Sizes of the BARs that nobody has set. The function does not decode these, and is not decoding
 * others for the moment that it takes. Every window that is looked for asks: what is known already
 * costs no access. */
static void measure_bars(struct pci_function *f)
{
    bool off = false;
    uint16_t command = 0;
    for (unsigned i = 0; i < pci_bar_count(f); i++) {
        struct pci_bar *bar = &f->bars[i];
        pci_decode_bar(f, i);
        if (is_unknown(bar)) {
            if (!off)
                command = pci_decoding_off(f);
            off = true;
            bar->unsized = EFI_ERROR(pci_measure_bar(f, i, &bar->size));
        }
        i += bar->is_64;
    }
    if (off)
        pci_decoding_restore(f, command);
}

/* What the window `kind` of the bridge in front must hold of the function's BARs; of the wide ones
 * too where these have no window of their own. */
static uint64_t need_of_function(struct pci_function *f, enum pci_window_kind kind, bool wide_too)
{
    uint64_t sum = 0;
    measure_bars(f);
    for (unsigned i = 0; i < pci_bar_count(f); i++) {
        const struct pci_bar *bar = &f->bars[i];
        bool wide = pci_bar_is_wide(f, bar);
        enum pci_window_kind own = wide ? PCI_WINDOW_64 : PCI_WINDOW_32;
        own = bar->is_io ? PCI_WINDOW_IO : own;
        if (bar->address == 0 && (own == kind || (wide && wide_too)) &&
            bar->size <= (kind == PCI_WINDOW_32 ? LARGEST_NARROW : LARGEST_BAR))
            sum += bar->size == 0 || bar->is_io ? bar->size : MAX(bar->size, EFI_PAGE_SIZE);
        i += bar->is_64;
    }
    return sum;
}

/* Bytes of the window that holds what is behind the bridge now, at least `spare`. Bridges are 16
 * levels deep at most. */
static uint64_t need_of_bridge(struct pci_function *bridge, enum pci_window_kind kind,
                               uint64_t spare, bool wide_too)
{
    uint64_t sum = 0;
    LIST_FOR_EACH(node, &bridge->host->functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (f->bridge != bridge || f->gone)
            continue;
        sum += need_of_function(f, kind, wide_too);
        if (f->numbered_by_us)
            sum += round_up(need_of_bridge(f, kind, spare, wide_too));
    }
    return ALIGN_UP(MAX(sum, spare), kinds[kind].granularity);
}

/* A quarter of what is in front is left for BARs there, whatever there is of bridges. */
static uint64_t first_spare(struct pci_function *bridge, enum pci_window_kind kind)
{
    const struct pci_host *host = bridge->host;
    uint64_t space = 0, bridges = 0;
    for (size_t i = 0; i < host->window_count; i++)
        space += host->windows[i].kind == kind ? host->windows[i].size : 0;
    if (bridge->bridge != NULL)
        space = bridge->bridge->windows[kind].size;
    LIST_FOR_EACH(node, &host->functions)
    bridges += LIST_ENTRY(node, struct pci_function, link)->numbered_by_us;
    return MIN(kinds[kind].spare, round_down(space / (4 * bridges)));
}

static bool try_size(struct pci_function *bridge, enum pci_window_kind kind, uint64_t size)
{
    uint64_t base;
    if (size == 0 || !pci_find_place(bridge, kind, size, round_down(size), &base) ||
        EFI_ERROR(pci_take_range(bridge->host, base, size, kind == PCI_WINDOW_IO, bridge)))
        return false;
    set_window(bridge, kind, base, base + size - 1);
    write_window(bridge, kind, base, base + size - 1);
    return true;
}

/* With less and less to spare; at last with less than is needed, which is better than nothing. */
static void assign_window(struct pci_function *bridge, enum pci_window_kind kind)
{
    bool inner = bridge->bridge != NULL && bridge->bridge->numbered_by_us;
    bool wide_too = kind == PCI_WINDOW_32 && bridge->windows[PCI_WINDOW_64].size == 0;
    uint64_t granularity = kinds[kind].granularity, size;
    if (inner)
        (void)pci_bridge_window(bridge->bridge, kind); /* says how much is spare */
    uint64_t spare = inner ? bridge->bridge->window_spare[kind] : first_spare(bridge, kind);
    for (;;) {
        spare = spare < granularity ? 0 : spare;
        bridge->window_spare[kind] = spare;
        size = need_of_bridge(bridge, kind, spare, wide_too);
        size = inner ? round_up(size) : size;
        if (try_size(bridge, kind, size))
            return;
        if (spare == 0)
            break;
        spare /= 2;
    }
    for (size = round_down(size); size >= granularity; size /= 2) {
        if (try_size(bridge, kind, size))
            return;
    }
}

const struct pci_window *pci_bridge_window(struct pci_function *bridge, enum pci_window_kind kind)
{
    if (!bridge->numbered_by_us) {
        pci_read_bridge_windows(bridge);
        return &bridge->windows[kind];
    }
    if ((bridge->windows_known & 1u << kind) == 0) {
        bridge->windows_known |= (uint8_t)(1u << kind);
        if (kind == PCI_WINDOW_32)
            (void)pci_bridge_window(bridge, PCI_WINDOW_64);
        if (has_window(bridge, kind))
            assign_window(bridge, kind);
    }
    return &bridge->windows[kind];
}
