/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"
#include "models/fuzz_disk.h"
#include "models/pci.h"
#include "models/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any tree of bridges that nobody has set up, with devices of any size behind them, placed in any
 * order: what is placed is where it may be, and nobody else's; where there is memory space for all,
 * all of it is placed. Now and then configuration space lies. */

#define ECAM      0xe8000000ull
#define FUNCTIONS 16u
#define ROOM      (1ull << 60)

static struct fuzz_bytes input;
static struct pci_model_function functions[FUNCTIONS];

/* From 2^min to 2^(min + range - 1), or none. */
static uint64_t take_size(unsigned min, unsigned range)
{
    uint64_t what = fuzz_take(&input, 1);
    return what & 0x80 ? 0 : 1ull << (min + what % range);
}

static unsigned depth_of(const struct pci_model_function *f)
{
    unsigned depth = 0;
    for (; f->parent != NULL; f = f->parent)
        depth++;
    return depth;
}

/* With `modest`, there is room for all below 4 GiB. */
static void make(unsigned number, bool large, bool modest)
{
    struct pci_model_function *f = &functions[number];
    uint64_t what = fuzz_take(&input, 1);
    unsigned parent = what >> 3;
    f->device = (uint8_t)number;
    pci_model_set32(f, PCI_VENDOR_ID, 0x10001234 + number);
    if (number > 0 && parent < number && functions[parent].config[0x0e] == PCI_HEADER_TYPE_BRIDGE &&
        (!modest || depth_of(&functions[parent]) < 3))
        f->parent = &functions[parent];
    if (what & 1) {
        pci_model_set32(f, PCI_CLASS_REVISION, 0x06040000);
        f->config[0x0e] = PCI_HEADER_TYPE_BRIDGE;
        return;
    }
    f->bars[0] = (struct pci_model_bar){.size = take_size(4, large && !modest ? 26 : 16)};
    f->bars[1] = (struct pci_model_bar){.size = take_size(2, 7), .is_io = true};
    bool prefetchable = what & 2;
    unsigned sizes = prefetchable && large ? 41 : prefetchable ? 30 : modest ? 16 : 26;
    f->bars[2] = (struct pci_model_bar){
        .size = take_size(4, sizes), .is_64 = true, .prefetchable = prefetchable};
}

static void check_places(const struct pci_host *host)
{
    LIST_FOR_EACH(node, &host->functions)
    {
        const struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        for (unsigned i = 0; i < PCI_BAR_COUNT; i++) {
            const struct pci_bar *bar = &f->bars[i];
            LIST_FOR_EACH(other_node, &host->functions)
            {
                const struct pci_function *other =
                    LIST_ENTRY(other_node, struct pci_function, link);
                for (unsigned j = 0; j < PCI_BAR_COUNT; j++) {
                    const struct pci_bar *b = &other->bars[j];
                    if (bar != b && bar->address != 0 && b->address != 0 &&
                        bar->is_io == b->is_io && bar->address < b->address + b->size &&
                        b->address < bar->address + bar->size)
                        abort();
                }
            }
        }
    }
}

static struct pci_function *pick(const struct pci_host *host, unsigned n)
{
    struct list *node = host->functions.next;
    while (n-- > 0)
        node = node->next == &host->functions ? host->functions.next : node->next;
    return LIST_ENTRY(node, struct pci_function, link);
}

static void place_all(struct pci_host *host, bool must_fit)
{
    unsigned order = (unsigned)fuzz_take(&input, 1);
    for (unsigned n = 0; n < FUNCTIONS; n++) {
        struct pci_function *f = pick(host, order + n * 5 % FUNCTIONS);
        unsigned count = pci_bar_count(f);
        for (unsigned i = 0; i < count; i++) {
            const struct pci_bar *bar;
            unsigned index = order & 1 ? i : count - 1 - i;
            EFI_STATUS status = pci_bar(f, index, &bar);
            if (status == EFI_OUT_OF_RESOURCES && must_fit && !f->bars[index].is_io)
                abort();
            if (!EFI_ERROR(status) && bar->address == 0)
                abort();
        }
    }
}

/* Honest devices are reached through the bridges. */
static void check_reached(struct pci_host *host)
{
    LIST_FOR_EACH(node, &host->functions)
    if (EFI_ERROR(pci_enable(LIST_ENTRY(node, struct pci_function, link),
                             PCI_COMMAND_MEMORY | PCI_COMMAND_IO)))
        abort();
    for (unsigned n = 0; n < FUNCTIONS; n++) {
        for (unsigned i = 0; i < 3; i++) {
            const struct pci_model_bar *bar = &functions[n].bars[i];
            if (bar->size != 0 && pci_model_bar_address(&functions[n], i) != 0 && !bar->live)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct pci_window windows[] = {{0xc0000000, 0x4000000, PCI_WINDOW_32},
                                                {0x80000000, 0x30000000, PCI_WINDOW_32},
                                                {0x4000000000, 0x100000000, PCI_WINDOW_64},
                                                {0x8000000000, 0x8000000000, PCI_WINDOW_64},
                                                {0x1000, 0xf000, PCI_WINDOW_IO}};
    static const struct pci_window room[] = {{0x10000000, 0xd0000000, PCI_WINDOW_32},
                                             {1ull << 61, ROOM, PCI_WINDOW_64},
                                             {0x1000, 0xf000, PCI_WINDOW_IO}};
    static struct bus bus;
    static struct pci_model model;
    struct pci_host host;
    input = (struct fuzz_bytes){data, size};
    unsigned what = (unsigned)fuzz_take(&input, 1);
    bool must_fit = what % 4 == 1, lies = what % 4 == 2;
    bus = (struct bus){0};
    bus_use(&bus);
    fake_cpu_reset();
    pci_model_init(&model, &bus, ECAM, 64, false);
    memset(functions, 0, sizeof functions);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        make(i, what & 4, must_fit);
        functions[i].no_io_window = !must_fit && (what & 8) != 0;
        functions[i].narrow_prefetch = !must_fit && (what & 16) != 0;
        functions[i].corrupt = lies ? fuzz_corrupt_config : NULL;
        functions[i].corrupt_context = &input;
        pci_model_add(&model, &functions[i]);
    }
    struct pci_segment segment = {.bus_end = 63, .ecam = ECAM, WINDOWS(windows)};
    if (must_fit) {
        segment.windows = room;
        segment.window_count = ARRAY_SIZE(room);
    }
    pci_host_init(&host, &segment);
    if (EFI_ERROR(pci_scan_segment(&host)))
        abort();
    if (!list_empty(&host.functions)) {
        place_all(&host, must_fit);
        if (!lies) {
            check_places(&host);
            check_reached(&host);
        }
        place_all(&host, must_fit);
    }
    LIST_FOR_EACH_SAFE(node, &host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&host);
    bus_use(NULL);
    return 0;
}
