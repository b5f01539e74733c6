/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the root bridge alone does; what it shares with PCI I/O is tested there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "efi/resource_descriptors.h"
#include "unit/efi/pci_io_fixture.h"

static void root_bridge_configuration_space(void **state)
{
    uint32_t value = 0;
    t.model.functions_alias = true;
    add_device(true);
    scan(ECAM);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 0, 0), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(value, 0x10001234);
    /* The ECAM shows function 0 here, too. */
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 1, 0), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(value, UINT32_MAX);
    value = 7;
    assert_int_equal(
        root->Pci.Write(root, EfiPciWidthUint8, EFI_PCI_ADDRESS(0, 3, 1, 4), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(command(), 0);
    assert_int_equal(
        root->Pci.Write(root, EfiPciWidthUint8, EFI_PCI_ADDRESS(0, 3, 0, 4), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(command(), 7);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(1, 3, 0, 0), 1, &value),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 0, 0x1000), 1, &value),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        root->Pci.Read(root, EfiPciWidthUint32, EFI_PCI_ADDRESS(0, 3, 0, 0x100), 1, &value),
        EFI_SUCCESS);
    assert_int_equal(root->Io.Read(root, EfiPciWidthUint8, 0xffff, 2, &value),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(root->Mem.Write(root, EfiPciWidthUint32, 0xc0001010, 1, "wxyz"), EFI_SUCCESS);
    assert_memory_equal(&t.memory.bytes[0x10], "wxyz", 4);
    assert_int_equal(root->Io.Write(root, EfiPciWidthUint8, 0xc041, 1, "p"), EFI_SUCCESS);
    assert_int_equal(t.ports.bytes[1], 'p');
}

static void root_bridge_resources(void **state)
{
    void *resources, *again;
    uint64_t supports, value;
    add_device(true);
    scan(ECAM);
    assert_int_equal(root->Configuration(root, &resources), EFI_SUCCESS);
    const struct resource_descriptor *d = resources;
    assert_int_equal(d[0].type, RESOURCE_BUS);
    assert_int_equal(d[0].maximum, 0);
    assert_int_equal(d[1].minimum, 0xc0000000);
    assert_int_equal(d[1].granularity, 32);
    assert_int_equal(d[2].size, 0x100000000);
    assert_int_equal(d[3].type, RESOURCE_IO);
    assert_int_equal(d[3].maximum, 0xcfff);
    assert_int_equal(d[4].tag, 0x79);
    assert_int_equal(root->Configuration(root, &again), EFI_SUCCESS);
    assert_ptr_equal(again, resources);
    assert_int_equal(root->Configuration(root, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(root->GetAttributes(root, &supports, &value), EFI_SUCCESS);
    assert_int_equal(supports, 0);
    assert_int_equal(value, EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE);
    assert_int_equal(root->GetAttributes(root, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(root->SetAttributes(root, 1, NULL, NULL), EFI_UNSUPPORTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(root_bridge_configuration_space),
        TEST(root_bridge_resources),
    };
    return cmocka_run_group_tests(tests, group_set_up, NULL);
}
