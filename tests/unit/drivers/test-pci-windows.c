/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Windows of bridges that nobody has set, and of host bridges that have many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "models/cpu.h"
#include "models/pci.h"
#include "models/windows.h"

#define ECAM 0xe8000000ull
#define MIB  (1ull << 20)
#define GIB  (1ull << 30)

#define BUSES     256
#define FUNCTIONS 300

static struct {
    struct bus bus;
    struct pci_model model;
    struct pci_host host;
    struct pci_model_function functions[FUNCTIONS];
    unsigned count;
} t;

static const struct pci_window usual[] = {
    {0xc0000000, 512 * MIB, PCI_WINDOW_32},
    {0xc000000000, 256 * GIB, PCI_WINDOW_64},
    {0x1000, 0xf000, PCI_WINDOW_IO},
};

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    pci_model_init(&t.model, &t.bus, ECAM, BUSES, false);
    return 0;
}

static int tear_down(void **state)
{
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&t.host);
    bus_use(NULL);
    return 0;
}

static struct pci_model_function *add(struct pci_model_function *parent, uint32_t class)
{
    struct pci_model_function *f = &t.functions[t.count];
    f->device = (uint8_t)(t.count++ % 32);
    f->parent = parent;
    pci_model_set32(f, PCI_VENDOR_ID, 0x10001234 + t.count);
    pci_model_set32(f, PCI_CLASS_REVISION, class);
    return f;
}

static struct pci_model_function *add_bridge(struct pci_model_function *parent)
{
    struct pci_model_function *f = add(parent, 0x06040000);
    f->config[0x0e] = PCI_HEADER_TYPE_BRIDGE;
    pci_model_add(&t.model, f);
    return f;
}

/* With a BAR of each kind; 0: without. */
static struct pci_model_function *add_device(struct pci_model_function *parent, uint64_t narrow,
                                             uint64_t wide, uint64_t ports)
{
    struct pci_model_function *f = add(parent, 0);
    f->bars[0] = (struct pci_model_bar){.size = narrow};
    f->bars[1] = (struct pci_model_bar){.size = ports, .is_io = true};
    f->bars[2] = (struct pci_model_bar){.size = wide, .is_64 = true, .prefetchable = true};
    pci_model_add(&t.model, f);
    return f;
}

static void scan_with(const struct pci_window *windows, size_t count)
{
    const struct pci_segment segment = {
        .bus_end = BUSES - 1, .ecam = ECAM, .windows = windows, .window_count = count};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
}

static void scan(void)
{
    scan_with(usual, ARRAY_SIZE(usual));
}

static struct pci_function *found(const struct pci_model_function *model)
{
    uint32_t id = pci_model_get32(model, PCI_VENDOR_ID);
    LIST_FOR_EACH(node, &t.host.functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (f->device_id == id >> 16 && f->vendor_id == (uint16_t)id)
            return f;
    }
    fail();
    return NULL;
}

static EFI_STATUS place(const struct pci_model_function *model, unsigned bar)
{
    const struct pci_bar *ret;
    EFI_STATUS status = pci_bar(found(model), bar, &ret);
    if (!EFI_ERROR(status))
        assert_int_equal(ret->address, pci_model_bar_address(model, bar));
    return status;
}

/* The bridges in front let the BAR through. */
static void expect_placed(struct pci_model_function *model, unsigned bar)
{
    assert_int_equal(place(model, bar), EFI_SUCCESS);
    assert_int_equal(pci_enable(found(model), PCI_COMMAND_MEMORY | PCI_COMMAND_IO), EFI_SUCCESS);
    assert_true(model->bars[bar].live);
}

static bool overlap(const struct pci_model_function *a, unsigned i,
                    const struct pci_model_function *b, unsigned j)
{
    uint64_t first = pci_model_bar_address(a, i), second = pci_model_bar_address(b, j);
    return a->bars[i].is_io == b->bars[j].is_io && first < second + b->bars[j].size &&
           second < first + a->bars[i].size;
}

