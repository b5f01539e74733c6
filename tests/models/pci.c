/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/pci.h"

#include <string.h>

uint32_t pci_model_get32(const struct pci_model_function *f, unsigned offset)
{
    uint32_t value;
    memcpy(&value, &f->config[offset], sizeof value);
    return value;
}

void pci_model_set32(struct pci_model_function *f, unsigned offset, uint32_t value)
{
    memcpy(&f->config[offset], &value, sizeof value);
}

static bool is_bridge(const struct pci_model_function *f)
{
    return (f->config[0x0e] & PCI_HEADER_TYPE_MASK) == PCI_HEADER_TYPE_BRIDGE;
}

static unsigned bar_count(const struct pci_model_function *f)
{
    return is_bridge(f) ? 2 : 6;
}

uint64_t pci_model_bar_address(const struct pci_model_function *f, unsigned index)
{
    uint32_t low = pci_model_get32(f, PCI_BAR0 + 4 * index);
    if (f->bars[index].is_io)
        return low & PCI_BAR_IO_MASK;
    uint64_t address = low & PCI_BAR_MEMORY_MASK;
    if (f->bars[index].is_64)
        address |= (uint64_t)pci_model_get32(f, PCI_BAR0 + 4 * index + 4) << 32;
    return address;
}

bool pci_model_bus_master(const struct pci_model_function *f)
{
    for (; f != NULL; f = f->parent) {
        if ((f->config[PCI_COMMAND] & PCI_COMMAND_BUS_MASTER) == 0)
            return false;
    }
    return true;
}

static bool io_window_passes(const struct pci_model_function *bridge,
                             const struct pci_model_bar *bar, uint64_t base)
{
    uint64_t low = (bridge->config[PCI_BRIDGE_IO] & 0xf0u) << 8;
    uint64_t high = (bridge->config[PCI_BRIDGE_IO + 1] & 0xf0u) << 8 | 0xfff;
    return base >= low && base + bar->size - 1 <= high;
}

/* Does the bridge let [base, base + size) through? */
static bool bridge_passes(const struct pci_model_function *bridge, const struct pci_model_bar *bar,
                          uint64_t base)
{
    uint32_t command = pci_model_get32(bridge, PCI_COMMAND);
    if (bar->is_io)
        return (command & PCI_COMMAND_IO) && io_window_passes(bridge, bar, base);
    if ((command & PCI_COMMAND_MEMORY) == 0)
        return false;
    uint32_t memory = pci_model_get32(bridge, PCI_BRIDGE_MEMORY);
    uint64_t low = (uint64_t)(memory & 0xfff0) << 16, high = (memory & 0xfff00000u) | 0xfffff;
    if (base >= low && base + bar->size - 1 <= high)
        return true;
    uint32_t prefetch = pci_model_get32(bridge, PCI_BRIDGE_PREFETCH);
    low = (uint64_t)(prefetch & 0xfff0) << 16 |
          (uint64_t)pci_model_get32(bridge, PCI_BRIDGE_PREFETCH_BASE) << 32;
    high = (prefetch & 0xfff00000u) | 0xfffff |
           (uint64_t)pci_model_get32(bridge, PCI_BRIDGE_PREFETCH_LIMIT) << 32;
    return base >= low && base + bar->size - 1 <= high;
}

static bool decodes(const struct pci_model_function *f, unsigned index)
{
    const struct pci_model_bar *bar = &f->bars[index];
    uint64_t base = pci_model_bar_address(f, index);
    uint32_t need = bar->is_io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
    if (bar->size == 0 || base == 0 || (pci_model_get32(f, PCI_COMMAND) & need) == 0)
        return false;
    for (const struct pci_model_function *bridge = f->parent; bridge != NULL;
         bridge = bridge->parent) {
        if (!bridge_passes(bridge, bar, base))
            return false;
    }
    return true;
}

static void update_decoding(struct pci_model *segment)
{
    for (struct pci_model_function *f = segment->functions; f != NULL; f = f->next) {
        for (unsigned i = 0; i < bar_count(f); i++) {
            struct pci_model_bar *bar = &f->bars[i];
            if (bar->live)
                bus_remove(segment->bus, &bar->range);
            bar->live = decodes(f, i);
            if (!bar->live)
                continue;
            bar->range.space = bar->is_io ? BUS_PORT : BUS_MMIO;
            bar->range.base = pci_model_bar_address(f, i);
            bar->range.size = bar->size;
            bar->range.read = bar->read;
            bar->range.write = bar->write;
            bar->range.context = bar->context;
            bus_add(segment->bus, &bar->range);
        }
    }
}

