/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/bar_private.h"
#include "drivers/pci/pci.h"
#include "efi/types.h"
#include "lib/checked.h"

/* Base address registers. One that is set is never moved and never sized (DESIGN decision 9): its
 * decoding cannot be turned off without a risk, and Cloud Hypervisor keeps windows between BARs
 * that nobody announces. */

#define BRIDGE_MEMORY_UNIT (1ull << 20)
#define BRIDGE_WINDOW_32   (32ull << 20)
#define BRIDGE_WINDOW_64   (1ull << 30)

/* A range that is in use. */
struct pci_taken {
    struct pci_taken *next;
    uint64_t base, size;
    bool is_io;
    const struct pci_function *bridge; /* it is this bridge's window: free for what is behind it */
};

uint64_t pci_bar_size_limit(const struct pci_bar *bar)
{
    if (bar->size != 0)
        return bar->size;
    return bar->address & -bar->address;
}

unsigned pci_bar_count(const struct pci_function *f)
{
    switch (f->header_type) {
    case PCI_HEADER_TYPE_NORMAL:
        return PCI_BAR_COUNT;
    case PCI_HEADER_TYPE_BRIDGE:
        return 2;
    default:
        return 0;
    }
}

void pci_decode_bar(struct pci_function *f, unsigned index)
{
    struct pci_bar *bar = &f->bars[index];
    if (bar->decoded)
        return;
    unsigned offset = PCI_BAR0 + 4 * index;
    uint32_t low = pci_read32(f, offset);
    *bar = (struct pci_bar){.decoded = true};
    if (low == UINT32_MAX)
        return;
    bar->is_io = low & PCI_BAR_IO;
    if (bar->is_io) {
        bar->address = low & PCI_BAR_IO_MASK;
        return;
    }
    bar->prefetchable = low & PCI_BAR_PREFETCHABLE;
    bar->is_64 = (low & PCI_BAR_TYPE_MASK) == PCI_BAR_TYPE_64 && index + 1 < pci_bar_count(f);
    bar->address = low & PCI_BAR_MEMORY_MASK;
    if (bar->is_64)
        bar->address |= (uint64_t)pci_read32(f, offset + 4) << 32;
}

bool pci_bar_is_upper_half(const struct pci_function *f, unsigned index)
{
    return index > 0 && f->bars[index - 1].decoded && f->bars[index - 1].is_64 &&
           !pci_bar_is_upper_half(f, index - 1);
}

static EFI_STATUS take(struct pci_host *host, uint64_t base, uint64_t size, bool is_io,
                       const struct pci_function *bridge)
{
    struct pci_taken *taken = pool_alloc(sizeof *taken);
    if (taken == NULL)
        return EFI_OUT_OF_RESOURCES;
    *taken = (struct pci_taken){host->taken, base, size, is_io, bridge};
    host->taken = taken;
    return EFI_SUCCESS;
}

/* Bases and limits of a bridge's windows, as they are set; a window that is shut has base > limit.
 */
static void read_bridge_windows(struct pci_function *bridge)
{
    if (bridge->windows_known)
        return;
    bridge->windows_known = true;
    uint32_t memory = pci_read32(bridge, PCI_BRIDGE_MEMORY);
    uint64_t base = (uint64_t)(memory & 0xfff0) << 16;
    uint64_t limit = (memory & 0xfff00000u) | 0xfffff;
    if (memory != 0 && base <= limit)
        bridge->windows[PCI_WINDOW_32] = (struct pci_window){base, limit - base + 1};

    uint32_t prefetch = pci_read32(bridge, PCI_BRIDGE_PREFETCH);
    base = (uint64_t)(prefetch & 0xfff0) << 16;
    limit = (prefetch & 0xfff00000u) | 0xfffff;
    if ((prefetch & 0xf) == 1) {
        base |= (uint64_t)pci_read32(bridge, PCI_BRIDGE_PREFETCH_BASE) << 32;
        limit |= (uint64_t)pci_read32(bridge, PCI_BRIDGE_PREFETCH_LIMIT) << 32;
    }
    if ((prefetch & ~0x10001u) != 0 && base <= limit && limit != UINT64_MAX)
        bridge->windows[PCI_WINDOW_64] = (struct pci_window){base, limit - base + 1};
}