/* Smallest first, which leaves the worst gaps; three levels of bridges. */
static void windows_hold_what_is_behind(void **state)
{
    struct pci_model_function *top = add_bridge(NULL), *middle = add_bridge(top);
    struct pci_model_function *low = add_bridge(middle), *devices[6];
    devices[0] = add_device(low, 4096, 16384, 0x20);
    devices[1] = add_device(top, 64 * MIB, 0, 0x100);
    devices[2] = add_device(low, 2 * MIB, 16 * GIB, 0x40);
    devices[3] = add_device(low, 0x200, 32 * MIB, 4);
    devices[4] = add_device(middle, 1 * MIB, 2 * MIB, 0);
    devices[5] = add_device(top, 16 * MIB, 2 * GIB, 0x80);
    scan();
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned bar = 0; bar < 3; bar++) {
            if (devices[i]->bars[bar].size != 0)
                expect_placed(devices[i], bar);
        }
    }
    for (unsigned i = 0; i < 18; i++) {
        for (unsigned j = 0; j < i; j++)
            assert_false(devices[i / 3]->bars[i % 3].size != 0 &&
                         devices[j / 3]->bars[j % 3].size != 0 &&
                         overlap(devices[i / 3], i % 3, devices[j / 3], j % 3));
    }
}

/* The large BAR fits at one place only, beside which there is just enough for the small one. */
static void a_window_is_no_larger_than_needed(void **state)
{
    static const struct pci_window windows[] = {{7 * GIB, 17 * GIB, PCI_WINDOW_64},
                                                {0xc0000000, 512 * MIB, PCI_WINDOW_32}};
    struct pci_model_function *bridge = add_bridge(NULL);
    struct pci_model_function *a = add_device(bridge, 0, 32 * MIB, 0);
    struct pci_model_function *b = add_device(bridge, 0, 8 * GIB, 0);
    scan_with(windows, ARRAY_SIZE(windows));
    expect_placed(a, 2);
    expect_placed(b, 2);
    assert_int_equal(pci_model_bar_address(b, 2), 8 * GIB);
    assert_true(found(bridge)->windows[PCI_WINDOW_64].size <= 10 * GIB);
}

static void the_last_addresses_of_46_bits(void **state)
{
    static const struct pci_window windows[] = {
        {0x3fe000000000, 0x1ffffeff0000, PCI_WINDOW_64}, /* beyond the end: it is the host's word */
        {0xc0000000, 512 * MIB, PCI_WINDOW_32}};
    static const struct pci_window last[] = {{0x3ff800000000, 32 * GIB, PCI_WINDOW_64}};
    struct pci_model_function *bridge = add_bridge(NULL);
    struct pci_model_function *a = add_device(bridge, 0, 16 * GIB, 0);
    struct pci_model_function *b = add_device(NULL, 4096, 8 * GIB, 0);
    scan_with(windows, ARRAY_SIZE(windows));
    expect_placed(a, 2);
    assert_true(pci_model_bar_address(a, 2) >= 0x3fe000000000);
    expect_placed(b, 0);
    tear_down(state);

    set_up(state);
    bridge = add_bridge(NULL);
    a = add_device(bridge, 0, 16 * GIB, 0);
    b = add_device(NULL, 0, 8 * GIB, 0);
    scan_with(last, ARRAY_SIZE(last));
    expect_placed(b, 2);
    expect_placed(a, 2);
    assert_int_equal(pci_model_bar_address(a, 2), 0x3ffc00000000);
}

static void ports_behind_bridges(void **state)
{
    struct pci_model_function *first = add_bridge(NULL), *second = add_bridge(NULL);
    struct pci_model_function *third = &t.functions[t.count];
    third->no_io_window = true;
    third = add_bridge(NULL);
    struct pci_model_function *a = add_device(first, 0, 0, 0x20);
    struct pci_model_function *b = add_device(second, 0, 0, 0x40);
    struct pci_model_function *c = add_device(third, 4096, 0, 0x20);
    scan();
    expect_placed(a, 1);
    expect_placed(b, 1);
    assert_int_equal(pci_model_bar_address(a, 1), 0x1000);
    assert_int_equal(pci_model_bar_address(b, 1), 0x2000);
    assert_int_equal(pci_model_get32(first, PCI_BRIDGE_IO) & 0xffff, 0x1010);
    assert_int_equal(place(c, 1), EFI_OUT_OF_RESOURCES);
    expect_placed(c, 0);
}

/* Nobody asks for ports: no window is taken. */
static void no_ports_no_port_window(void **state)
{
    struct pci_model_function *bridge = add_bridge(NULL);
    struct pci_model_function *a = add_device(bridge, 4096, 0, 0x20);
    scan();
    expect_placed(a, 0);
    assert_int_equal(pci_model_get32(bridge, PCI_BRIDGE_IO) & 0xffff, 0);
}

