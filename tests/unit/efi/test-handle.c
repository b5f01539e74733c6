/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The handle database: installing, locating, opening, registering. Drivers have a test of their own
 * (test-driver-model.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/device_path.h"
#include "efi/event.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/multiple.h"
#include "efi/open_protocol.h"
#include "efi/protocol_notify.h"
#include "host/pool.h"
#include "models/apic.h"
#include "models/cpu.h"

static const EFI_GUID A = {0xa, 1, 2, {3}}, B = {0xb, 1, 2, {3}}, C = {0xc, 1, 2, {3}};
static const EFI_GUID PATH = EFI_DEVICE_PATH_PROTOCOL_GUID;
static int one, two, three;

static int setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    return 0;
}

static int teardown(void **state)
{
    locate_set_hooks(&(struct locate_hooks){0});
    open_protocol_set_firmware_agent(NULL);
    handles_reset();
    events_reset();
    return 0;
}

static EFI_HANDLE install(EFI_HANDLE handle, const EFI_GUID *guid, void *interface)
{
    assert_int_equal(efi_install_protocol_interface(&handle, guid, EFI_NATIVE_INTERFACE, interface),
                     EFI_SUCCESS);
    return handle;
}

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

/* What each kind of open allows others, by the tables of §7.3.9. */
static void test_open_attributes(void **state)
{
    EFI_HANDLE handle = install(NULL, &A, &one), agent = install(NULL, &B, &two),
               other = install(NULL, &B, &three);
    void *interface = NULL;
    static const struct {
        uint32_t attributes;
        bool agent, controller;
        EFI_STATUS expected;
    } cases[] = {
        {EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL, false, false, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_GET_PROTOCOL, false, false, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_TEST_PROTOCOL, false, false, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, true, false, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, false, true, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, true, true, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, true, false, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, false, true, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE, true, false,
         EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_EXCLUSIVE, false, false, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_GET_PROTOCOL | EFI_OPEN_PROTOCOL_TEST_PROTOCOL, true, true,
         EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER | EFI_OPEN_PROTOCOL_EXCLUSIVE, true, true,
         EFI_INVALID_PARAMETER},
        {0, true, true, EFI_INVALID_PARAMETER},
        {0x40, true, true, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, true, true, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, true, true, EFI_ALREADY_STARTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(efi_open_protocol(handle, &A, &interface, cases[i].agent ? agent : NULL,
                                           cases[i].controller ? other : NULL, cases[i].attributes),
                         cases[i].expected);
    interface = &two;
    assert_int_equal(
        efi_open_protocol(handle, &C, &interface, agent, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
        EFI_UNSUPPORTED);
    assert_null(interface);
    assert_int_equal(
        efi_open_protocol(handle, &A, NULL, agent, NULL, EFI_OPEN_PROTOCOL_TEST_PROTOCOL),
        EFI_SUCCESS);
    assert_int_equal(
        efi_open_protocol(handle, &C, NULL, agent, NULL, EFI_OPEN_PROTOCOL_TEST_PROTOCOL),
        EFI_UNSUPPORTED);
    assert_int_equal(
        efi_open_protocol(handle, &A, NULL, agent, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
        EFI_INVALID_PARAMETER);
    assert_int_equal(efi_open_protocol(handle, &A, &interface, agent, handle,
                                       EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
                     EFI_INVALID_PARAMETER);
}

static EFI_STATUS open_as(EFI_HANDLE handle, EFI_HANDLE agent, uint32_t attributes)
{
    void *interface;
    return efi_open_protocol(handle, &A, &interface, agent, handle, attributes);
}

static void test_open_conflicts(void **state)
{
    enum { DRIVER = EFI_OPEN_PROTOCOL_BY_DRIVER, EXCLUSIVE = EFI_OPEN_PROTOCOL_EXCLUSIVE };
    EFI_HANDLE handle = install(NULL, &A, &one), agent = install(NULL, &B, &two),
               other = install(NULL, &B, &three);
    assert_int_equal(open_as(handle, agent, DRIVER), EFI_SUCCESS);
    assert_true(protocol_is_held(handle, &A));
    assert_int_equal(open_as(handle, agent, DRIVER), EFI_ALREADY_STARTED);
    assert_int_equal(open_as(handle, other, DRIVER), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, EFI_OPEN_PROTOCOL_GET_PROTOCOL), EFI_SUCCESS);
    /* It has no driver binding, so that it cannot be asked to stop. */
    assert_int_equal(open_as(handle, other, EXCLUSIVE), EFI_ACCESS_DENIED);
    assert_int_equal(efi_uninstall_protocol_interface(handle, &A, &one), EFI_ACCESS_DENIED);
    assert_int_equal(efi_close_protocol(handle, &A, agent, handle), EFI_SUCCESS);
    assert_false(protocol_is_held(handle, &A));
    assert_int_equal(open_as(handle, agent, EXCLUSIVE), EFI_SUCCESS);
    assert_int_equal(open_as(handle, other, EXCLUSIVE), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, DRIVER), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, DRIVER | EXCLUSIVE), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL), EFI_SUCCESS);
    assert_int_equal(efi_close_protocol(handle, &A, agent, handle), EFI_SUCCESS);
    assert_int_equal(open_as(handle, agent, DRIVER | EXCLUSIVE), EFI_SUCCESS);
    assert_int_equal(open_as(handle, agent, DRIVER | EXCLUSIVE), EFI_ALREADY_STARTED);
    assert_int_equal(open_as(handle, other, DRIVER), EFI_ACCESS_DENIED);
    open_protocol_forget_agent(agent);
    /* Only plain openers are left: they do not keep the interface. */
    assert_int_equal(efi_uninstall_protocol_interface(handle, &A, &one), EFI_SUCCESS);
}

static void test_open_information(void **state)
{
    EFI_HANDLE handle = install(NULL, &A, &one), agent = install(NULL, &B, &two);
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count = 99;
    void *interface;
    assert_int_equal(efi_open_protocol_information(handle, &C, &entries, &count), EFI_NOT_FOUND);
    assert_int_equal(efi_open_protocol_information(handle, &A, &entries, &count), EFI_SUCCESS);
    assert_int_equal(count, 0);
    free(entries);
    open_protocol_set_firmware_agent(agent);
    assert_int_equal(efi_handle_protocol(handle, &A, &interface), EFI_SUCCESS);
    assert_int_equal(efi_handle_protocol(handle, &A, &interface), EFI_SUCCESS);
    assert_int_equal(efi_handle_protocol(handle, &C, &interface), EFI_UNSUPPORTED);
    assert_int_equal(efi_handle_protocol((void *)3, &A, &interface), EFI_INVALID_PARAMETER);
    assert_int_equal(open_as(handle, agent, EFI_OPEN_PROTOCOL_BY_DRIVER), EFI_SUCCESS);
    assert_int_equal(efi_open_protocol_information(handle, &A, &entries, &count), EFI_SUCCESS);
    assert_int_equal(count, 2);
    assert_ptr_equal(entries[0].AgentHandle, agent);
    assert_null(entries[0].ControllerHandle);
    assert_int_equal(entries[0].Attributes, EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL);
    assert_int_equal(entries[0].OpenCount, 2);
    assert_int_equal(entries[1].OpenCount, 1);
    free(entries);
    assert_int_equal(efi_close_protocol(handle, &A, agent, NULL), EFI_SUCCESS);
    assert_int_equal(efi_close_protocol(handle, &A, agent, NULL), EFI_NOT_FOUND);
    assert_int_equal(efi_close_protocol(handle, &C, agent, NULL), EFI_NOT_FOUND);
    assert_int_equal(efi_close_protocol(handle, &A, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_close_protocol(handle, &A, agent, (void *)1), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_close_protocol((void *)1, &A, agent, NULL), EFI_INVALID_PARAMETER);
}

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
        TEST(test_open_attributes),
        TEST(test_open_conflicts),
        TEST(test_open_information),
        TEST(test_multiple),
        TEST(test_locate_device_path),
        TEST(test_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