static EFI_STATUS note_function(struct pci_function *f)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (unsigned i = 0; i < pci_bar_count(f) && !EFI_ERROR(status); i++) {
        pci_decode_bar(f, i);
        const struct pci_bar *bar = &f->bars[i];
        if (bar->address != 0)
            status = take(f->host, bar->address, pci_bar_size_limit(bar), bar->is_io, NULL);
        i += bar->is_64;
    }
    if (f->header_type != PCI_HEADER_TYPE_BRIDGE)
        return status;
    if (!f->numbered_by_us)
        read_bridge_windows(f);
    for (unsigned kind = 0; kind < PCI_WINDOW_COUNT && !EFI_ERROR(status); kind++) {
        const struct pci_window *window = &f->windows[kind];
        if (window->size != 0)
            status = take(f->host, window->base, window->size, kind == PCI_WINDOW_IO, f);
    }
    return status;
}

void pci_host_forget_ranges(struct pci_host *host)
{
    while (host->taken != NULL) {
        struct pci_taken *first = host->taken;
        host->taken = first->next;
        pool_free(first);
    }
    host->taken_known = false;
}

/* Notes every range that is set in the segment before one is given away; again after each scan. */
static EFI_STATUS note_taken(struct pci_host *host)
{
    EFI_STATUS status = EFI_SUCCESS;
    if (host->taken_known)
        return status;
    pci_host_forget_ranges(host);
    LIST_FOR_EACH(node, &host->functions)
    {
        if (!EFI_ERROR(status))
            status = note_function(LIST_ENTRY(node, struct pci_function, link));
    }
    host->taken_known = !EFI_ERROR(status);
    return status;
}

static bool is_behind(const struct pci_function *f, const struct pci_function *bridge)
{
    for (; f != NULL; f = f->bridge) {
        if (f->bridge == bridge)
            return true;
    }
    return false;
}

/* A range that overlaps [base, base + size) and is not just a window in front of `f`. */
static const struct pci_taken *overlapping(const struct pci_function *f, uint64_t base,
                                           uint64_t size, bool is_io)
{
    for (const struct pci_taken *t = f->host->taken; t != NULL; t = t->next) {
        if (t->is_io == is_io && base < t->base + t->size && t->base < base + size &&
            (t->bridge == NULL || !is_behind(f, t->bridge)))
            return t;
    }
    return NULL;
}

/* First place in the window that fits; `size` is a power of two and the alignment. */
static bool find_place(const struct pci_function *f, const struct pci_window *window, uint64_t size,
                       bool is_io, uint64_t *ret)
{
    uint64_t base = MAX(window->base, is_io ? 0x1000u : EFI_PAGE_SIZE);
    for (;;) {
        if (!checked_align_up(base, size, &base) || base < window->base ||
            !range_within(base - window->base, size, window->size))
            return false;
        const struct pci_taken *taken = overlapping(f, base, size, is_io);
        if (taken == NULL) {
            *ret = base;
            return true;
        }
        if (!checked_add(taken->base, taken->size, &base))
            return false;
    }
}

static void write_bridge_window(struct pci_function *bridge, enum pci_window_kind kind)
{
    const struct pci_window *window = &bridge->windows[kind];
    uint64_t limit = window->base + window->size - 1;
    uint32_t value = (uint32_t)(window->base >> 16 & 0xfff0) | (uint32_t)(limit & 0xfff00000u);
    if (kind == PCI_WINDOW_32) {
        pci_write32(bridge, PCI_BRIDGE_MEMORY, value);
        return;
    }
    pci_write32(bridge, PCI_BRIDGE_PREFETCH_BASE, (uint32_t)(window->base >> 32));
    pci_write32(bridge, PCI_BRIDGE_PREFETCH_LIMIT, (uint32_t)(limit >> 32));
    pci_write32(bridge, PCI_BRIDGE_PREFETCH, value);
}

static const struct pci_window *windows_for(struct pci_function *f);

/* A bridge that we numbered gets windows of a fixed size out of those in front of it, or half as
 * much where these are small; the prefetchable one only where there is 64-bit space. */
