/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "efi/memory.h"
#include "models/cpu.h"
#include "models/pci.h"
#include "models/pci_fixture.h"
#include "models/windows.h"
#include "platform/machine.h"

#include "core/pages.h"
#include "core/pool.h"

#define CH_ECAM 0xe8000000ull

static const struct pci_window windows[] = {
    {0xc0000000, 0x10000000, PCI_WINDOW_32},
    {0x4000000000, 0x100000000, PCI_WINDOW_64},
    {0xc000, 0x1000, PCI_WINDOW_IO},
};

struct fixture {
    struct bus bus;
    struct pci_model model;
    struct pci_host host;
};

static struct fixture t;

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    return 0;
}

static int tear_down(void **state)
{
    if (t.host.functions.next != NULL) {
        LIST_FOR_EACH_SAFE(node, &t.host.functions)
        pool_free(LIST_ENTRY(node, struct pci_function, link));
    }
    pci_host_forget_ranges(&t.host);
    bus_use(NULL);
    return 0;
}

static void start(uint64_t ecam, unsigned bus_count, bool ports)
{
    pci_model_init(&t.model, &t.bus, ecam, bus_count, ports);
    const struct pci_segment segment = {
        .bus_end = (uint8_t)(bus_count - 1),
        .ecam = ecam,
        WINDOWS(windows),
    };
    pci_host_init(&t.host, &segment);
}

static struct pci_function *function_named(const char *name)
{
    LIST_FOR_EACH(node, &t.host.functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (strcmp(f->name, name) == 0)
            return f;
    }
    fail_msg("no function %s", name);
    return NULL;
}

static unsigned count_functions(void)
{
    unsigned count = 0;
    LIST_FOR_EACH(node, &t.host.functions)
    count++;
    return count;
}

static void make(struct pci_model_function *f, unsigned device, unsigned function, uint32_t id)
{
    f->device = (uint8_t)device;
    f->function = (uint8_t)function;
    pci_model_set32(f, PCI_VENDOR_ID, id);
}

static void make_bridge(struct pci_model_function *f, unsigned device, unsigned secondary,
                        unsigned subordinate)
{
    make(f, device, 0, 0x000c1b36);
    pci_model_set32(f, PCI_CLASS_REVISION, 0x06040000);
    f->config[0x0e] = PCI_HEADER_TYPE_BRIDGE;
    f->config[PCI_BRIDGE_BUSES + 1] = (uint8_t)secondary;
    f->config[PCI_BRIDGE_BUSES + 2] = (uint8_t)subordinate;
}

/* The machine of the dump: each device is found with two accesses more than its slot, nothing is
 * written and no BAR touched. */
static void cloud_hypervisor_is_scanned_by_reading(void **state)
{
    start(CH_ECAM, 1, true);
    t.bus.strict = true;
    t.model.functions_alias = true;
    assert_int_equal(pci_fixture_load(&t.model, "cloud-hypervisor/pci-512M-one-disk.txt"), 3);
    uint64_t before = pci_access_count();
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 3);
    assert_int_equal(t.model.reads, 32 + 3 * 2);
    assert_int_equal(t.model.writes, 0);
    assert_int_equal(pci_access_count() - before, t.model.reads);
    assert_int_equal(fake_paging.base, CH_ECAM);
    assert_int_equal(fake_paging.size, 1 << 20);
    assert_int_equal(fake_paging.cache, CACHE_UNCACHED);

    /* Only once. */
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(t.model.reads, 38);

    struct pci_function *disk = function_named("0000:00:01.0");
    assert_int_equal(disk->vendor_id, 0x1af4);
    assert_int_equal(disk->device_id, 0x1042);
    assert_int_equal(disk->class, 0x01);
    assert_int_equal(disk->subclass, 0x80);
    assert_int_equal(disk->revision, 1);
    pci_fixture_free(&t.model);
}

