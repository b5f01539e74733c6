/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where PCI root buses and virtio devices over MMIO are, from what the DSDT and the command line
 * say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/captured_log.h"
#include "models/windows.h"
#include "platform/pci_segments.h"
#include "platform/virtio_places.h"

#define PLACES 4

static struct aml_findings aml;
static struct pci_window windows[9];
static struct memory_map map;
static struct pci_segment segments[PLACES];
static struct virtio_place places[PLACES];
static bool knows_all;

static int set_up(void **state)
{
    memset(&aml, 0, sizeof aml);
    aml.windows = (struct aml_windows){.list = windows, .max = ARRAY_SIZE(windows)};
    memset(&map, 0, sizeof map);
    knows_all = false;
    captured_log_start();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    return 0;
}

static void add_bridge(uint8_t bus, uint32_t uid, uint64_t window)
{
    aml.bridges[aml.bridge_count++] = (struct aml_bridge){.bus = bus,
                                                          .has_uid = true,
                                                          .uid = uid,
                                                          .first_window = aml.windows.count,
                                                          .window_count = 1};
    windows[aml.windows.count++] = (struct pci_window){window, 0x1000000, PCI_WINDOW_32};
}

static size_t find_segments(void)
{
    const struct acpi_table none = {0};
    return pci_segments_find(&none, &aml, &map, knows_all, segments, PLACES);
}

static void expect_root(size_t i, unsigned first, unsigned last, uint32_t uid, uint64_t window)
{
    assert_int_equal(segments[i].segment, 0);
    assert_int_equal(segments[i].bus_start, first);
    assert_int_equal(segments[i].bus_end, last);
    assert_int_equal(segments[i].uid, uid);
    assert_int_equal(window_of(&segments[i], PCI_WINDOW_32)->base, window);
}

/* QEMU's pxb, in any order. */
static void each_root_bus_is_its_own(void **state)
{
    add_bridge(0x80, 0x80, 0xc2000000);
    add_bridge(0, 0, 0xc0000000);
    add_bridge(0x40, 7, 0xc1000000);
    assert_int_equal(find_segments(), 3);
    expect_root(0, 0, 0x3f, 0, 0xc0000000);
    expect_root(1, 0x80, 0xff, 0x80, 0xc2000000);
    expect_root(2, 0x40, 0x7f, 7, 0xc1000000);
}

/* Firecracker without PCI, QEMU's microvm without pcie=on: neither MCFG nor bridge, and no ports.
 */
static void where_acpi_knows_all_a_bridge_must_be_named(void **state)
{
    knows_all = true;
    assert_int_equal(find_segments(), 0);
    knows_all = false;
    assert_int_equal(find_segments(), 1); /* CF8/CFC may be there */
    knows_all = true;
    add_bridge(0, 0, 0xc0000000);
    assert_int_equal(find_segments(), 1);
    expect_root(0, 0, 0xff, 0, 0xc0000000);
}

static void two_bridges_of_one_bus_are_one(void **state)
{
    add_bridge(0, 0, 0xc0000000);
    add_bridge(0x40, 1, 0xc1000000);
    add_bridge(0x40, 2, 0xc2000000);
    assert_int_equal(find_segments(), 2);
    expect_root(1, 0x40, 0xff, 1, 0xc1000000);
}

static void too_many_root_buses_are_told(void **state)
{
    for (unsigned i = 0; i < 6; i++)
        add_bridge((uint8_t)(i * 16), i, 0xc0000000);
    assert_int_equal(find_segments(), PLACES);
    assert_true(captured_log_has("more than 4 root buses"));
}

/* One over RAM is none; when there is none below 4 GiB any more, one is made up beside the others.
 */
static void windows_over_ram_do_not_count(void **state)
{
    add_bridge(0, 0, 0xc0000000);
    windows[1] = (struct pci_window){0x100000000, 0x40000000, PCI_WINDOW_64};
    windows[2] = (struct pci_window){0x1000, 0xf000, PCI_WINDOW_IO};
    windows[3] = (struct pci_window){0x200000000, 0x40000000, PCI_WINDOW_64};
    aml.bridges[0].window_count = 4;
    aml.windows.count = 4;
    map.ranges[0] = (struct memory_range){0, 0xc0800000, MEMORY_RAM};
    map.ranges[1] = (struct memory_range){0x100000000, 0x20000000, MEMORY_RAM};
    map.count = 2;
    assert_int_equal(find_segments(), 1);
    assert_int_equal(captured_log_lines(), 2);
    assert_int_equal(segments[0].window_count, 5);
    assert_int_equal(window_of(&segments[0], PCI_WINDOW_32)->base, 0xc0800000);
    assert_int_equal(window_of(&segments[0], PCI_WINDOW_64)->base, 0x200000000);
    assert_int_equal(window_of(&segments[0], PCI_WINDOW_IO)->base, 0x1000);

    /* The list is full. */
    windows[0].size = 0;
    assert_int_equal(find_segments(), 1);
    assert_int_equal(segments[0].window_count, 4);
    assert_int_equal(window_of(&segments[0], PCI_WINDOW_32)->size, 0);
}