static void assign_bridge_windows(struct pci_function *bridge)
{
    static const uint64_t sizes[] = {
        [PCI_WINDOW_32] = BRIDGE_WINDOW_32, [PCI_WINDOW_64] = BRIDGE_WINDOW_64};
    if (bridge->windows_known)
        return;
    bridge->windows_known = true;
    const struct pci_window *outer = windows_for(bridge);
    for (unsigned kind = 0; kind < ARRAY_SIZE(sizes); kind++) {
        for (uint64_t size = sizes[kind]; size >= BRIDGE_MEMORY_UNIT; size /= 2) {
            uint64_t base;
            if (size > outer[kind].size / 2 ||
                !find_place(bridge, &outer[kind], size, false, &base))
                continue;
            if (!EFI_ERROR(take(bridge->host, base, size, false, bridge))) {
                bridge->windows[kind] = (struct pci_window){base, size};
                write_bridge_window(bridge, kind);
            }
            break;
        }
    }
}

/* The windows that addresses of `f` must come from. */
static const struct pci_window *windows_for(struct pci_function *f)
{
    if (f->bridge == NULL)
        return f->host->windows;
    if (f->bridge->numbered_by_us)
        assign_bridge_windows(f->bridge);
    else
        read_bridge_windows(f->bridge);
    return f->bridge->windows;
}

static bool place_bar(struct pci_function *f, const struct pci_bar *bar, uint64_t size,
                      uint64_t *ret)
{
    const struct pci_window *windows = windows_for(f);
    if (bar->is_io)
        return find_place(f, &windows[PCI_WINDOW_IO], size, true, ret);
    size = MAX(size, EFI_PAGE_SIZE);
    /* Behind a bridge the 64-bit window is a prefetchable one. */
    bool wide = bar->is_64 && (f->bridge == NULL || bar->prefetchable);
    return (wide && find_place(f, &windows[PCI_WINDOW_64], size, false, ret)) ||
           find_place(f, &windows[PCI_WINDOW_32], size, false, ret);
}

EFI_STATUS pci_place_memory(struct pci_function *f, uint32_t size, uint32_t *ret_base)
{
    EFI_STATUS status = note_taken(f->host);
    if (EFI_ERROR(status))
        return status;
    const struct pci_bar narrow = {0};
    uint64_t base;
    if (!place_bar(f, &narrow, size, &base))
        return log_failure(EFI_OUT_OF_RESOURCES, "pci %s: 0x%x bytes of memory space", f->name,
                           size);
    status = take(f->host, base, MAX(size, EFI_PAGE_SIZE), false, NULL);
    if (!EFI_ERROR(status))
        *ret_base = (uint32_t)base;
    return status;
}

static EFI_STATUS assign(struct pci_function *f, unsigned index)
{
    struct pci_bar *bar = &f->bars[index];
    EFI_STATUS status = note_taken(f->host);
    if (EFI_ERROR(status))
        return status;
    if (pci_bar_is_upper_half(f, index))
        return EFI_NOT_FOUND;

    uint16_t command = pci_decoding_off(f);
    uint64_t size = 0, address = 0;
    status = pci_measure_bar(f, index, &size);
    if (!EFI_ERROR(status) && !place_bar(f, bar, size, &address))
        status = log_failure(EFI_OUT_OF_RESOURCES, "pci %s: 0x%llx bytes for BAR %u", f->name,
                             (unsigned long long)size, index);
    if (!EFI_ERROR(status))
        status =
            take(f->host, address, MAX(size, bar->is_io ? 1 : EFI_PAGE_SIZE), bar->is_io, NULL);
    if (!EFI_ERROR(status)) {
        bar->address = address;
        bar->size = size;
        pci_write32(f, PCI_BAR0 + 4 * index, (uint32_t)address);
        if (bar->is_64)
            pci_write32(f, PCI_BAR0 + 4 * index + 4, (uint32_t)(address >> 32));
    }
    pci_decoding_restore(f, command);
    return status;
}

EFI_STATUS pci_bar(struct pci_function *f, unsigned index, const struct pci_bar **ret)
{
    if (index >= pci_bar_count(f) || pci_bar_is_upper_half(f, index))
        return EFI_NOT_FOUND;
    pci_decode_bar(f, index);
    if (f->bars[index].address == 0) {
        EFI_STATUS status = assign(f, index);
        if (EFI_ERROR(status))
            return status;
    }
    *ret = &f->bars[index];
    return EFI_SUCCESS;
}
