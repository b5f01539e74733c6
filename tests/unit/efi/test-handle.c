/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Installing, locating and waiting for protocols. */
#include "efi/device_path.h"
#include "efi/multiple.h"
#include "efi/protocol_notify.h"
#include "host/pool.h"
#include "unit/efi/handle-fixture.h"

static void test_install(void **state)
{
    EFI_HANDLE handle = NULL, none = NULL, garbage = (void *)0x1234;
    assert_int_equal(efi_install_protocol_interface(NULL, &A, EFI_NATIVE_INTERFACE, &one),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_install_protocol_interface(&none, NULL, EFI_NATIVE_INTERFACE, &one),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_install_protocol_interface(&none, &A, 1, &one), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_install_protocol_interface(&garbage, &A, EFI_NATIVE_INTERFACE, &one),
                     EFI_INVALID_PARAMETER);
    assert_null(none);
    handle = install(NULL, &A, &one);
    assert_non_null(handle);
    assert_int_equal(efi_install_protocol_interface(&handle, &A, EFI_NATIVE_INTERFACE, &two),
                     EFI_INVALID_PARAMETER);
    install(handle, &B, NULL);
    assert_ptr_equal(handle_interface(handle, &A), &one);
    assert_null(handle_interface(handle, &B));
    assert_true(handle_supports(handle, &B));
    assert_false(handle_supports(handle, &C));
    assert_false(handle_supports(garbage, &A));

    EFI_GUID **guids;
    size_t count;
    assert_int_equal(efi_protocols_per_handle(handle, &guids, &count), EFI_SUCCESS);
    assert_int_equal(count, 2);
    assert_memory_equal(guids[0], &A, sizeof A);
    assert_memory_equal(guids[1], &B, sizeof B);
    free(guids);
    assert_int_equal(efi_protocols_per_handle(garbage, &guids, &count), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_protocols_per_handle(handle, NULL, &count), EFI_INVALID_PARAMETER);
}

static void test_uninstall(void **state)
{
    EFI_HANDLE handle = install(NULL, &A, &one);
    install(handle, &B, &two);
    assert_int_equal(efi_uninstall_protocol_interface(handle, &A, &two), EFI_NOT_FOUND);
    assert_int_equal(efi_uninstall_protocol_interface(handle, &C, &one), EFI_NOT_FOUND);
    assert_int_equal(efi_uninstall_protocol_interface(handle, NULL, &one), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_uninstall_protocol_interface(&one, &A, &one), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_uninstall_protocol_interface(handle, &A, &one), EFI_SUCCESS);
    assert_true(handle_is_valid(handle));
    assert_int_equal(efi_uninstall_protocol_interface(handle, &B, &two), EFI_SUCCESS);
    assert_false(handle_is_valid(handle));
    assert_int_equal(efi_uninstall_protocol_interface(handle, &B, &two), EFI_INVALID_PARAMETER);
}

static void test_out_of_memory(void **state)
{
    for (size_t allowed = 0; allowed < 4; allowed++) {
        EFI_HANDLE handle = NULL;
        host_fail_allocation_after(allowed);
        EFI_STATUS status = efi_install_protocol_interface(&handle, &A, EFI_NATIVE_INTERFACE, &one);
        host_fail_allocation_after(SIZE_MAX);
        assert_int_equal(status, allowed < 3 ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS);
        assert_true((handle != NULL) == (status == EFI_SUCCESS));
    }
}

