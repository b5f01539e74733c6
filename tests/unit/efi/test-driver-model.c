/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ConnectController and DisconnectController with drivers that write down who was called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/device_path.h"
#include "efi/driver_model.h"
#include "efi/event.h"
#include "efi/handle.h"
#include "efi/open_protocol.h"
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/driver_override.h"
#include "lib/macros.h"
#include "models/apic.h"
#include "models/cpu.h"

static const EFI_GUID BUS = {0xb05, 0, 0, {0}}, CHILD = {0xc41d, 0, 0, {0}},
                      IMAGE = {0x1313, 0, 0, {0}};
static int something;

static char trace[256];

static void note(const char *text)
{
    assert_true(strlen(trace) + strlen(text) + 1 < sizeof trace);
    strcat(trace, text);
}

/* A driver that opens `wants` BY_DRIVER, and, if it is a bus driver, makes children with CHILD. */
struct driver {
    EFI_DRIVER_BINDING_PROTOCOL binding;
    EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL family;
    uint32_t family_version;
    const char *name;
    const EFI_GUID *wants;
    unsigned child_count;
    EFI_HANDLE children[4];
    bool fail_start, fail_stop, keep_open;
    uint32_t attributes;
    EFI_HANDLE handle, image;
};

static EFI_STATUS take(struct driver *driver, EFI_HANDLE controller)
{
    void *interface;
    return efi_open_protocol(controller, driver->wants, &interface, driver->handle, controller,
                             driver->attributes);
}

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE Controller,
                                   EFI_DEVICE_PATH_PROTOCOL *Remaining)
{
    struct driver *driver = CONTAINER_OF(This, struct driver, binding);
    EFI_STATUS status = take(driver, Controller);
    if (!EFI_ERROR(status))
        efi_close_protocol(Controller, driver->wants, driver->handle, Controller);
    return status;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE Controller,
                               EFI_DEVICE_PATH_PROTOCOL *Remaining)
{
    struct driver *driver = CONTAINER_OF(This, struct driver, binding);
    note(driver->name);
    if (driver->fail_start)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = take(driver, Controller);
    for (unsigned i = 0; i < driver->child_count && !EFI_ERROR(status); i++) {
        void *interface;
        driver->children[i] = NULL;
        efi_install_protocol_interface(&driver->children[i], &CHILD, EFI_NATIVE_INTERFACE,
                                       &something);
        status = efi_open_protocol(Controller, driver->wants, &interface, driver->handle,
                                   driver->children[i], EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
    }
    return status;
}

static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE Controller,
                              size_t Count, EFI_HANDLE *Children)
{
    struct driver *driver = CONTAINER_OF(This, struct driver, binding);
    char text[16];
    snprintf(text, sizeof text, "-%s%u", driver->name, (unsigned)Count);
    note(text);
    if (driver->fail_stop)
        return EFI_DEVICE_ERROR;
    for (size_t i = 0; i < Count; i++) {
        efi_close_protocol(Controller, driver->wants, driver->handle, Children[i]);
        efi_uninstall_protocol_interface(Children[i], &CHILD, &something);
    }
    if (Count == 0 && !driver->keep_open)
        efi_close_protocol(Controller, driver->wants, driver->handle, Controller);
    return EFI_SUCCESS;
}

static void load(struct driver *driver)
{
    driver->binding.Supported = supported;
    driver->binding.Start = start;
    driver->binding.Stop = stop;
    if (driver->attributes == 0)
        driver->attributes = EFI_OPEN_PROTOCOL_BY_DRIVER;
    if (driver->image == NULL)
        efi_install_protocol_interface(&driver->image, &IMAGE, EFI_NATIVE_INTERFACE, &something);
    driver->binding.ImageHandle = driver->image;
    efi_install_protocol_interface(&driver->handle, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL),
                                   EFI_NATIVE_INTERFACE, &driver->binding);
    driver->binding.DriverBindingHandle = driver->handle;
}

static EFI_HANDLE make_controller(void)
{
    EFI_HANDLE handle = NULL;
    efi_install_protocol_interface(&handle, &BUS, EFI_NATIVE_INTERFACE, &something);
    return handle;
}

static int setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    memset(trace, 0, sizeof trace);
    return 0;
}

static int teardown(void **state)
{
    handles_reset();
    events_reset();
    return 0;
}

static void expect_trace(const char *expected)
{
    assert_string_equal(trace, expected);
    memset(trace, 0, sizeof trace);
}