static int bus_of(const struct pci_model_function *f)
{
    if (f->parent == NULL)
        return f->segment->root_bus;
    uint8_t secondary = f->parent->config[PCI_BRIDGE_BUSES + 1];
    return secondary != 0 ? secondary : -1;
}

static struct pci_model_function *find(struct pci_model *segment, unsigned bus, unsigned device,
                                       unsigned function)
{
    for (struct pci_model_function *f = segment->functions; f != NULL; f = f->next) {
        if (bus_of(f) == (int)bus && f->device == device && f->function == function)
            return f;
    }
    return NULL;
}

static void note_absent(struct pci_model *segment, unsigned device, unsigned offset, bool write)
{
    if (segment->absent != NULL)
        segment->absent(segment, device, offset, write);
}

static uint32_t config_read(struct pci_model *segment, unsigned bus, unsigned device,
                            unsigned function, unsigned offset, unsigned width)
{
    segment->reads++;
    struct pci_model_function *f = find(segment, bus, device, function);
    uint32_t value = UINT32_MAX;
    if (f == NULL)
        note_absent(segment, device, offset, false);
    if (f == NULL || offset % width != 0)
        return value;
    f->reads++;
    value = 0;
    if (offset + width <= sizeof f->config)
        memcpy(&value, &f->config[offset], width);
    return f->corrupt != NULL ? f->corrupt(f->corrupt_context, offset, width, value) : value;
}

static void note_bar_write(struct pci_model_function *f, unsigned offset, uint32_t value)
{
    if (offset < PCI_BAR0 || offset >= PCI_BAR0 + 4 * bar_count(f))
        return;
    struct pci_model_bar *bar = &f->bars[(offset - PCI_BAR0) / 4];
    bar->writes++;
    if (value == UINT32_MAX && bar->live)
        f->decoding_was_on_while_sizing = true;
}

/* Where a function that decodes nothing would be is nobody's concern. */
static bool moves_nothing(const struct pci_model_function *f, unsigned offset)
{
    return offset >= PCI_BAR0 && offset < PCI_BAR0 + 4 * bar_count(f) &&
           (f->config[PCI_COMMAND] & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY)) == 0;
}

static void config_write(struct pci_model *segment, unsigned bus, unsigned device,
                         unsigned function, unsigned offset, unsigned width, uint32_t value)
{
    segment->writes++;
    struct pci_model_function *f = find(segment, bus, device, function);
    if (f == NULL)
        note_absent(segment, device, offset, true);
    if (f == NULL || offset % width != 0 || offset + width > sizeof f->config)
        return;
    f->writes++;
    note_bar_write(f, offset, value);
    for (unsigned i = 0; i < width; i++) {
        uint8_t mask = f->writable[offset + i];
        f->config[offset + i] =
            (uint8_t)((f->config[offset + i] & ~mask) | (value >> 8 * i & mask));
    }
    if (!moves_nothing(f, offset))
        update_decoding(segment);
}

/* The function that an ECAM offset reaches. */
static unsigned ecam_function(struct pci_model *segment, uint64_t offset, bool write)
{
    unsigned function = offset >> 12 & 7;
    if (!segment->functions_alias || function == 0)
        return function;
    note_absent(segment, offset >> 15 & 31, offset & 0xfff, write);
    return 0;
}

static uint64_t ecam_read(void *context, uint64_t offset, unsigned width)
{
    struct pci_model *segment = context;
    unsigned function = ecam_function(segment, offset, false);
    if (width > 4) {
        bus_forbidden(segment->bus, "configuration read of %u bytes", width);
        return UINT64_MAX;
    }
    return config_read(segment, (unsigned)(offset >> 20), offset >> 15 & 31, function,
                       offset & 0xfff, width);
}

static void ecam_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct pci_model *segment = context;
    unsigned function = ecam_function(segment, offset, true);
    if (width > 4) {
        bus_forbidden(segment->bus, "configuration write of %u bytes", width);
        return;
    }
    config_write(segment, (unsigned)(offset >> 20), offset >> 15 & 31, function, offset & 0xfff,
                 width, (uint32_t)value);
}

static uint64_t address_read(void *context, uint64_t offset, unsigned width)
{
    struct pci_model *segment = context;
    return segment->address >> 8 * offset;
}

static void address_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct pci_model *segment = context;
    if (offset != 0 || width != 4)
        bus_forbidden(segment->bus, "write of %u bytes at port 0x%x", width,
                      (unsigned)(PCI_PORT_ADDRESS + offset));
    else
        segment->address = (uint32_t)value;
}

static uint64_t data_read(void *context, uint64_t offset, unsigned width)
{
    struct pci_model *segment = context;
    uint32_t a = segment->address;
    if ((a & PCI_PORT_ADDRESS_ENABLE) == 0)
        return UINT64_MAX;
    return config_read(segment, a >> 16 & 0xff, a >> 11 & 31, a >> 8 & 7,
                       (a & 0xfc) + (unsigned)offset, width);
}