static void test_locate_handle(void **state)
{
    EFI_HANDLE first = install(NULL, &A, &one), second = install(NULL, &B, &two),
               third = install(NULL, &A, &three);
    EFI_HANDLE buffer[4];
    size_t size = 0;
    assert_int_equal(locate_handle(ByProtocol, &C, NULL, &size, NULL), EFI_NOT_FOUND);
    assert_int_equal(locate_handle(ByProtocol, &A, NULL, &size, NULL), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 2 * sizeof *buffer);
    assert_int_equal(locate_handle(ByProtocol, &A, NULL, &size, buffer), EFI_SUCCESS);
    assert_ptr_equal(buffer[0], first);
    assert_ptr_equal(buffer[1], third);
    size = sizeof buffer;
    assert_int_equal(locate_handle(AllHandles, NULL, NULL, &size, buffer), EFI_SUCCESS);
    assert_int_equal(size, 3 * sizeof *buffer);
    assert_ptr_equal(buffer[1], second);
    assert_int_equal(locate_handle(ByProtocol, NULL, NULL, &size, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(locate_handle(ByRegisterNotify, NULL, NULL, &size, buffer),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(locate_handle(7, &A, NULL, &size, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(locate_handle(ByProtocol, &A, NULL, NULL, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(locate_handle(ByProtocol, &A, NULL, &size, NULL), EFI_INVALID_PARAMETER);

    size_t count = 99;
    EFI_HANDLE *list = buffer;
    assert_int_equal(locate_handle_buffer(ByProtocol, &C, NULL, &count, &list), EFI_NOT_FOUND);
    assert_int_equal(count, 0);
    assert_null(list);
    assert_int_equal(locate_handle_buffer(ByProtocol, &B, NULL, &count, &list), EFI_SUCCESS);
    assert_int_equal(count, 1);
    assert_ptr_equal(list[0], second);
    free(list);

    void *interface = &one;
    assert_int_equal(locate_protocol(&C, NULL, &interface), EFI_NOT_FOUND);
    assert_null(interface);
    assert_int_equal(locate_protocol(&A, NULL, &interface), EFI_SUCCESS);
    assert_ptr_equal(interface, &one);
    assert_int_equal(locate_protocol(NULL, NULL, &interface), EFI_INVALID_PARAMETER);
    assert_int_equal(locate_protocol(&A, NULL, NULL), EFI_INVALID_PARAMETER);
}

static const EFI_GUID *asked[8];
static size_t asked_count, paths_asked;

static void locate_hook(const EFI_GUID *protocol)
{
    asked[asked_count++ % 8] = protocol;
    size_t count;
    EFI_HANDLE *list;
    if (efi_locate_handle_buffer(AllHandles, NULL, NULL, &count, &list) ==
        EFI_SUCCESS) /* not called again */
        free(list);
    EFI_HANDLE handle = NULL;
    if (protocol != NULL && guid_equal(protocol, &C))
        efi_install_protocol_interface(&handle, &C, EFI_NATIVE_INTERFACE, &three);
}

static void path_hook(EFI_DEVICE_PATH_PROTOCOL *path)
{
    paths_asked++;
}

static void test_hooks(void **state)
{
    asked_count = paths_asked = 0;
    locate_set_hooks(&(struct locate_hooks){locate_hook, path_hook});
    void *interface;
    assert_int_equal(locate_protocol(&C, NULL, &interface), EFI_NOT_FOUND);
    assert_int_equal(asked_count, 0);
    assert_int_equal(efi_locate_protocol(&C, NULL, &interface), EFI_SUCCESS);
    assert_ptr_equal(interface, &three);
    assert_int_equal(asked_count, 1);
    assert_ptr_equal(asked[0], &C);
    size_t size = 0;
    assert_int_equal(efi_locate_handle(AllHandles, NULL, NULL, &size, NULL), EFI_BUFFER_TOO_SMALL);
    assert_null(asked[1]);
    EFI_EVENT event;
    void *registration;
    efi_create_event(0, 0, NULL, NULL, &event);
    assert_int_equal(efi_register_protocol_notify(&A, event, &registration), EFI_SUCCESS);
    assert_int_equal(asked_count, 3);
    EFI_DEVICE_PATH_PROTOCOL end, *path = &end;
    device_path_set_end(&end);
    EFI_HANDLE device;
    assert_int_equal(efi_locate_device_path(&A, &path, &device), EFI_NOT_FOUND);
    assert_int_equal(paths_asked, 1);
}

static void test_notify(void **state)
{
    EFI_EVENT event;
    void *registration, *interface;
    install(NULL, &A, &one);
    efi_create_event(0, 0, NULL, NULL, &event);
    assert_int_equal(efi_register_protocol_notify(&A, (void *)8, &registration),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_register_protocol_notify(&A, event, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_register_protocol_notify(&A, event, &registration), EFI_SUCCESS);
    EFI_HANDLE buffer[2];
    size_t size = sizeof buffer;
    assert_int_equal(locate_handle(ByRegisterNotify, NULL, registration, &size, buffer),
                     EFI_NOT_FOUND);
    assert_int_equal(efi_check_event(event), EFI_NOT_READY);

    EFI_HANDLE second = install(NULL, &A, &two), third = install(NULL, &A, &three);
    install(NULL, &B, &two);
    assert_int_equal(efi_check_event(event), EFI_SUCCESS);
    size = 0;
    assert_int_equal(locate_handle(ByRegisterNotify, NULL, registration, &size, NULL),
                     EFI_BUFFER_TOO_SMALL);
    size = sizeof buffer;
    assert_int_equal(locate_handle(ByRegisterNotify, NULL, registration, &size, buffer),
                     EFI_SUCCESS);
    assert_int_equal(size, sizeof *buffer);
    assert_ptr_equal(buffer[0], second);
    assert_int_equal(locate_protocol(&B, registration, &interface), EFI_NOT_FOUND);
    assert_int_equal(locate_protocol(&A, registration, &interface), EFI_SUCCESS);
    assert_ptr_equal(interface, &three);
    assert_int_equal(locate_protocol(&A, registration, &interface), EFI_NOT_FOUND);

    /* What was delivered may go; a reinstalled interface is new again. */
    assert_int_equal(efi_uninstall_protocol_interface(third, &A, &three), EFI_SUCCESS);
    assert_int_equal(locate_protocol(&A, registration, &interface), EFI_NOT_FOUND);
    assert_int_equal(efi_reinstall_protocol_interface(second, &A, &two, &one), EFI_SUCCESS);
    assert_int_equal(efi_check_event(event), EFI_SUCCESS);
    assert_int_equal(locate_protocol(&A, registration, &interface), EFI_SUCCESS);
    assert_ptr_equal(interface, &one);
    assert_int_equal(efi_reinstall_protocol_interface(second, &A, &two, &one), EFI_NOT_FOUND);

    assert_int_equal(efi_close_event(event), EFI_SUCCESS);
    install(NULL, &A, &three);
    assert_int_equal(locate_protocol(&A, registration, &interface), EFI_NOT_FOUND);
}

static const EFI_GUID PATH = EFI_DEVICE_PATH_PROTOCOL_GUID;

struct test_path {
    PCI_DEVICE_PATH pci[2];
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed));

static struct test_path make_path(uint8_t first, uint8_t second)
{
    struct test_path path = {.pci = {{.Device = first}, {.Device = second}}};
    device_path_set_node(&path.pci[0].Header, HARDWARE_DEVICE_PATH, HW_PCI_DP,
                         sizeof(PCI_DEVICE_PATH));
    device_path_set_node(&path.pci[1].Header, HARDWARE_DEVICE_PATH, HW_PCI_DP,
                         sizeof(PCI_DEVICE_PATH));
    device_path_set_end(&path.end);
    return path;
}

static void test_locate_device_path(void **state)
{
    struct test_path whole = make_path(1, 2), bus = make_path(1, 2), other = make_path(1, 3);
    device_path_set_end(&bus.pci[1]);
    EFI_HANDLE bus_handle = install(NULL, &PATH, &bus), device = install(NULL, &PATH, &whole),
               found = NULL;
    install(bus_handle, &A, &one);
    install(bus_handle, &B, &one);
    install(device, &B, &one);
    EFI_DEVICE_PATH_PROTOCOL *path = &whole.pci[0].Header;
    assert_int_equal(locate_device_path(&B, &path, &found), EFI_SUCCESS);
    assert_ptr_equal(found, device);
    assert_ptr_equal(path, &whole.end);
    path = &whole.pci[0].Header;
    assert_int_equal(locate_device_path(&A, &path, &found), EFI_SUCCESS);
    assert_ptr_equal(found, bus_handle);
    assert_ptr_equal(path, &whole.pci[1]);
    path = &other.pci[0].Header;
    assert_int_equal(locate_device_path(&PATH, &path, &found), EFI_SUCCESS);
    assert_ptr_equal(path, &other.pci[1]);
    path = &other.pci[1].Header;
    assert_int_equal(locate_device_path(&PATH, &path, &found), EFI_NOT_FOUND);
    assert_int_equal(locate_device_path(&C, &path, &found), EFI_NOT_FOUND);
    path = &whole.pci[0].Header;
    assert_int_equal(locate_device_path(&PATH, &path, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(locate_device_path(NULL, &path, &found), EFI_INVALID_PARAMETER);
    assert_int_equal(locate_device_path(&PATH, NULL, &found), EFI_INVALID_PARAMETER);
}

static void test_multiple(void **state)
{
    struct test_path path = make_path(4, 5), same = make_path(4, 5);
    EFI_HANDLE handle = NULL, second = NULL;
    assert_int_equal(
        efi_install_multiple_protocol_interfaces(&handle, &PATH, &path, &A, &one, &B, &two, NULL),
        EFI_SUCCESS);
    assert_ptr_equal(handle_interface(handle, &B), &two);
    assert_int_equal(
        efi_install_multiple_protocol_interfaces(&second, &A, &one, &PATH, &same, NULL),
        EFI_ALREADY_STARTED);
    assert_null(second);
    size_t size = 0;
    assert_int_equal(locate_handle(ByProtocol, &A, NULL, &size, NULL), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof(EFI_HANDLE)); /* rolled back */
    second = handle;
    assert_int_equal(efi_install_multiple_protocol_interfaces(&second, &C, &one, &A, &two, NULL),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(second, handle);
    assert_false(handle_supports(handle, &C));

    assert_int_equal(efi_uninstall_multiple_protocol_interfaces(handle, &A, &one, &B, &one, NULL),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(handle_interface(handle, &A), &one); /* put back */
    assert_int_equal(
        efi_uninstall_multiple_protocol_interfaces(handle, &A, &one, &B, &two, &PATH, &path, NULL),
        EFI_SUCCESS);
    assert_false(handle_is_valid(handle));
    assert_int_equal(efi_install_multiple_protocol_interfaces(NULL, &A, &one, NULL),
                     EFI_INVALID_PARAMETER);
}

/* What is put back is on the same handle, also when nothing else was. */
static void test_uninstall_multiple_of_everything(void **state)
{
    EFI_HANDLE handle = install(NULL, &A, &one), same = handle;
    assert_int_equal(efi_uninstall_multiple_protocol_interfaces(handle, &A, &one, &B, &two, NULL),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(handle_interface(handle, &A), &one);
    assert_int_equal(efi_uninstall_multiple_protocol_interfaces(handle, &A, &one, &A, &one, NULL),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(handle_interface(handle, &A), &one);
    assert_int_equal(efi_uninstall_multiple_protocol_interfaces(handle, &A, &one, NULL),
                     EFI_SUCCESS);
    assert_false(handle_is_valid(same));
    assert_int_equal(efi_uninstall_multiple_protocol_interfaces(handle, &A, &one, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_uninstall_multiple_protocol_interfaces(NULL, &A, &one, NULL),
                     EFI_INVALID_PARAMETER);
}

static void test_thousands(void **state)
{
    static EFI_HANDLE list[4000];
    for (size_t i = 0; i < 4000; i++)
        list[i] = install(NULL, &A, &list[i]);
    for (size_t i = 1; i < 4000; i += 2)
        assert_int_equal(efi_uninstall_protocol_interface(list[i], &A, &list[i]), EFI_SUCCESS);
    for (size_t i = 0; i < 4000; i++)
        assert_true(handle_is_valid(list[i]) == (i % 2 == 0));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_install),
        TEST(test_uninstall),
        TEST(test_out_of_memory),
        TEST(test_locate_handle),
        TEST(test_hooks),
        TEST(test_notify),
        TEST(test_locate_device_path),
        TEST(test_multiple),
        TEST(test_uninstall_multiple_of_everything),
        TEST(test_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