static void test_arguments(void **state)
{
    EFI_HANDLE controller = make_controller();
    assert_int_equal(efi_connect_controller(NULL, NULL, NULL, false), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, false), EFI_NOT_FOUND);
    EFI_DEVICE_PATH_PROTOCOL end;
    device_path_set_end(&end);
    assert_int_equal(efi_connect_controller(controller, NULL, &end, false), EFI_SUCCESS);
    assert_int_equal(efi_disconnect_controller((void *)4, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_disconnect_controller(controller, controller, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_disconnect_controller(controller, NULL, (void *)4), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_disconnect_controller(controller, NULL, NULL), EFI_SUCCESS);
}

/* All fail to start, so that everybody is asked in order. */
static void load_failing(struct driver *drivers, size_t count)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < count; i++) {
        drivers[i].name = names[i];
        drivers[i].wants = &BUS;
        drivers[i].fail_start = true;
        load(&drivers[i]);
    }
}

static void test_order_by_version(void **state)
{
    struct driver drivers[4] = {
        {.binding.Version = 5}, {.binding.Version = 0x10}, {.binding.Version = 0x10}, {{0}}};
    load_failing(drivers, 4);
    EFI_HANDLE controller = make_controller();
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, false), EFI_NOT_FOUND);
    expect_trace("bcad");
}

static EFI_HANDLE override_images[3];

static EFI_STATUS next_override(size_t first, EFI_HANDLE *image)
{
    if (*image != NULL)
        return EFI_NOT_FOUND;
    *image = override_images[first];
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI platform_driver(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This,
                                         EFI_HANDLE Controller, EFI_HANDLE *Image)
{
    return next_override(0, Image);
}

static EFI_STATUS EFIAPI bus_driver(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL *This,
                                    EFI_HANDLE *Image)
{
    return next_override(1, Image);
}

static uint32_t EFIAPI family_version(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL *This)
{
    return CONTAINER_OF(This, struct driver, family)->family_version;
}

static void test_order_of_precedence(void **state)
{
    /* a: highest version; b: bus specific; c, d: families; e: platform; f: context. */
    struct driver drivers[6] = {{.binding.Version = 100}};
    load_failing(drivers, 6);
    EFI_HANDLE controller = make_controller(), platform_handle = NULL;
    static EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL platform = {.GetDriver = platform_driver};
    static EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL bus = {.GetDriver = bus_driver};
    override_images[0] = drivers[4].image;
    override_images[1] = drivers[1].image;
    efi_install_protocol_interface(&platform_handle, GUID_OF(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL),
                                   EFI_NATIVE_INTERFACE, &platform);
    efi_install_protocol_interface(&controller, GUID_OF(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL),
                                   EFI_NATIVE_INTERFACE, &bus);
    for (int i = 2; i <= 3; i++) {
        drivers[i].family.GetVersion = family_version;
        drivers[i].family_version = (uint32_t)i;
        efi_install_protocol_interface(&drivers[i].handle,
                                       GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL),
                                       EFI_NATIVE_INTERFACE, &drivers[i].family);
    }
    EFI_HANDLE context[] = {drivers[5].handle, NULL};
    assert_int_equal(efi_connect_controller(controller, context, NULL, false), EFI_NOT_FOUND);
    expect_trace("fedcba");
}

static void test_several_drivers(void **state)
{
    static const EFI_GUID second = {0x5ec0, 0, 0, {0}};
    struct driver a = {.name = "a", .wants = &BUS}, b = {.name = "b", .wants = &second},
                  c = {.name = "c", .wants = &BUS};
    load(&a);
    load(&b);
    load(&c);
    EFI_HANDLE controller = make_controller();
    efi_install_protocol_interface(&controller, &second, EFI_NATIVE_INTERFACE, &something);
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, false), EFI_SUCCESS);
    expect_trace("ab"); /* c finds BUS taken */
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, false), EFI_NOT_FOUND);
    assert_int_equal(efi_disconnect_controller(controller, b.handle, NULL), EFI_SUCCESS);
    expect_trace("-b0");
    assert_int_equal(efi_disconnect_controller(controller, c.handle, NULL),
                     EFI_SUCCESS); /* does not manage it */
    assert_int_equal(efi_disconnect_controller(controller, NULL, NULL), EFI_SUCCESS);
    expect_trace("-a0");
}

static void test_recursion_and_children(void **state)
{
    struct driver bus = {.name = "p", .wants = &BUS, .child_count = 2},
                  leaf = {.name = "k", .wants = &CHILD};
    load(&leaf);
    load(&bus);
    EFI_HANDLE controller = make_controller();
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, false), EFI_SUCCESS);
    expect_trace("p");
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, true),
                     EFI_NOT_FOUND); /* nothing new on it itself */
    expect_trace("kk");

    /* One child of two: the bus driver stays. */
    EFI_HANDLE first = bus.children[0], second = bus.children[1];
    assert_int_equal(efi_disconnect_controller(controller, NULL, first), EFI_SUCCESS);
    expect_trace("-p1-k0");
    assert_false(handle_is_valid(first));
    assert_true(protocol_is_held(controller, &BUS));
    /* Not a child of this controller. */
    assert_int_equal(efi_disconnect_controller(controller, NULL, leaf.handle), EFI_NOT_FOUND);
    /* The last child takes the driver along. */
    assert_int_equal(efi_disconnect_controller(controller, NULL, second), EFI_SUCCESS);
    expect_trace("-p1-k0-p0");
    assert_false(protocol_is_held(controller, &BUS));

    assert_int_equal(efi_connect_controller(controller, NULL, NULL, true), EFI_SUCCESS);
    expect_trace("pkk");
    assert_int_equal(efi_disconnect_controller(controller, NULL, NULL), EFI_SUCCESS);
    expect_trace("-p2-k0-k0-p0");
}

