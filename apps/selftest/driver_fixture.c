/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/driver_fixture.h"

#include "lib/memory.h"

struct driver drivers[DRIVERS];
EFI_HANDLE controller;
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
    if (driver->disturbs)
        bs->DisconnectController(handle, NULL, NULL);
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
    if (driver->disturbs)
        bs->ConnectController(handle, NULL, NULL, true);
    return bs->CloseProtocol(handle, A, driver->handle, handle);
}

void drivers_begin(void)
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

void drivers_end(void)
{
    for (unsigned i = 0; i < DRIVERS; i++) {
        drivers[i].stop_status = EFI_SUCCESS;
        drivers[i].reconnects = drivers[i].disturbs = false;
    }
    EXPECT(EFI_SUCCESS, bs->DisconnectController(controller, NULL, NULL));
    for (unsigned i = 0; i < DRIVERS; i++)
        EXPECT(EFI_SUCCESS,
               bs->UninstallProtocolInterface(drivers[i].handle, BINDING, &drivers[i].binding));
    drop_handle(controller);
}

bool order_is(const char *expected)
{
    size_t i = 0;
    while (expected[i] != '\0' && expected[i] == order[i])
        i++;
    return expected[i] == order[i];
}