static void all_devices_keep_their_bars(void **state)
{
    start(CH_ECAM, 1, true);
    t.bus.strict = true;
    t.model.functions_alias = true;
    unsigned count = pci_fixture_load(&t.model, "cloud-hypervisor/pci-6G-all-devices.txt");
    assert_int_equal(count, 8);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), count);

    const struct pci_bar *bar;
    struct pci_function *disk = function_named("0000:00:01.0");
    assert_int_equal(pci_bar(disk, 0, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0xe7f80000);
    assert_false(bar->is_64);
    assert_int_equal(pci_bar_size_limit(bar), 0x80000);
    struct pci_function *net = function_named("0000:00:02.0");
    assert_int_equal(pci_bar(net, 0, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0x3ffffb800000);
    assert_true(bar->is_64);
    assert_int_equal(pci_bar(net, 1, &bar), EFI_NOT_FOUND);
    assert_int_equal(t.model.writes, 0);

    uint64_t address;
    assert_int_equal(pci_map(net, 0, 0x4000, 0x1000, &address), EFI_SUCCESS);
    assert_int_equal(address, 0x3ffffb804000);
    assert_int_equal(fake_paging.base, address);
    assert_int_equal(fake_paging.size, 0x1000);
    assert_int_equal(pci_map(net, 0, 0x7ffff0, 0x1000, &address), EFI_VOLUME_CORRUPTED);
    assert_int_equal(pci_map(net, 0, UINT64_MAX, 2, &address), EFI_VOLUME_CORRUPTED);
    for (struct pci_model_function *f = t.model.functions; f != NULL; f = f->next) {
        for (unsigned i = 0; i < 6; i++)
            assert_int_equal(f->bars[i].writes, 0);
    }
    pci_fixture_free(&t.model);
}

static void ports_reach_what_ecam_does(void **state)
{
    start(0, 1, true);
    t.bus.strict = true;
    struct pci_model_function f = {0};
    make(&f, 3, 0, 0x12345678);
    memset(&f.writable[0x40], 0xff, 8);
    pci_model_set32(&f, 0x40, 0x44332211);
    pci_model_add(&t.model, &f);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(fake_paging.calls, 0);
    struct pci_function *g = function_named("0000:00:03.0");
    assert_int_equal(pci_read8(g, 0x42), 0x33);
    assert_int_equal(pci_read16(g, 0x42), 0x4433);
    pci_write8(g, 0x41, 0xaa);
    pci_write16(g, 0x42, 0xbbcc);
    assert_int_equal(pci_read32(g, 0x40), 0xbbccaa11);
    pci_write32(g, 0x44, 0x01020304);
    assert_int_equal(pci_model_get32(&f, 0x44), 0x01020304);
    uint64_t reads = t.model.reads;
    assert_int_equal(pci_read32(g, 0x100), UINT32_MAX);
    pci_write32(g, 0x100, 0);
    pci_write16(g, 0x100, 0);
    pci_write8(g, 0x100, 0);
    assert_int_equal(t.model.reads, reads);
    assert_int_equal(pci_subsystem(g), 0);
}

static void only_multi_function_devices_have_more_functions(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f[4] = {0};
    make(&f[0], 1, 0, 0x11111111);
    make(&f[1], 1, 2, 0x22221111);
    make(&f[2], 2, 0, 0x33331111);
    make(&f[3], 2, 1, 0x44441111); /* hidden: function 0 says that it is alone */
    f[0].config[0x0e] = PCI_HEADER_MULTIFUNCTION;
    for (unsigned i = 0; i < 4; i++)
        pci_model_add(&t.model, &f[i]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 3);
    function_named("0000:00:01.2");
    assert_int_equal(t.model.reads, 32 + 7 + 3 * 2);
}

/* microvm: nothing is set. */
static void unset_bars_are_assigned_with_decoding_off(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f[2] = {0};
    make(&f[0], 1, 0, 0x11111111);
    f[0].bars[0] = (struct pci_model_bar){.size = 0x20, .is_io = true};
    f[0].bars[1] = (struct pci_model_bar){.size = 0x200};
    f[0].bars[2] = (struct pci_model_bar){.size = 0x200000, .is_64 = true, .prefetchable = true};
    pci_model_set32(&f[0], PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
    make(&f[1], 2, 0, 0x22221111);
    f[1].bars[0] = (struct pci_model_bar){.size = 0x10000};
    f[1].bars[4] = (struct pci_model_bar){.size = 0x4000, .is_64 = true};
    pci_model_set32(&f[1], PCI_BAR0, 0xc0010000); /* one that is set */
    pci_model_add(&t.model, &f[0]);
    pci_model_add(&t.model, &f[1]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);

    struct pci_function *a = function_named("0000:00:01.0");
    const struct pci_bar *bar;
    assert_int_equal(pci_bar(a, 2, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0x4000000000);
    assert_int_equal(bar->size, 0x200000);
    assert_int_equal(pci_model_bar_address(&f[0], 2), 0x4000000000);
    assert_int_equal(pci_bar(a, 3, &bar), EFI_NOT_FOUND); /* its upper half */
    assert_int_equal(pci_bar(a, 0, &bar), EFI_SUCCESS);
    assert_true(bar->is_io);
    assert_int_equal(bar->address, 0xc000);
    assert_int_equal(pci_bar(a, 1, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0xc0000000);
    assert_int_equal(bar->size, 0x200);
    uint64_t command = pci_model_get32(&f[0], PCI_COMMAND) & 0xffff;
    assert_int_equal(command, PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
    assert_false(f[0].decoding_was_on_while_sizing);

    struct pci_function *b = function_named("0000:00:02.0");
    assert_int_equal(pci_bar(b, 0, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0xc0010000);
    assert_int_equal(bar->size, 0);
    assert_int_equal(pci_bar(b, 4, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0x4000200000);
    assert_int_equal(f[1].bars[0].writes, 0);
}

static void a_full_window_is_an_error(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f[2] = {0};
    for (unsigned i = 0; i < 2; i++) {
        make(&f[i], i + 1, 0, 0x11111111);
        f[i].bars[0] = (struct pci_model_bar){.size = 0x10000000};
        pci_model_add(&t.model, &f[i]);
    }
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    const struct pci_bar *bar;
    assert_int_equal(pci_bar(function_named("0000:00:01.0"), 0, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0xc0000000);
    assert_int_equal(pci_bar(function_named("0000:00:02.0"), 0, &bar), EFI_OUT_OF_RESOURCES);
    assert_int_equal(pci_bar(function_named("0000:00:02.0"), 1, &bar), EFI_NOT_FOUND);
    assert_int_equal(pci_bar(function_named("0000:00:02.0"), 6, &bar), EFI_NOT_FOUND);
    assert_int_equal(pci_model_bar_address(&f[1], 0), 0);
}

static void bridges_that_are_set_are_followed(void **state)
{
    start(CH_ECAM, 16, false);
    struct pci_model_function f[4] = {0};
    make_bridge(&f[0], 1, 1, 2);
    make_bridge(&f[1], 0, 2, 2);
    f[1].parent = &f[0];
    make(&f[2], 5, 0, 0x11111111);
    f[2].parent = &f[1];
    f[2].bars[0] = (struct pci_model_bar){.size = 0x1000};
    pci_model_set32(&f[2], PCI_BAR0, 0xc0100000);
    make(&f[3], 9, 0, 0x22221111);
    pci_model_set32(&f[0], PCI_BRIDGE_MEMORY, 0xc010c010);
    pci_model_set32(&f[1], PCI_BRIDGE_MEMORY, 0xc010c010);
    for (unsigned i = 0; i < 4; i++)
        pci_model_add(&t.model, &f[i]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 4);
    assert_int_equal(t.model.writes, 0);
    struct pci_function *g = function_named("0000:02:05.0");
    assert_string_equal(g->bridge->name, "0000:01:00.0");
    assert_string_equal(g->bridge->bridge->name, "0000:00:01.0");

    assert_int_equal(pci_enable(g, PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER), EFI_SUCCESS);
    assert_true(f[2].bars[0].live);
    assert_true(pci_model_bus_master(&f[2]));
    assert_int_equal(pci_enable(g, PCI_COMMAND_MEMORY), EFI_SUCCESS);
    pci_disable(g);
    pci_disable(g);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(pci_model_get32(&f[i], PCI_COMMAND) & 0xffff, 0);
    assert_int_equal(f[2].bars[0].writes, 0);
}

static void bridges_without_numbers_get_them_and_windows(void **state)
{
    start(CH_ECAM, 16, false);
    struct pci_model_function f[6] = {0};
    make_bridge(&f[0], 1, 0, 0);
    make_bridge(&f[1], 2, 0, 0);
    f[1].parent = &f[0];
    make(&f[2], 3, 0, 0x11111111);
    f[2].parent = &f[1];
    f[2].bars[0] = (struct pci_model_bar){.size = 0x4000};
    f[2].bars[4] = (struct pci_model_bar){.size = 0x4000, .is_64 = true, .prefetchable = true};
    make_bridge(&f[3], 4, 4, 7); /* set, and found later than the unset ones */
    make_bridge(&f[4], 5, 0, 0);
    make(&f[5], 0, 0, 0x22221111);
    f[5].parent = &f[4];
    f[5].bars[0] = (struct pci_model_bar){.size = 0x1000};
    for (unsigned i = 0; i < 6; i++)
        pci_model_add(&t.model, &f[i]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 6);
    assert_int_equal(pci_model_get32(&f[0], PCI_BRIDGE_BUSES), 0x00090800);
    assert_int_equal(pci_model_get32(&f[1], PCI_BRIDGE_BUSES), 0x00090908);
    assert_int_equal(pci_model_get32(&f[4], PCI_BRIDGE_BUSES), 0x000a0a00);

    const struct pci_bar *bar;
    struct pci_function *g = function_named("0000:09:03.0");
    assert_int_equal(pci_bar(g, 0, &bar), EFI_SUCCESS);
    assert_int_equal(pci_bar(g, 4, &bar), EFI_SUCCESS);
    assert_true(bar->address >= 0x4000000000);
    struct pci_function *h = function_named("0000:0a:00.0");
    assert_int_equal(pci_bar(h, 0, &bar), EFI_SUCCESS);
    assert_int_equal(pci_enable(g, PCI_COMMAND_MEMORY), EFI_SUCCESS);
    assert_int_equal(pci_enable(h, PCI_COMMAND_MEMORY), EFI_SUCCESS);
    assert_true(f[2].bars[0].live);
    assert_true(f[2].bars[4].live);
    assert_true(f[5].bars[0].live);
    assert_true(f[2].bars[0].range.base != f[5].bars[0].range.base);
}

static void loops_of_bridges_end(void **state)
{
    start(CH_ECAM, 256, false);
    struct pci_model_function f[3] = {0};
    make_bridge(&f[0], 1, 1, 255);
    make_bridge(&f[1], 2, 1, 1); /* the same bus again */
    make_bridge(&f[2], 3, 9, 3); /* backwards */
    for (unsigned i = 0; i < 3; i++)
        pci_model_add(&t.model, &f[i]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 3);
}

/* A root port has one device behind it. */
static void root_ports_cost_one_probe(void **state)
{
    start(CH_ECAM, 4, false);
    struct pci_model_function f[2] = {0};
    make_bridge(&f[0], 1, 1, 1);
    static const uint8_t express[12] = {PCI_CAPABILITY_EXPRESS, 0, 0x42, 0};
    pci_model_add_capability(&f[0], express, sizeof express);
    make(&f[1], 0, 0, 0x11111111);
    f[1].parent = &f[0];
    pci_model_add(&t.model, &f[0]);
    pci_model_add(&t.model, &f[1]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 2);
    /* 32 slots and one behind the port; class and header of both, bus numbers, and status, pointer
     * and one capability */
    assert_int_equal(t.model.reads, 33 + 4 + 1 + 3);
}

/* Where the host leaves the power of slots to the OS, a card that comes later needs some. */
static void a_slot_is_turned_on_when_a_card_has_come(void **state)
{
    static const uint8_t express[0x1c] = {
        [0] = PCI_CAPABILITY_EXPRESS, [2] = 0x42, [3] = 1, [0x14] = 0x42, [0x18] = 0, [0x19] = 7};
    start(CH_ECAM, 4, false);
    struct pci_model_function port = {0};
    make_bridge(&port, 1, 1, 1);
    unsigned slot = pci_model_add_capability(&port, express, sizeof express) + 0x18;
    port.writable[slot + 1] = 7;
    pci_model_add(&t.model, &port);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(pci_model_get32(&port, slot), 0x00000700); /* nothing in it */
    port.config[slot + 2] = 0x40;
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(pci_model_get32(&port, slot), 0x00400100);
    uint64_t writes = t.model.writes;
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(t.model.writes, writes);
    port.config[slot + 1] = 7;
    port.config[slot - 4] = 0x40; /* no power to control */
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(pci_model_get32(&port, slot), 0x00400700);
}

static void hot_plug_is_seen_by_a_rescan(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f[2] = {0};
    make(&f[0], 1, 0, 0x11111111);
    make(&f[1], 2, 0, 0x22221111);
    pci_model_add(&t.model, &f[0]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    struct pci_function *first = function_named("0000:00:01.0");
    first->owner = &t;
    pci_model_add(&t.model, &f[1]);
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 2);
    assert_ptr_equal(function_named("0000:00:01.0"), first);
    assert_ptr_equal(first->owner, &t);
    assert_false(first->gone);
    t.model.functions = &f[1];
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 2);
    assert_true(first->gone);
}

/* A card that goes, and one of its kind in the same place: what the first was given is not the
 * second's, and is free again. Between two looks that shows in its registers only. */
static void what_is_plugged_in_again_begins_anew(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f[4] = {0};
    for (unsigned i = 0; i < 4; i++) {
        make(&f[i], i < 3 ? 1 : 2, 0, 0x11111111);
        f[i].bars[0] = (struct pci_model_bar){.size = 0x10000000}; /* all that there is */
    }
    pci_model_add(&t.model, &f[0]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    struct pci_function *first = function_named("0000:00:01.0");
    const struct pci_bar *bar;
    assert_int_equal(pci_bar(first, 0, &bar), EFI_SUCCESS);
    assert_int_equal(pci_enable(first, PCI_COMMAND_MEMORY), EFI_SUCCESS);
    first->owner = &t;
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_false(first->gone);

    /* As long as somebody holds the old one, the new one is not there. */
    t.model.functions = NULL;
    pci_model_add(&t.model, &f[1]);
    for (unsigned look = 0; look < 2; look++) {
        assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
        assert_true(first->gone);
        assert_int_equal(count_functions(), 1);
    }
    pci_disable(first);
    first->owner = NULL;
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_false(first->gone);
    assert_int_equal(pci_bar(first, 0, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0xc0000000);
    assert_int_equal(pci_model_bar_address(&f[1], 0), 0xc0000000);

    /* Nobody uses it: its address is what tells. */
    t.model.functions = NULL;
    pci_model_add(&t.model, &f[2]);
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 1);
    assert_int_equal(pci_bar(first, 0, &bar), EFI_SUCCESS);
    assert_int_equal(pci_model_bar_address(&f[2], 0), 0xc0000000);

    t.model.functions = NULL;
    pci_model_add(&t.model, &f[3]);
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    assert_true(first->gone);
    assert_int_equal(pci_bar(function_named("0000:00:02.0"), 0, &bar), EFI_SUCCESS);
    assert_int_equal(bar->address, 0xc0000000);
}

/* A port with numbers in reserve (QEMU's bus-reserve): a bridge that is plugged in behind it gets
 * one of these, and what is behind that is found. Taken out and put back it is numbered again. */
static void bridges_are_plugged_in_where_numbers_are_in_reserve(void **state)
{
    start(CH_ECAM, 16, false);
    struct pci_model_function f[5] = {0};
    make_bridge(&f[0], 1, 1, 4);
    make_bridge(&f[1], 2, 5, 5);
    for (unsigned i = 2; i < 4; i++) {
        make_bridge(&f[i], 0, 0, 0);
        f[i].parent = &f[0];
    }
    make(&f[4], 3, 0, 0x11111111);
    pci_model_add(&t.model, &f[0]);
    pci_model_add(&t.model, &f[1]);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(count_functions(), 2);
    for (unsigned i = 2; i < 4; i++) {
        t.model.functions = NULL;
        f[4].parent = &f[i];
        pci_model_add(&t.model, &f[0]);
        pci_model_add(&t.model, &f[1]);
        pci_model_add(&t.model, &f[i]);
        pci_model_add(&t.model, &f[4]);
        assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
        assert_int_equal(count_functions(), 4);
        assert_int_equal(pci_model_get32(&f[i], PCI_BRIDGE_BUSES), 0x00020201);
        assert_false(function_named("0000:02:03.0")->gone);
    }
}

static void capability_loops_end(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f = {0};
    make(&f, 1, 0, 0x11111111);
    f.config[PCI_COMMAND + 2] = 0x10;
    f.config[PCI_CAPABILITY_LIST] = 0x43; /* the low bits are reserved */
    f.config[0x40] = 5;
    f.config[0x41] = 0x80;
    f.config[0x80] = 6;
    f.config[0x81] = 0x40;
    pci_model_add(&t.model, &f);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    struct pci_function *g = function_named("0000:00:01.0");
    struct pci_capability_walk walk = {0};
    unsigned steps = 0;
    while (pci_next_capability(g, &walk)) {
        assert_int_equal(walk.position, steps % 2 == 0 ? 0x40 : 0x80);
        steps++;
        assert_in_range(steps, 1, 48);
    }
    assert_int_equal(steps, 48);

    f.config[PCI_COMMAND + 2] = 0;
    walk = (struct pci_capability_walk){0};
    assert_false(pci_next_capability(g, &walk));
}

static void a_bar_in_ram_is_refused(void **state)
{
    start(CH_ECAM, 1, false);
    struct pci_model_function f = {0};
    make(&f, 1, 0, 0x11111111);
    f.bars[0] = (struct pci_model_bar){.size = 0x1000};
    pci_model_set32(&f, PCI_BAR0, 0x08000000);
    pci_model_add(&t.model, &f);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    assert_int_equal(pages_add(0x08000000, 0x100000, EfiConventionalMemory, EFI_MEMORY_WB),
                     EFI_SUCCESS);
    unsigned calls = fake_paging.calls;
    uint64_t address;
    assert_int_equal(pci_map(function_named("0000:00:01.0"), 0, 0, 0x100, &address),
                     EFI_SECURITY_VIOLATION);
    assert_int_equal(fake_paging.calls, calls);
}

static void an_ecam_in_ram_is_refused(void **state)
{
    start(0x08000000, 1, false);
    assert_int_equal(pages_add(0x08080000, 0x1000, EfiConventionalMemory, EFI_MEMORY_WB),
                     EFI_SUCCESS);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SECURITY_VIOLATION);
    assert_int_equal(fake_paging.calls, 0);
    assert_int_equal(t.model.reads, 0);
}

static void a_bad_ecam_is_refused(void **state)
{
    start(1ull << 46, 1, false);
    assert_int_equal(pci_scan_segment(&t.host), EFI_VOLUME_CORRUPTED);
    start(CH_ECAM + 0x80, 1, false);
    assert_int_equal(pci_scan_segment(&t.host), EFI_VOLUME_CORRUPTED);
    start(CH_ECAM, 1, false);
    t.host.bus_start = 1;
    assert_int_equal(pci_scan_segment(&t.host), EFI_VOLUME_CORRUPTED);
    start(CH_ECAM, 1, false);
    fake_paging.fail_with = EFI_OUT_OF_RESOURCES;
    assert_int_equal(pci_scan_segment(&t.host), EFI_OUT_OF_RESOURCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cloud_hypervisor_is_scanned_by_reading, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_devices_keep_their_bars, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ports_reach_what_ecam_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_multi_function_devices_have_more_functions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(unset_bars_are_assigned_with_decoding_off, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_window_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bridges_that_are_set_are_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bridges_without_numbers_get_them_and_windows, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(loops_of_bridges_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(root_ports_cost_one_probe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slot_is_turned_on_when_a_card_has_come, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(hot_plug_is_seen_by_a_rescan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_plugged_in_again_begins_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bridges_are_plugged_in_where_numbers_are_in_reserve, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(capability_loops_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bar_in_ram_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_ecam_in_ram_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_ecam_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
