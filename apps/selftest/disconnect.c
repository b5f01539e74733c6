/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DisconnectController (UEFI 2.10 §7.3.13), and what else makes drivers let go of a controller. */
#include "selftest/driver_fixture.h"

static void children(void)
{
    drivers_begin();
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
    drivers_end();
}

static void all_children(void)
{
    drivers_begin();
    drivers[3].children = 2;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, true));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    void *interface;
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(drivers[3].child[0], B, &interface));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(drivers[3].child[1], B, &interface));
    EQUAL(1, drivers[3].stopped);
    drivers_end();
}

/* Nobody manages it, or not the driver that is named. */
static void nothing(void)
{
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, drivers[0].handle, NULL));
    EQUAL(0, drivers[3].stopped);
    drivers_end();
}

static void invalid(void)
{
    drivers_begin();
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(stale_handle(), NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, &interface_a, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, NULL, &interface_a));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, stale_handle(), NULL));
    drivers_end();
}

/* A handle that has no driver binding. */
static void no_driver(void)
{
    drivers_begin();
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(controller, self, NULL));
    drivers_end();
}

static void error(void)
{
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    drivers[3].stop_status = EFI_DEVICE_ERROR;
    EXPECT(EFI_DEVICE_ERROR, bs->DisconnectController(controller, NULL, NULL));
    drivers_end();
}

/* Who uninstalls what a driver holds stops the driver. */
static void uninstall_stops(void)
{
    drivers_begin();
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&controller, B, EFI_NATIVE_INTERFACE, &interface_b));
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(controller, A, &interface_a));
    EQUAL(1, drivers[3].stopped);
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&controller, A, EFI_NATIVE_INTERFACE, &interface_a));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(controller, B, &interface_b));
    drivers_end();
}

/* After ReinstallProtocolInterface the drivers come back by themselves. */
static void reinstall_reconnects(void)
{
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(controller, A, &interface_a, &interface_a));
    EQUAL(1, drivers[3].stopped);
    EQUAL(2, drivers[3].started);
    drivers_end();
}

/* OpenProtocol with EXCLUSIVE stops the driver that holds the interface. */
static void exclusive_stops(void)
{
    void *interface;
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS,
           bs->OpenProtocol(controller, A, &interface, self, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE));
    EQUAL(1, drivers[3].stopped);
    EXPECT(EFI_NOT_FOUND, bs->ConnectController(controller, NULL, NULL, false));
    EXPECT(EFI_SUCCESS, bs->CloseProtocol(controller, A, self, NULL));
    drivers_end();
}

/* A driver that does not let go keeps it. */
static void exclusive_denied(void)
{
    void *interface;
    drivers_begin();
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, false));
    drivers[3].stop_status = EFI_DEVICE_ERROR;
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, self, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE));
    EXPECT(EFI_ACCESS_DENIED, bs->UninstallProtocolInterface(controller, A, &interface_a));
    drivers_end();
}

/* A driver that gives the controller away while it starts, and takes it again while it stops. */
static void recursion(void)
{
    drivers_begin();
    drivers[3].disturbs = true;
    EXPECT(EFI_SUCCESS, bs->ConnectController(controller, NULL, NULL, true));
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    CHECK(drivers[3].started >= 1 && drivers[3].started < 10);
    drivers_end();
}

static const struct selftest tests[] = {
    {"children", children},
    {"all-children", all_children},
    {"nothing", nothing},
    {"invalid", invalid},
    {"no-driver", no_driver},
    {"error", error},
    {"uninstall-stops", uninstall_stops},
    {"reinstall-reconnects", reinstall_reconnects},
    {"exclusive-stops", exclusive_stops},
    {"exclusive-denied", exclusive_denied},
    {"recursion", recursion},
};

const struct topic topic_disconnect = TOPIC("disconnect", tests);
