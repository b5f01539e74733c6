/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ConnectController and DisconnectController (UEFI 2.10 §7.3.12 and §7.3.13) with drivers of our
 * own, and the order in which they are tried. */
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/driver_override.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define A       GUID_OF(TEST_A)
#define B       GUID_OF(TEST_B)
#define BINDING GUID_OF(EFI_DRIVER_BINDING_PROTOCOL)
#define DRIVERS 4

/* A driver for TEST_A; `children`: as a bus driver it makes so many children with TEST_B. */
struct driver {
    EFI_DRIVER_BINDING_PROTOCOL binding;
    EFI_HANDLE handle;
    char letter;
    unsigned children;
    EFI_HANDLE child[2];
    EFI_STATUS start_status, stop_status;
    bool shares;     /* opens nothing, so that others start, too */
    bool reconnects; /* calls ConnectController from Start, DisconnectController from Stop */
    unsigned supported, started, stopped;
    EFI_DEVICE_PATH_PROTOCOL *remaining;
};

static struct driver drivers[DRIVERS];
static EFI_HANDLE controller;
static char order[32];
static size_t order_length;

static struct driver *driver_of(EFI_DRIVER_BINDING_PROTOCOL *binding)
{
    return (struct driver *)(void *)binding;
}

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE handle,
                                   EFI_DEVICE_PATH_PROTOCOL *remaining)
{
    struct driver *driver = driver_of(This);
    driver->supported++;
    if (driver->shares)
        return handle == controller && driver->started == 0 ? EFI_SUCCESS : EFI_UNSUPPORTED;
    void *interface;
    EFI_STATUS status = bs->OpenProtocol(handle, A, &interface, This->DriverBindingHandle, handle,
                                         EFI_OPEN_PROTOCOL_BY_DRIVER);
    if (!EFI_ERROR(status))
        bs->CloseProtocol(handle, A, This->DriverBindingHandle, handle);
    return status;
}

static EFI_STATUS make_child(struct driver *driver, unsigned i)
{
    void *interface;
    driver->child[i] = NULL;
    EFI_STATUS status =
        bs->InstallProtocolInterface(&driver->child[i], B, EFI_NATIVE_INTERFACE, &interface_b);
    if (EFI_ERROR(status))
        return status;
    return bs->OpenProtocol(controller, A, &interface, driver->handle, driver->child[i],
                            EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE handle,
                               EFI_DEVICE_PATH_PROTOCOL *remaining)
{
    struct driver *driver = driver_of(This);
    void *interface;
    if (order_length < sizeof order - 1)
        order[order_length++] = driver->letter;
    driver->started++;
    driver->remaining = remaining;
    if (EFI_ERROR(driver->start_status))
        return driver->start_status;
    EFI_STATUS status = driver->shares ? EFI_SUCCESS
                                       : bs->OpenProtocol(handle, A, &interface, driver->handle,
                                                          handle, EFI_OPEN_PROTOCOL_BY_DRIVER);
    for (unsigned i = 0; !EFI_ERROR(status) && i < driver->children; i++)
        status = make_child(driver, i);
    if (driver->reconnects)
        bs->ConnectController(handle, NULL, NULL, true);
    return status;
}

static EFI_STATUS drop_child(struct driver *driver, EFI_HANDLE child)
{
    EFI_STATUS status = bs->CloseProtocol(controller, A, driver->handle, child);
    if (!EFI_ERROR(status))
        status = bs->UninstallProtocolInterface(child, B, &interface_b);
    return status;
}

static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE handle, size_t count,
                              EFI_HANDLE *children)
{
    struct driver *driver = driver_of(This);
    if (EFI_ERROR(driver->stop_status))
        return driver->stop_status;
    for (size_t i = 0; i < count; i++) {
        EFI_STATUS status = drop_child(driver, children[i]);
        if (EFI_ERROR(status))
            return status;
    }
    if (count > 0)
        return EFI_SUCCESS;
    driver->stopped++;
    if (driver->reconnects)
        bs->DisconnectController(handle, NULL, NULL);
    return bs->CloseProtocol(handle, A, driver->handle, handle);
}

/* All drivers, with versions 0x10, 0x11 and so on, and a controller for them. */
static void begin(void)
{
    memset(drivers, 0, sizeof drivers);
    memset(order, 0, sizeof order);
    order_length = 0;
    controller = make_handle();
    for (unsigned i = 0; i < DRIVERS; i++) {
        struct driver *driver = &drivers[i];
        driver->letter = (char)('a' + i);
        driver->binding =
            (EFI_DRIVER_BINDING_PROTOCOL){supported, start, stop, 0x10 + i, NULL, NULL};
        EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(&driver->handle, BINDING,
                                                         EFI_NATIVE_INTERFACE, &driver->binding));
        driver->binding.ImageHandle = driver->binding.DriverBindingHandle = driver->handle;
    }
}