/* What is plugged in behind a bridge that the VMM has set up goes to its windows. */
static void windows_that_are_set_are_used(void **state)
{
    struct pci_model_function *bridge = add_bridge(NULL);
    bridge->config[PCI_BRIDGE_BUSES + 1] = bridge->config[PCI_BRIDGE_BUSES + 2] = 1;
    pci_model_set32(bridge, PCI_BRIDGE_MEMORY, 0xd010d000);
    pci_model_set32(bridge, PCI_BRIDGE_PREFETCH, 0x00110001);
    pci_model_set32(bridge, PCI_BRIDGE_PREFETCH_BASE, 0xc1);
    pci_model_set32(bridge, PCI_BRIDGE_PREFETCH_LIMIT, 0xc1);
    pci_model_set32(bridge, PCI_BRIDGE_IO, 0xd0d0);
    struct pci_model_function *inner = add_bridge(bridge);
    inner->config[PCI_BRIDGE_BUSES + 1] = inner->config[PCI_BRIDGE_BUSES + 2] = 0;
    struct pci_model_function *a = add_device(bridge, 4096, 4096, 0x20);
    scan();
    expect_placed(a, 0);
    expect_placed(a, 1);
    expect_placed(a, 2);
    assert_int_equal(pci_model_bar_address(a, 0), 0xd0000000);
    assert_int_equal(pci_model_bar_address(a, 1), 0xd000);
    assert_int_equal(pci_model_bar_address(a, 2), 0xc100000000);
    assert_int_equal(pci_model_get32(bridge, PCI_BRIDGE_MEMORY), 0xd010d000);
}

static void port_windows_of_32_bits(void **state)
{
    struct pci_model_function *bridges[3];
    static const uint32_t registers[] = {0x1101, 0x0f0f, 0x00f0};
    for (unsigned i = 0; i < 3; i++) {
        bridges[i] = add_bridge(NULL);
        bridges[i]->config[PCI_BRIDGE_BUSES + 1] = bridges[i]->config[PCI_BRIDGE_BUSES + 2] =
            (uint8_t)(i + 1);
        pci_model_set32(bridges[i], PCI_BRIDGE_IO, registers[i]);
        pci_model_set32(bridges[i], PCI_BRIDGE_IO_HIGH, 0x00020001);
    }
    struct pci_model_function *a = add_device(NULL, 0, 0, 0x20);
    scan();
    expect_placed(a, 1); /* all windows are known now */
    const struct pci_window *window = found(bridges[0])->windows;
    assert_int_equal(window[PCI_WINDOW_IO].base, 0x10000);
    assert_int_equal(window[PCI_WINDOW_IO].size, 0x12000);
    assert_int_equal(found(bridges[1])->windows[PCI_WINDOW_IO].size, 0);
    assert_int_equal(found(bridges[2])->windows[PCI_WINDOW_IO].size, 0);
}

static void without_64_bits_all_goes_below_4_gib(void **state)
{
    struct pci_model_function *bridge = &t.functions[t.count];
    bridge->narrow_prefetch = true;
    bridge = add_bridge(NULL);
    struct pci_model_function *a = add_device(bridge, 4096, 64 * MIB, 0);
    struct pci_model_function *b = add_device(bridge, 4096, 4 * GIB, 0);
    scan();
    expect_placed(a, 2);
    assert_in_range(pci_model_bar_address(a, 2), 0xc0000000, 0xe0000000);
    assert_int_equal(place(b, 2), EFI_OUT_OF_RESOURCES);
    expect_placed(b, 0);
}

/* As many as a segment has room for, with something to spare for what is plugged in later. */
static void twenty_ports(void **state)
{
    struct pci_model_function *ports[20], *devices[20];
    for (unsigned i = 0; i < 20; i++)
        ports[i] = add_bridge(NULL);
    for (unsigned i = 0; i < 19; i++)
        devices[i] = add_device(ports[i], i == 7 ? 64 * MIB : 4096, 16384, 0);
    scan();
    for (unsigned i = 0; i < 19; i++) {
        expect_placed(devices[i], 0);
        expect_placed(devices[i], 2);
    }
    struct pci_model_function *late = add_device(ports[3], 1 * MIB, 2 * MIB, 0);
    struct pci_model_function *last = add_device(ports[19], 2 * MIB, 512 * MIB, 0);
    assert_int_equal(pci_rescan_segment(&t.host), EFI_SUCCESS);
    expect_placed(late, 0);
    expect_placed(late, 2);
    expect_placed(last, 0);
    expect_placed(last, 2);
}