static void test_loop_of_children_ends(void **state)
{
    struct driver driver = {.name = "a", .wants = &BUS};
    load(&driver);
    EFI_HANDLE one = make_controller(), two = make_controller();
    void *interface;
    efi_open_protocol(one, &BUS, &interface, driver.handle, two,
                      EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
    efi_open_protocol(two, &BUS, &interface, driver.handle, one,
                      EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
    assert_int_equal(efi_connect_controller(one, NULL, NULL, true), EFI_SUCCESS);
    expect_trace("aa");
}

static void test_exclusive_open_disconnects(void **state)
{
    struct driver driver = {.name = "a", .wants = &BUS};
    load(&driver);
    EFI_HANDLE controller = make_controller();
    efi_connect_controller(controller, NULL, NULL, false);
    expect_trace("a");
    void *interface = NULL;
    assert_int_equal(efi_open_protocol(controller, &BUS, &interface, driver.image, NULL,
                                       EFI_OPEN_PROTOCOL_EXCLUSIVE),
                     EFI_SUCCESS);
    assert_ptr_equal(interface, &something);
    expect_trace("-a0");
    assert_int_equal(efi_connect_controller(controller, NULL, NULL, false), EFI_NOT_FOUND);
    efi_close_protocol(controller, &BUS, driver.image, NULL);

    efi_connect_controller(controller, NULL, NULL, false);
    driver.fail_stop = true;
    assert_int_equal(efi_open_protocol(controller, &BUS, &interface, driver.image, NULL,
                                       EFI_OPEN_PROTOCOL_EXCLUSIVE),
                     EFI_ACCESS_DENIED);
    driver.fail_stop = false;
    driver.keep_open = true; /* says that it stopped, and did not let go */
    assert_int_equal(efi_open_protocol(controller, &BUS, &interface, driver.image, NULL,
                                       EFI_OPEN_PROTOCOL_EXCLUSIVE),
                     EFI_ACCESS_DENIED);
}

static void test_uninstall_disconnects(void **state)
{
    struct driver driver = {.name = "a", .wants = &BUS};
    load(&driver);
    EFI_HANDLE controller = make_controller();
    efi_connect_controller(controller, NULL, NULL, false);
    driver.fail_stop = true;
    assert_int_equal(efi_uninstall_protocol_interface(controller, &BUS, &something),
                     EFI_ACCESS_DENIED);
    assert_true(handle_supports(controller, &BUS));
    driver.fail_stop = false;
    memset(trace, 0, sizeof trace);
    assert_int_equal(efi_uninstall_protocol_interface(controller, &BUS, &something), EFI_SUCCESS);
    expect_trace("-a0");
    assert_false(handle_is_valid(controller));
}

static void test_reinstall_reconnects(void **state)
{
    struct driver driver = {.name = "a", .wants = &BUS};
    load(&driver);
    EFI_HANDLE controller = make_controller();
    efi_connect_controller(controller, NULL, NULL, false);
    static int other;
    assert_int_equal(efi_reinstall_protocol_interface(controller, &BUS, &something, &other),
                     EFI_SUCCESS);
    expect_trace("a-a0a");
    assert_ptr_equal(handle_interface(controller, &BUS), &other);
}

/* A driver whose children are held by nobody else but that cannot stop: the user is connected
 * again. */
static void test_failed_uninstall_reconnects(void **state)
{
    struct driver good = {.name = "g", .wants = &BUS};
    load(&good);
    EFI_HANDLE controller = make_controller(), app = NULL;
    void *interface;
    efi_install_protocol_interface(&app, &IMAGE, EFI_NATIVE_INTERFACE, &something);
    efi_connect_controller(controller, NULL, NULL, false);
    efi_open_protocol(controller, &BUS, &interface, app, app,
                      EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
    assert_int_equal(efi_uninstall_protocol_interface(controller, &BUS, &something),
                     EFI_ACCESS_DENIED);
    expect_trace("g-g0g");
    assert_true(protocol_is_held(controller, &BUS));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_arguments),
        TEST(test_order_by_version),
        TEST(test_order_of_precedence),
        TEST(test_several_drivers),
        TEST(test_recursion_and_children),
        TEST(test_loop_of_children_ends),
        TEST(test_exclusive_open_disconnects),
        TEST(test_uninstall_disconnects),
        TEST(test_reinstall_reconnects),
        TEST(test_failed_uninstall_reconnects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