static void end(void)
{
    for (unsigned i = 0; i < DRIVERS; i++) {
        drivers[i].stop_status = EFI_SUCCESS;
        drivers[i].reconnects = false;
    }
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    for (unsigned i = 0; i < DRIVERS; i++)
        EXPECT(EFI_SUCCESS,
               bs->UninstallProtocolInterface(drivers[i].handle, BINDING, &drivers[i].binding));
    drop_handle(controller);
}

static bool order_is(const char *expected)
{
    size_t i = 0;
    while (expected[i] != '\0' && expected[i] == order[i])
        i++;
    return expected[i] == order[i];
}

/* Without other rules the highest version is first, and it alone gets the controller. */
static void by_version(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    CHECK(order_is("d"));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    EQUAL(1, drivers[3].stopped);
    end();
}

/* All that can share it start, in the order of their versions. */
static void all_that_share(void)
{
    begin();
    for (unsigned i = 0; i < DRIVERS; i++)
        drivers[i].shares = true;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    CHECK(order_is("dcba"));
    end();
}

/* The caller's list is first, a failed Start goes on with the next. */
static void by_context(void)
{
    begin();
    EFI_HANDLE list[] = {drivers[1].handle, drivers[0].handle, NULL};
    drivers[1].start_status = EFI_DEVICE_ERROR;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, list, NULL, false));
    CHECK(order_is("ba"));
    end();
}

static EFI_HANDLE platform_wish;

static EFI_STATUS EFIAPI platform_driver(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This,
                                         EFI_HANDLE handle, EFI_HANDLE *image)
{
    if (handle != controller || *image != NULL)
        return EFI_NOT_FOUND;
    *image = platform_wish;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI no_driver_path(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This,
                                        EFI_HANDLE handle, EFI_DEVICE_PATH_PROTOCOL **path)
{
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI no_driver_loaded(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This,
                                          EFI_HANDLE handle, EFI_DEVICE_PATH_PROTOCOL *path,
                                          EFI_HANDLE image)
{
    return EFI_UNSUPPORTED;
}

static EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL platform = {platform_driver, no_driver_path,
                                                         no_driver_loaded};

static EFI_HANDLE bus_wish;

static EFI_STATUS EFIAPI bus_driver(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL *This,
                                    EFI_HANDLE *image)
{
    if (*image != NULL)
        return EFI_NOT_FOUND;
    *image = bus_wish;
    return EFI_SUCCESS;
}

static EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL bus = {bus_driver};

static uint32_t EFIAPI family_version(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL *This)
{
    return 1;
}

static EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL family = {family_version};

/* §7.3.12: the context, the platform, the family, the bus, the versions. */
static void order_of_precedence(void)
{
    EFI_HANDLE platform_handle = NULL;
    begin();
    for (unsigned i = 0; i < DRIVERS; i++)
        drivers[i].shares = true;
    platform_wish = drivers[1].handle;
    bus_wish = drivers[3].handle;
    EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(&platform_handle,
                                                     GUID_OF(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL),
                                                     EFI_NATIVE_INTERFACE, &platform));
    EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(
                            &controller, GUID_OF(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL),
                            EFI_NATIVE_INTERFACE, &bus));
    EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(&drivers[2].handle,
                                                     GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL),
                                                     EFI_NATIVE_INTERFACE, &family));
    EFI_HANDLE list[] = {drivers[0].handle, NULL};
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, list, NULL, false));
    CHECK(order_is("abcd"));
    EXPECT(EFI_SUCCESS,
           bs->UninstallProtocolInterface(
               platform_handle, GUID_OF(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL), &platform));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(
                            controller, GUID_OF(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL), &bus));
    EXPECT(EFI_SUCCESS,
           bs->UninstallProtocolInterface(drivers[2].handle,
                                          GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL), &family));
    end();
}

/* A family's version goes over the versions of all bindings, also when it is lower. */
static void by_family(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(&drivers[0].handle,
                                                     GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL),
                                                     EFI_NATIVE_INTERFACE, &family));
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    CHECK(order_is("a"));
    EXPECT(EFI_SUCCESS,
           bs->UninstallProtocolInterface(drivers[0].handle,
                                          GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL), &family));
    end();
}

static void connect_not_found(void)
{
    EFI_HANDLE handle = NULL;
    begin();
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&handle, B, EFI_NATIVE_INTERFACE, &interface_b));
    EXPECT(EFI_NOT_FOUND, bs->ConnectController(handle, NULL, NULL, false));
    EQUAL(1, drivers[0].supported);
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, B, &interface_b));
    end();
}

static void connect_end_of_path(void)
{
    EFI_DEVICE_PATH_PROTOCOL path_end = {
        END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}};
    EFI_HANDLE handle = NULL;
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&handle, B, EFI_NATIVE_INTERFACE, &interface_b));
    EXPECT(EFI_SUCCESS, bs->ConnectController(handle, NULL, &path_end, false));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, B, &interface_b));
}

