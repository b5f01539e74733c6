/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot Manager Policy over a disk that nobody has connected yet. */
#include "drivers/driver.h"
#include "efi/controller.h"
#include "efi/protocol/simple_network.h"
#include "efi/protocol/simple_text_out.h"
#include "efi/protocols/boot_manager_policy.h"
#include "efi/protocols/device_path_from_text.h"
#include "lib/table.h"
#include "unit/efi/disk-fixture.h"

#define DISK u"VenHw(00000000-0000-0000-0000-000000000000)"

static EFI_BOOT_MANAGER_POLICY_PROTOCOL *policy = &boot_manager_policy_protocol;

TABLE_ENTRY(struct pci_driver, pci_drivers, nic) = {.name = "nic", .class = DEVICE_NETWORK};
TABLE_ENTRY(struct virtio_driver, virtio_drivers, nic_over_mmio) = {
    .name = "nic",
    .class = DEVICE_NETWORK,
};

static size_t count_of(const EFI_GUID *protocol)
{
    EFI_HANDLE *found = NULL;
    size_t count = 0;
    if (locate_handle_buffer(ByProtocol, protocol, NULL, &count, &found) == EFI_SUCCESS)
        free(found);
    return count;
}

static size_t volumes(void)
{
    return count_of(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
}

static EFI_STATUS connect(const char16_t *text, bool recursive)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(text);
    assert_non_null(path);
    EFI_STATUS status = policy->ConnectDevicePath(policy, path, recursive);
    free(path);
    return status;
}

static void one_level(void **state)
{
    size_t disks = count_of(GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    assert_int_equal(connect(DISK, false), EFI_SUCCESS);
    assert_int_equal(count_of(GUID_OF(EFI_BLOCK_IO_PROTOCOL)), disks + 1);
    assert_int_equal(volumes(), 0);
    assert_int_equal(connect(DISK, true), EFI_SUCCESS);
    assert_int_equal(volumes(), 1);
}

static void along_the_path(void **state)
{
    assert_int_equal(connect(DISK u"/HD(1,MBR,0x4e474953,0x40,0x4000)", false), EFI_SUCCESS);
    assert_int_equal(volumes(), 1);
    assert_int_equal(connect(DISK u"/HD(2,MBR,0x4e474953,0x40,0x4000)", true), EFI_NOT_FOUND);
    assert_int_equal(connect(DISK u"/HD(1,MBR,0x4e474953,0x40,0x4000)/Pci(1,0)", true),
                     EFI_NOT_FOUND);
    assert_int_equal(connect(u"PciRoot(0x0)/Pci(0x3,0x0)", true), EFI_NOT_FOUND);
}

static void everything(void **state)
{
    assert_int_equal(policy->ConnectDevicePath(policy, NULL, false), EFI_SUCCESS);
    assert_int_equal(volumes(), 1);
}

static void classes(void **state)
{
    EFI_GUID unknown = {1, 2, 3, {4}}, network = EFI_BOOT_MANAGER_POLICY_NETWORK_GUID,
             console = EFI_BOOT_MANAGER_POLICY_CONSOLE_GUID,
             all = EFI_BOOT_MANAGER_POLICY_CONNECT_ALL_GUID;
    EFI_HANDLE handle = NULL;
    int interface;
    assert_int_equal(policy->ConnectDeviceClass(policy, &unknown), EFI_NOT_FOUND);
    assert_int_equal(policy->ConnectDeviceClass(policy, &network), EFI_NOT_FOUND);
    assert_int_equal(policy->ConnectDeviceClass(policy, &console), EFI_NOT_FOUND);
    assert_int_equal(volumes(), 0);
    assert_int_equal(efi_install_protocol_interface(&handle,
                                                    GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL),
                                                    EFI_NATIVE_INTERFACE, &interface),
                     EFI_SUCCESS);
    assert_int_equal(policy->ConnectDeviceClass(policy, &console), EFI_SUCCESS);
    assert_int_equal(efi_uninstall_protocol_interface(
                         handle, GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL), &interface),
                     EFI_SUCCESS);
    assert_int_equal(volumes(), 0);
    assert_int_equal(policy->ConnectDeviceClass(policy, &all), EFI_SUCCESS);
    assert_int_equal(volumes(), 1);
}

