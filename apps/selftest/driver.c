/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ConnectController (UEFI 2.10 §7.3.12) with drivers of our own, and the order in which they are
 * tried. */
#include "efi/protocol/driver_override.h"
#include "selftest/driver_fixture.h"

/* Without other rules the highest version is first, and it alone gets the controller. */
static void by_version(void)
{
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    CHECK(order_is("d"));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    EQUAL(1, drivers[3].stopped);
    drivers_end();
}

/* All that can share it start, in the order of their versions. */
static void all_that_share(void)
{
    drivers_begin();
    for (unsigned i = 0; i < DRIVERS; i++)
        drivers[i].shares = true;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    CHECK(order_is("dcba"));
    drivers_end();
}

/* The caller's list is first, a failed Start goes on with the next. */
static void by_context(void)
{
    drivers_begin();
    EFI_HANDLE list[] = {drivers[1].handle, drivers[0].handle, NULL};
    drivers[1].start_status = EFI_DEVICE_ERROR;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, list, NULL, false));
    CHECK(order_is("ba"));
    drivers_end();
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
    drivers_begin();
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
    drivers_end();
}

/* A family's version goes over the versions of all bindings, also when it is lower. */
static void by_family(void)
{
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(&drivers[0].handle,
                                                     GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL),
                                                     EFI_NATIVE_INTERFACE, &family));
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    CHECK(order_is("a"));
    EXPECT(EFI_SUCCESS,
           bs->UninstallProtocolInterface(drivers[0].handle,
                                          GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL), &family));
    drivers_end();
}

static void connect_not_found(void)
{
    EFI_HANDLE handle = NULL;
    drivers_begin();
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&handle, B, EFI_NATIVE_INTERFACE, &interface_b));
    EXPECT(EFI_NOT_FOUND, bs->ConnectController(handle, NULL, NULL, false));
    EQUAL(1, drivers[0].supported);
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, B, &interface_b));
    drivers_end();
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
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, &path.vendor.Header, false));
    CHECK(drivers[3].remaining != NULL);
    drivers_end();
}

/* A driver that connects the controller while it starts. */
static void connect_recursion(void)
{
    drivers_begin();
    drivers[3].reconnects = true;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, true));
    EQUAL(1, drivers[3].started);
    drivers_end();
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
    {"connect-recursion", connect_recursion},
};

const struct topic topic_driver = TOPIC("driver", tests);