static void connect_invalid(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->ConnectController(NULL, NULL, NULL, false));
    EXPECT(EFI_INVALID_PARAMETER, bs->ConnectController(stale_handle(), NULL, NULL, true));
    EXPECT(EFI_INVALID_PARAMETER, bs->ConnectController(&interface_a, NULL, NULL, true));
}

/* The driver gets the remaining path, in memory of its own. */
static void remaining_path(void)
{
    struct test_path path = make_path(5);
    begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, &path.vendor.Header, false));
    CHECK(drivers[3].remaining != NULL);
    end();
}

static void children(void)
{
    begin();
    drivers[3].children = 2;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, true));
    EFI_HANDLE first = drivers[3].child[0], second = drivers[3].child[1];
    void *interface;
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, first));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(first, B, &interface));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(second, B, &interface));
    EQUAL(0, drivers[3].stopped);
    /* With its last child the driver goes, too. */
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, drivers[3].handle, second));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(second, B, &interface));
    EQUAL(1, drivers[3].stopped);
    end();
}

static void disconnect_all_children(void)
{
    begin();
    drivers[3].children = 2;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, true));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    void *interface;
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(drivers[3].child[0], B, &interface));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(drivers[3].child[1], B, &interface));
    EQUAL(1, drivers[3].stopped);
    end();
}

/* Nobody manages it, or not the driver that is named. */
static void disconnect_nothing(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, drivers[0].handle, NULL));
    EQUAL(0, drivers[3].stopped);
    end();
}

static void disconnect_invalid(void)
{
    begin();
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(stale_handle(), NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, &interface_a, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, NULL, &interface_a));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, stale_handle(), NULL));
    end();
}

/* A handle that has no driver binding. */
static void disconnect_no_driver(void)
{
    begin();
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, self, NULL));
    end();
}

static void disconnect_error(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    drivers[3].stop_status = EFI_DEVICE_ERROR;
    EXPECT(EFI_DEVICE_ERROR, bs->DisconnectController(controller, NULL, NULL));
    end();
}

/* Who uninstalls what a driver holds stops the driver. */
static void uninstall_stops(void)
{
    begin();
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&controller, B, EFI_NATIVE_INTERFACE, &interface_b));
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(controller, A, &interface_a));
    EQUAL(1, drivers[3].stopped);
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&controller, A, EFI_NATIVE_INTERFACE, &interface_a));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(controller, B, &interface_b));
    end();
}

/* After ReinstallProtocolInterface the drivers come back by themselves. */
static void reinstall_reconnects(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(controller, A, &interface_a, &interface_a));
    EQUAL(1, drivers[3].stopped);
    EQUAL(2, drivers[3].started);
    end();
}

/* OpenProtocol with EXCLUSIVE stops the driver that holds the interface. */
static void exclusive_stops(void)
{
    void *interface;
    begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS,
           bs->OpenProtocol(controller, A, &interface, self, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE));
    EQUAL(1, drivers[3].stopped);
    EXPECT(EFI_NOT_FOUND, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->CloseProtocol(controller, A, self, NULL));
    end();
}

/* A driver that does not let go keeps it. */
static void exclusive_denied(void)
{
    void *interface;
    begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    drivers[3].stop_status = EFI_DEVICE_ERROR;
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, self, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE));
    EXPECT(EFI_ACCESS_DENIED, bs->UninstallProtocolInterface(controller, A, &interface_a));
    end();
}

/* A driver that connects the controller while it starts. */
static void connect_recursion(void)
{
    begin();
    drivers[3].reconnects = true;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, true));
    EQUAL(1, drivers[3].started);
    end();
}

static const struct selftest tests[] = {
    {"by-version", by_version},
    {"all-that-share", all_that_share},
    {"by-context", by_context},
    {"by-family", by_family},
    {"order-of-precedence", order_of_precedence},
    {"connect-not-found", connect_not_found},
    {"connect-end-of-path", connect_end_of_path},
    {"connect-invalid", connect_invalid},
    {"remaining-path", remaining_path},
    {"children", children},
    {"disconnect-all-children", disconnect_all_children},
    {"disconnect-nothing", disconnect_nothing},
    {"disconnect-invalid", disconnect_invalid},
    {"disconnect-no-driver", disconnect_no_driver},
    {"disconnect-error", disconnect_error},
    {"uninstall-stops", uninstall_stops},
    {"reinstall-reconnects", reinstall_reconnects},
    {"exclusive-stops", exclusive_stops},
    {"exclusive-denied", exclusive_denied},
    {"connect-recursion", connect_recursion},
};

const struct topic topic_driver = TOPIC("driver", tests);
