/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "efi/event.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "models/windows.h"
#include "unit/efi/fake-memory.h"
#include "unit/efi/pci_io_fixture.h"

struct pci_io_fixture t;
EFI_PCI_IO_PROTOCOL *const io = &t.io.protocol;
EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *const root = &t.root.protocol;

static uint64_t read_bar(void *context, uint64_t offset, unsigned width)
{
    struct registers *r = context;
    uint64_t value = 0;
    r->last_offset = offset;
    r->last_width = width;
    r->reads++;
    memcpy(&value, &r->bytes[offset], width);
    return value;
}

static void write_bar(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct registers *r = context;
    r->last_offset = offset;
    r->last_width = width;
    memcpy(&r->bytes[offset], &value, width);
}

static struct pci_model_bar bar(struct registers *r, uint64_t size)
{
    return (struct pci_model_bar){.size = size, .read = read_bar, .write = write_bar, .context = r};
}

struct pci_function *the_function(void)
{
    return LIST_ENTRY(t.host.functions.next, struct pci_function, link);
}

void add_device(bool set)
{
    struct pci_model_function *f = &t.device;
    f->device = 3;
    pci_model_set32(f, PCI_VENDOR_ID, 0x10001234);
    pci_model_set32(f, PCI_CLASS_REVISION, 0x02000001);
    f->bars[0] = bar(&t.memory, BAR_SIZE);
    f->bars[1] = bar(&t.ports, 0x20);
    f->bars[1].is_io = true;
    f->bars[2] = bar(&t.high, BAR_SIZE);
    f->bars[2].is_64 = f->bars[2].prefetchable = true;
    if (set) {
        pci_model_set32(f, PCI_BAR0, 0xc0001000);
        pci_model_set32(f, PCI_BAR0 + 4, 0xc040);
        pci_model_set32(f, PCI_BAR0 + 8, 0x00004000);
        pci_model_set32(f, PCI_BAR0 + 12, 0x40);
    }
    pci_model_add(&t.model, f);
}

static const struct pci_window windows[] = {
    {0xc0000000, 0x10000000, PCI_WINDOW_32},
    {0x4000000000, 0x100000000, PCI_WINDOW_64},
    {0xc000, 0x1000, PCI_WINDOW_IO},
};

void scan(uint64_t ecam)
{
    const struct pci_segment segment = {
        .ecam = ecam,
        WINDOWS(windows),
    };
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    pci_io_init(&t.io, the_function());
    pci_root_bridge_io_init(&t.root, &t.host);
}

int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu.tsc = 0;
    fake_paging.fail_with = EFI_SUCCESS;
    t.bus.strict = true;
    bus_use(&t.bus);
    pci_model_init(&t.model, &t.bus, ECAM, 1, true);
    return 0;
}

int tear_down(void **state)
{
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&t.host);
    pool_free(t.root.resources);
    assert_false(t.bus.failed);
    bus_use(NULL);
    return 0;
}

void enable(void)
{
    assert_int_equal(
        io->Attributes(io, EfiPciIoAttributeOperationEnable, EFI_PCI_DEVICE_ENABLE, NULL),
        EFI_SUCCESS);
}

uint16_t command(void)
{
    return (uint16_t)pci_model_get32(&t.device, PCI_COMMAND);
}

int group_set_up(void **state)
{
    int result = fake_memory_setup(state);
    fake_apic_reset();
    events_init();
    return result;
}