static EFI_STATUS connect_all_class(void)
{
    EFI_GUID all = EFI_BOOT_MANAGER_POLICY_CONNECT_ALL_GUID;
    return policy->ConnectDeviceClass(policy, &all);
}

/* There are handles, those of the drivers, but no driver wants one. */
static void nothing_to_connect(void **state)
{
    assert_int_equal(policy->ConnectDevicePath(policy, NULL, false), EFI_NOT_FOUND);
    assert_int_equal(connect_all_class(), EFI_DEVICE_ERROR);
}

static void connected_before(void **state)
{
    connect_disk();
    assert_int_equal(policy->ConnectDevicePath(policy, NULL, false), EFI_SUCCESS);
    assert_int_equal(connect_all_class(), EFI_SUCCESS);
}

/* Each allocation fails in its turn, until there are enough. */
static void out_of_memory(void **state)
{
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    for (size_t n = 0; n < 1000 && volumes() == 0; n++) {
        host_fail_allocation_after(n);
        status = policy->ConnectDevicePath(policy, NULL, false);
        host_fail_allocation_after(SIZE_MAX);
        assert_true(status == EFI_OUT_OF_RESOURCES || status == EFI_NOT_FOUND ||
                    child_with(GUID_OF(EFI_BLOCK_IO_PROTOCOL)) != NULL);
    }
    assert_int_equal(status, EFI_SUCCESS);
    host_fail_allocation_after(0);
    assert_int_equal(policy->ConnectDevicePath(policy, NULL, false), EFI_OUT_OF_RESOURCES);
    assert_int_equal(connect_all_class(), EFI_DEVICE_ERROR);
    host_fail_allocation_after(SIZE_MAX);
}

/* Network cards that could not be started offer nothing, but they are there. */
static void broken_network_cards(void **state)
{
    struct controller cards[] = {{.driver = &nic}, {.virtio_driver = &nic_over_mmio}};
    EFI_GUID network = EFI_BOOT_MANAGER_POLICY_NETWORK_GUID,
             console = EFI_BOOT_MANAGER_POLICY_CONSOLE_GUID;
    for (size_t i = 0; i < ARRAY_SIZE(cards); i++) {
        list_append(&controllers, &cards[i].link);
        assert_int_equal(policy->ConnectDeviceClass(policy, &network), EFI_DEVICE_ERROR);
        assert_int_equal(policy->ConnectDeviceClass(policy, &console), EFI_NOT_FOUND);
        list_remove(&cards[i].link);
        assert_int_equal(policy->ConnectDeviceClass(policy, &network), EFI_NOT_FOUND);
    }
}

static void wrong_tpl(void **state)
{
    EFI_GUID all = EFI_BOOT_MANAGER_POLICY_CONNECT_ALL_GUID;
    EFI_TPL tpl = efi_raise_tpl(TPL_CALLBACK);
    assert_int_equal(policy->ConnectDevicePath(policy, NULL, true), EFI_UNSUPPORTED);
    assert_int_equal(policy->ConnectDeviceClass(policy, &all), EFI_UNSUPPORTED);
    efi_restore_tpl(tpl);
    assert_int_equal(volumes(), 0);
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_level, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(along_the_path, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(everything, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(classes, disk_setup, disk_teardown),
        cmocka_unit_test(nothing_to_connect),
        cmocka_unit_test_setup_teardown(connected_before, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(out_of_memory, disk_setup, disk_teardown),
        cmocka_unit_test(broken_network_cards),
        cmocka_unit_test_setup_teardown(wrong_tpl, disk_setup, disk_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
