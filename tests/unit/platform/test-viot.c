/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw/viot.h"
#include "models/captured_log.h"
#include "models/memory_fixture.h"
#include "platform/acpi_tables.h"
#include "platform/machine.h"

#define VIOT 0x1000u

/* As QEMU and Cloud Hypervisor have it, with nodes that neither has. */
struct table {
    struct acpi_viot header;
    struct acpi_viot_iommu_pci iommu;
    struct acpi_viot_pci_range first, second;
    struct acpi_viot_node unknown;
    struct acpi_viot_mmio mmio;
    struct acpi_viot_iommu_mmio other;
} __attribute__((packed));

static const struct table good = {
    .header = {.node_count = 6, .node_offset = 48},
    .iommu = {.node = {ACPI_VIOT_IOMMU_PCI, 0, 16}, .segment = 3, .bdf = 0x0108},
    .first = {.node = {ACPI_VIOT_PCI_RANGE, 0, 24},
              .endpoint_start = 0x100,
              .segment_start = 1,
              .segment_end = 2,
              .bdf_start = 0x10,
              .bdf_end = 0x20,
              .output_node = 48},
    .second = {.node = {ACPI_VIOT_PCI_RANGE, 0, 24},
               .endpoint_start = UINT32_MAX - 1,
               .bdf_start = 8,
               .bdf_end = 15,
               .output_node = 140},
    .unknown = {77, 0, 4},
    .mmio = {.node = {ACPI_VIOT_MMIO, 0, 24},
             .endpoint = 5,
             .base_address = 0xfeb00000,
             .output_node = 140},
    .other = {.node = {ACPI_VIOT_IOMMU_MMIO, 0, 16}, .base_address = 0xfeb00200},
};

static struct memory_fixture t;
static struct table *table;
static struct machine machine;
static struct iommu_endpoint found;

static int set_up(void **state)
{
    captured_log_start();
    memory_fixture_empty(&t);
    table = (struct table *)memory_fixture_at(&t, VIOT);
    *table = good;
    machine = (struct machine){.viot = VIOT, .viot_size = sizeof good};
    found = (struct iommu_endpoint){.id = 1234};
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    memory_fixture_free(&t);
    return 0;
}

static EFI_STATUS find(uint16_t segment, uint16_t bdf)
{
    const struct device_place place = {.segment = segment, .bdf = bdf};
    return machine_iommu_of(&machine, &place, &found);
}

static EFI_STATUS find_mmio(uint64_t address)
{
    const struct device_place place = {.mmio = address};
    return machine_iommu_of(&machine, &place, &found);
}

static void ranges_of_functions(void **state)
{
    assert_int_equal(find(1, 0x0f), EFI_NOT_FOUND);
    assert_int_equal(find(0, 0x10), EFI_NOT_FOUND);
    assert_int_equal(find(3, 0x10), EFI_NOT_FOUND);
    assert_int_equal(find(1, 0x21), EFI_NOT_FOUND);
    assert_int_equal(found.id, 1234);
    assert_int_equal(find(1, 0x10), EFI_SUCCESS);
    assert_int_equal(found.id, 0x100);
    assert_int_equal(find(2, 0x20), EFI_SUCCESS);
    assert_int_equal(found.id, 0x10110);
    assert_int_equal(found.iommu.mmio, 0);
    assert_int_equal(found.iommu.segment, 3);
    assert_int_equal(found.iommu.bdf, 0x0108);
    assert_int_equal(find(0, 9), EFI_SUCCESS);
    assert_int_equal(found.id, UINT32_MAX);
    assert_int_equal(found.iommu.mmio, 0xfeb00200);
    assert_int_equal(find(0, 10), EFI_NOT_FOUND); /* there is no such number */
    assert_int_equal(captured_log_lines(), 0);
}

static void devices_over_mmio(void **state)
{
    assert_int_equal(find_mmio(0xfeb00000), EFI_SUCCESS);
    assert_int_equal(found.id, 5);
    assert_int_equal(found.iommu.mmio, 0xfeb00200);
    assert_int_equal(find_mmio(0xfeb00200), EFI_NOT_FOUND);
    assert_int_equal(captured_log_lines(), 0);
}

static void a_machine_without_the_table(void **state)
{
    machine.viot_size = 0;
    machine.viot = 0;
    assert_int_equal(find(1, 0x10), EFI_NOT_FOUND);
    assert_int_equal(captured_log_lines(), 0);
}

static void expect_malformed(void)
{
    captured_log_stop();
    captured_log_start();
    assert_int_equal(find_mmio(0x1234), EFI_VOLUME_CORRUPTED);
    assert_int_equal(captured_log_lines(), 1);
    assert_true(captured_log_has("ACPI VIOT"));
    *table = good;
    machine.viot_size = sizeof good;
}

static void headers_that_cannot_be(void **state)
{
    const uint16_t offsets[] = {0, 47, sizeof good - 3, sizeof good, UINT16_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
        table->header.node_offset = offsets[i];
        expect_malformed();
    }
    for (uint32_t size = 1; size < sizeof good; size++) {
        machine.viot_size = size;
        expect_malformed();
    }
    table->header.node_count = 7;
    expect_malformed();
    table->header.node_count = UINT16_MAX;
    expect_malformed();
}

static void nodes_that_cannot_be(void **state)
{
    const uint16_t lengths[] = {0, 3, 23, UINT16_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        table->first.node.length = lengths[i];
        expect_malformed();
        table->mmio.node.length = lengths[i];
        expect_malformed();
    }
    table->first.segment_start = 3;
    expect_malformed();
    table->first.bdf_start = 0x21;
    expect_malformed();
    table->mmio.base_address = 0;
    expect_malformed();
}

/* Where a device's IOMMU should be there is none. */
static void outputs_that_cannot_be(void **state)
{
    const uint16_t outputs[] = {0, 4, 47, 64, 112, sizeof good - 3, sizeof good, UINT16_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
        table->first.output_node = outputs[i];
        assert_int_equal(find(1, 0x10), EFI_VOLUME_CORRUPTED);
        assert_int_equal(find_mmio(0xfeb00000), EFI_SUCCESS); /* the others are not concerned */
    }
    table->iommu.node.length = 15;
    table->first.output_node = 48;
    assert_int_equal(find(1, 0x10), EFI_VOLUME_CORRUPTED);
    table->other.base_address = 0;
    *table = good;
    table->other.base_address = 0;
    assert_int_equal(find_mmio(0xfeb00000), EFI_VOLUME_CORRUPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(ranges_of_functions),         TEST(devices_over_mmio),    TEST(headers_that_cannot_be),
        TEST(a_machine_without_the_table), TEST(nodes_that_cannot_be), TEST(outputs_that_cannot_be),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