/* Bytes of a DSDT: Device (VR00) { Name (_HID, "LNRO0005") Name (_CRS, ResourceTemplate () {
 * Memory32Fixed (…), Interrupt (…) }) } as QEMU's microvm has it, names in either order. */
#define HID 0x08, '_', 'H', 'I', 'D', 0x0d, 'L', 'N', 'R', 'O', '0', '0', '0', '5', 0
#define CRS                                                                                        \
    0x08, '_', 'C', 'R', 'S', 0x11, 0x11, 0x0a, 0x0e, 0x86, 0x09, 0x00, 0x01, 0x00, 0x2e, 0xb0,    \
        0xfe, 0x00, 0x02, 0x00, 0x00, 0x79, 0x00

static void devices_of_the_dsdt(void **state)
{
    static const uint8_t code[] = {0x5b, 0x82, 1 + 4 + 15 + 23, 'V', 'R', '0', '0', HID, CRS,
                                   0x5b, 0x82, 1 + 4 + 15,      'V', 'R', '0', '1', HID};
    aml_read(reader_make(code, sizeof code), &aml);
    assert_int_equal(aml.virtio_count, 2);
    assert_int_equal(virtio_places_find("", &aml, places, PLACES), 1);
    assert_int_equal(places[0].base, 0xfeb02e00);
    assert_int_equal(places[0].size, 512);

    static const uint8_t turned[] = {0x5b, 0x82, 1 + 4 + 15 + 23, 'V', 'R', '0', '0', CRS, HID};
    aml_read(reader_make(turned, sizeof turned), &aml);
    assert_int_equal(virtio_places_find("", &aml, places, PLACES), 1);
}

/* As Firecracker writes them, and as Linux reads them. */
static void words_of_the_command_line(void **state)
{
    assert_int_equal(virtio_places_find("quiet virtio_mmio.device=4K@0xd0000000:5 "
                                        "virtio_mmio.device=0x200@0xd0001000:6:1 root=/dev/vda",
                                        &aml, places, PLACES),
                     2);
    assert_int_equal(places[0].base, 0xd0000000);
    assert_int_equal(places[0].size, 4096);
    assert_int_equal(places[1].base, 0xd0001000);
    assert_int_equal(places[1].size, 512);

    /* Named twice, also by the DSDT. */
    aml.virtio_count = 1;
    aml.virtio[0] = (struct aml_virtio){.base = 0xd0000000, .size = 512};
    assert_int_equal(virtio_places_find("virtio_mmio.device=1M@0xd0000000:5", &aml, places, PLACES),
                     1);
    assert_int_equal(places[0].size, 1 << 20);
}

static void malformed_words_are_told(void **state)
{
    static const char *const words[] = {
        "virtio_mmio.device=",
        "virtio_mmio.device=4K",
        "virtio_mmio.device=@5:1",
        "virtio_mmio.device=K@5:1",
        "virtio_mmio.device=4K@:1",
        "virtio_mmio.device=4K@x:1",
        "virtio_mmio.device=99999999999999999999G@1:1",
        "virtio_mmio.device=0xffffffffffffffffG@1:1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        assert_int_equal(virtio_places_find(words[i], &aml, places, PLACES), 0);
    assert_int_equal(captured_log_lines(), ARRAY_SIZE(words) - 1); /* nothing is nothing */
    assert_true(captured_log_has("virtio_mmio.device=4K@x:1: not understood"));
}

static void more_devices_than_places(void **state)
{
    assert_int_equal(virtio_places_find("virtio_mmio.device=1K@1:1 virtio_mmio.device=1K@2:1 "
                                        "virtio_mmio.device=1K@3:1 virtio_mmio.device=1K@4:1 "
                                        "virtio_mmio.device=1K@5:1",
                                        &aml, places, PLACES),
                     PLACES);
    assert_true(captured_log_has("more than 4 devices over MMIO"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_root_bus_is_its_own),
        TEST(where_acpi_knows_all_a_bridge_must_be_named),
        TEST(two_bridges_of_one_bus_are_one),
        TEST(too_many_root_buses_are_told),
        TEST(devices_of_the_dsdt),
        TEST(words_of_the_command_line),
        TEST(malformed_words_are_told),
        TEST(more_devices_than_places),
        TEST(windows_over_ram_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