static void more_than_fits(void **state)
{
    struct pci_model_function *bridge = add_bridge(NULL);
    struct pci_model_function *a = add_device(bridge, 16 * MIB, 0, 0);
    struct pci_model_function *b = add_device(bridge, 512 * MIB, 512 * GIB, 0);
    scan();
    expect_placed(a, 0);
    assert_int_equal(place(b, 0), EFI_OUT_OF_RESOURCES);
    assert_int_equal(place(b, 2), EFI_OUT_OF_RESOURCES);
}

static void a_host_bridge_with_many_windows(void **state)
{
    static const struct pci_window windows[] = {
        {0x3000, 0x10, PCI_WINDOW_IO},         {0xc0000000, 1 * MIB, PCI_WINDOW_32},
        {0xd0000000, 0, PCI_WINDOW_32},        {0x1800000000, 2 * MIB, PCI_WINDOW_64},
        {0xe0000000, 64 * MIB, PCI_WINDOW_32}, {0x4000000000, 4 * GIB, PCI_WINDOW_64},
        {0x5000, 0x100, PCI_WINDOW_IO},
    };
    struct pci_model_function *a = add_device(NULL, 1 * MIB, 2 * MIB, 0x10);
    struct pci_model_function *b = add_device(NULL, 4096, 1 * MIB, 0x20);
    struct pci_model_function *c = add_device(NULL, 16 * MIB, 4 * GIB, 0x80);
    scan_with(windows, ARRAY_SIZE(windows));
    for (unsigned bar = 0; bar < 3; bar++) {
        expect_placed(a, bar);
        expect_placed(b, bar);
    }
    assert_int_equal(pci_model_bar_address(b, 0), 0xe0000000);
    assert_int_equal(pci_model_bar_address(b, 1), 0x5000);
    assert_int_equal(pci_model_bar_address(b, 2), 0x4000000000);
    expect_placed(c, 0);
    expect_placed(c, 1);
    assert_int_equal(place(c, 2), EFI_OUT_OF_RESOURCES);
}

/* As many bridges as there are buses, as deep as they may be, with a device at the end of each
 * chain. Returns the accesses to configuration space per function that it takes to place what there
 * is room for. */
static uint64_t place_behind_chains(uint64_t narrow, unsigned *ret_placed)
{
    enum { CHAINS = 15, LEVELS = 16 };
    struct pci_model_function *devices[CHAINS];
    for (unsigned i = 0; i < CHAINS; i++) {
        struct pci_model_function *bridge = NULL;
        for (unsigned level = 0; level < LEVELS; level++)
            bridge = add_bridge(bridge);
        devices[i] = add_device(bridge, narrow, 16384, 0);
    }
    scan();
    uint64_t before = t.model.reads + t.model.writes;
    *ret_placed = 0;
    for (unsigned i = 0; i < CHAINS; i++) {
        *ret_placed += !EFI_ERROR(place(devices[i], 0));
        assert_int_equal(place(devices[i], 2), EFI_SUCCESS);
    }
    return (t.model.reads + t.model.writes - before) / (CHAINS * (LEVELS + 1));
}

/* Each access leaves the guest: there are a few for each BAR and window, however many bridges are
 * in front of it, and however often windows are tried. */
static void chains_of_bridges(void **state)
{
    unsigned placed;
    assert_true(place_behind_chains(4096, &placed) < 20);
    assert_int_equal(placed, 15);
}

static void chains_of_bridges_without_room(void **state)
{
    unsigned placed;
    assert_true(place_behind_chains(64 * MIB, &placed) < 20);
    assert_in_range(placed, 1, 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(windows_hold_what_is_behind),
        TEST(a_window_is_no_larger_than_needed),
        TEST(the_last_addresses_of_46_bits),
        TEST(ports_behind_bridges),
        TEST(no_ports_no_port_window),
        TEST(windows_that_are_set_are_used),
        TEST(port_windows_of_32_bits),
        TEST(without_64_bits_all_goes_below_4_gib),
        TEST(twenty_ports),
        TEST(more_than_fits),
        TEST(a_host_bridge_with_many_windows),
        TEST(chains_of_bridges),
        TEST(chains_of_bridges_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
