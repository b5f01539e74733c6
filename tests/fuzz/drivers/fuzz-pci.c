/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "models/bus.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"
#include "models/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Configuration space in which every read gives what the input says next, and nothing when it is
 * used up. */

#define ECAM 0xe0000000ull

static const struct pci_window windows[] = {
    {0xc0000000, 0x10000000, PCI_WINDOW_32},
    {0x4000000000, 0x100000000, PCI_WINDOW_64},
    {0xc000, 0x1000, PCI_WINDOW_IO},
};

static struct fuzz_bytes input;

static uint64_t config_read(void *context, uint64_t offset, unsigned width)
{
    return input.size == 0 ? UINT64_MAX : fuzz_take(&input, width);
}

static void walk(struct pci_function *f)
{
    struct pci_capability_walk capabilities = {0};
    for (unsigned steps = 0; pci_next_capability(f, &capabilities); steps++) {
        if (steps > 64)
            abort();
    }
    if (EFI_ERROR(pci_enable(f, PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER)))
        abort();
    for (unsigned i = 0; i < PCI_BAR_COUNT; i++) {
        const struct pci_bar *bar;
        uint64_t address;
        if (EFI_ERROR(pci_bar(f, i, &bar)))
            continue;
        if (bar->address == 0 || pci_bar_size_limit(bar) == 0)
            abort();
        uint64_t offset = fuzz_take(&input, 4), length = fuzz_take(&input, 4);
        if (!EFI_ERROR(pci_map(f, i, offset, length, &address)) &&
            (address < bar->address || address - bar->address != offset))
            abort();
    }
    pci_disable(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bus bus = {0};
    struct bus_range range = {
        .space = BUS_MMIO, .base = ECAM, .size = 256ull << 20, .read = config_read};
    struct pci_host host;
    const struct pci_segment segment = {
        .bus_end = 0xff,
        .ecam = ECAM,
        WINDOWS(windows),
    };
    input = (struct fuzz_bytes){data, size};
    bus_add(&bus, &range);
    bus_use(&bus);
    fake_cpu_reset();
    pci_host_init(&host, &segment);
    (void)!pci_scan_segment(&host);
    LIST_FOR_EACH(node, &host.functions)
    walk(LIST_ENTRY(node, struct pci_function, link));
    for (unsigned look = 0; look < 2 && input.size > 0; look++) {
        (void)!pci_rescan_segment(&host);
        LIST_FOR_EACH(node, &host.functions)
        {
            if (!LIST_ENTRY(node, struct pci_function, link)->gone)
                walk(LIST_ENTRY(node, struct pci_function, link));
        }
    }
    LIST_FOR_EACH_SAFE(node, &host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&host);
    bus_use(NULL);
    return 0;
}