static void data_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct pci_model *segment = context;
    uint32_t a = segment->address;
    if (a & PCI_PORT_ADDRESS_ENABLE)
        config_write(segment, a >> 16 & 0xff, a >> 11 & 31, a >> 8 & 7,
                     (a & 0xfc) + (unsigned)offset, width, (uint32_t)value);
}

void pci_model_init(struct pci_model *segment, struct bus *bus, uint64_t ecam, unsigned bus_count,
                    bool ports)
{
    *segment = (struct pci_model){.bus = bus};
    segment->ecam_range = (struct bus_range){
        .space = BUS_MMIO,
        .base = ecam,
        .size = (uint64_t)bus_count * PCI_ECAM_BUS_SIZE,
        .read = ecam_read,
        .write = ecam_write,
        .context = segment,
    };
    segment->address_range = (struct bus_range){.space = BUS_PORT,
                                                .base = PCI_PORT_ADDRESS,
                                                .size = 4,
                                                .read = address_read,
                                                .write = address_write,
                                                .context = segment};
    segment->data_range = (struct bus_range){.space = BUS_PORT,
                                             .base = PCI_PORT_DATA,
                                             .size = 4,
                                             .read = data_read,
                                             .write = data_write,
                                             .context = segment};
    if (ecam != 0)
        bus_add(bus, &segment->ecam_range);
    if (ports) {
        bus_add(bus, &segment->address_range);
        bus_add(bus, &segment->data_range);
    }
}

static void set_up_bar(struct pci_model_function *f, unsigned index)
{
    struct pci_model_bar *bar = &f->bars[index];
    if (bar->size == 0)
        return;
    unsigned offset = PCI_BAR0 + 4 * index;
    uint64_t mask = -bar->size;
    uint32_t flags = bar->is_io ? PCI_BAR_IO
                                : (bar->is_64 ? PCI_BAR_TYPE_64 : 0) |
                                      (bar->prefetchable ? PCI_BAR_PREFETCHABLE : 0);
    uint32_t low = (uint32_t)mask & (bar->is_io ? PCI_BAR_IO_MASK : PCI_BAR_MEMORY_MASK);
    memcpy(&f->writable[offset], &low, 4);
    pci_model_set32(f, offset, (pci_model_get32(f, offset) & low) | flags);
    if (bar->is_64) {
        uint32_t high = (uint32_t)(mask >> 32);
        memcpy(&f->writable[offset + 4], &high, 4);
    }
}

void pci_model_add(struct pci_model *segment, struct pci_model_function *f)
{
    f->segment = segment;
    f->writable[PCI_COMMAND] |= PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER;
    f->writable[PCI_COMMAND + 1] |= PCI_COMMAND_INTX_DISABLE >> 8;
    for (unsigned i = 0; i < bar_count(f); i++)
        set_up_bar(f, i);
    if (is_bridge(f)) {
        static const uint8_t windows[] = {0xf0, 0xff, 0xf0, 0xff, 0xf0, 0xff, 0xf0, 0xff};
        memset(&f->writable[PCI_BRIDGE_BUSES], 0xff, 3);
        if (!f->no_io_window)
            memset(&f->writable[PCI_BRIDGE_IO], 0xf0, 2);
        if (!f->narrow_prefetch) {
            f->config[PCI_BRIDGE_PREFETCH] |= 1; /* 64 bits */
            f->config[PCI_BRIDGE_PREFETCH + 2] |= 1;
        }
        memcpy(&f->writable[PCI_BRIDGE_MEMORY], windows, sizeof windows);
        memset(&f->writable[PCI_BRIDGE_PREFETCH_BASE], 0xff, 8);
    }
    struct pci_model_function **link = &segment->functions;
    while (*link != NULL)
        link = &(*link)->next;
    f->next = NULL;
    *link = f;
    update_decoding(segment);
}

unsigned pci_model_add_capability(struct pci_model_function *f, const void *capability,
                                  unsigned size)
{
    unsigned last = PCI_CAPABILITY_LIST, end = 0x40;
    for (unsigned at = f->config[PCI_CAPABILITY_LIST]; at != 0; at = f->config[at + 1]) {
        last = at + 1;
        end = at + (f->config[at] == PCI_CAPABILITY_VENDOR ? f->config[at + 2] : 12u);
        end = (end + 3) & ~3u;
    }
    f->config[PCI_COMMAND + 2] |= 0x10;
    f->config[last] = (uint8_t)end;
    memcpy(&f->config[end], capability, size);
    f->config[end + 1] = 0;
    return end;
}
