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

EFI_STATUS pci_take_range(struct pci_host *host, uint64_t base, uint64_t size, bool is_io,
                          const struct pci_function *bridge)
{
    struct pci_taken *taken = pool_alloc(sizeof *taken);
    if (taken == NULL)
        return EFI_OUT_OF_RESOURCES;
    *taken = (struct pci_taken){host->taken, base, size, is_io, bridge};
    host->taken = taken;
    return EFI_SUCCESS;
}

static EFI_STATUS note_function(struct pci_function *f)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (unsigned i = 0; i < pci_bar_count(f) && !EFI_ERROR(status); i++) {
        pci_decode_bar(f, i);
        const struct pci_bar *bar = &f->bars[i];
        if (bar->address != 0)
            status =
                pci_take_range(f->host, bar->address, pci_bar_size_limit(bar), bar->is_io, NULL);
        i += bar->is_64;
    }
    if (f->header_type != PCI_HEADER_TYPE_BRIDGE)
        return status;
    if (!f->numbered_by_us)
        pci_read_bridge_windows(f);
    for (unsigned kind = 0; kind < PCI_WINDOW_COUNT && !EFI_ERROR(status); kind++) {
        const struct pci_window *window = &f->windows[kind];
        if (window->size != 0)
            status = pci_take_range(f->host, window->base, window->size, kind == PCI_WINDOW_IO, f);
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
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        /* One that is gone and still driven keeps its place: its driver's writes go there. */
        if (!EFI_ERROR(status) && (!f->gone || f->owner != NULL))
            status = note_function(f);
    }
    host->taken_known = !EFI_ERROR(status);
    return status;
}

/* A range that overlaps [base, base + size) and is not just a window in front of `f`. */
static const struct pci_taken *overlapping(const struct pci_function *f, uint64_t base,
                                           uint64_t size, bool is_io)
{
    for (const struct pci_taken *t = f->host->taken; t != NULL; t = t->next) {
        if (t->is_io == is_io && base < t->base + t->size && t->base < base + size &&
            (t->bridge == NULL || !pci_is_behind(f, t->bridge)))
            return t;
    }
    return NULL;
}

/* First place in one window. */
static bool find_in_window(const struct pci_function *f, const struct pci_window *window,
                           uint64_t size, uint64_t align, uint64_t *ret)
{
    bool is_io = window->kind == PCI_WINDOW_IO;
    uint64_t base = MAX(window->base, is_io ? 0x1000u : EFI_PAGE_SIZE);
    uint64_t lead = size - align;
    for (;;) {
        if (!checked_add(base, lead, &base) || !checked_align_up(base, align, &base))
            return false;
        base -= lead;
        if (base < window->base || !range_within(base - window->base, size, window->size))
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

bool pci_find_place(struct pci_function *f, enum pci_window_kind kind, uint64_t size,
                    uint64_t align, uint64_t *ret)
{
    const struct pci_window *windows = f->host->windows;
    size_t count = f->host->window_count;
    if (f->bridge != NULL) {
        windows = pci_bridge_window(f->bridge, kind);
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (windows[i].kind == kind && windows[i].size != 0 &&
            find_in_window(f, &windows[i], size, align, ret))
            return true;
    }
    return false;
}

bool pci_bar_is_wide(const struct pci_function *f, const struct pci_bar *bar)
{
    return bar->is_64 && (f->bridge == NULL || bar->prefetchable);
}

static bool place_bar(struct pci_function *f, const struct pci_bar *bar, uint64_t size,
                      uint64_t *ret)
{
    if (bar->is_io)
        return pci_find_place(f, PCI_WINDOW_IO, size, size, ret);
    size = MAX(size, EFI_PAGE_SIZE);
    return (pci_bar_is_wide(f, bar) && pci_find_place(f, PCI_WINDOW_64, size, size, ret)) ||
           pci_find_place(f, PCI_WINDOW_32, size, size, ret);
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
    status = pci_take_range(f->host, base, MAX(size, EFI_PAGE_SIZE), false, NULL);
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
    if (bar->size != 0)
        size = bar->size; /* measured for the sake of a bridge's window */
    else
        status = pci_measure_bar(f, index, &size);
    if (!EFI_ERROR(status) && !place_bar(f, bar, size, &address))
        status = log_failure(EFI_OUT_OF_RESOURCES, "pci %s: 0x%llx bytes for BAR %u", f->name,
                             (unsigned long long)size, index);
    if (!EFI_ERROR(status))
        status = pci_take_range(f->host, address, MAX(size, bar->is_io ? 1 : EFI_PAGE_SIZE),
                                bar->is_io, NULL);
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
