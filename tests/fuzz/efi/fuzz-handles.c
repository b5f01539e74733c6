/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The handle database by a script that the input is: protocols that come and go, agents, drivers
 * that start, stop, fail and call back, with handles that are none any more. */
#include <stdlib.h>

#include "efi/driver_model.h"
#include "efi/event.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/multiple.h"
#include "efi/open_protocol.h"
#include "efi/protocol/driver_binding.h"
#include "efi/protocol_notify.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"

#define SLOTS     8
#define DRIVERS   3
#define MAX_STEPS 200
#define MAX_DEPTH 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzz_bytes bytes;
static EFI_HANDLE slots[SLOTS]; /* stay when the handle is gone */
static int interfaces[3];
static unsigned steps, depth;

static const EFI_GUID guids[] = {{1, 0, 0, {0}}, {2, 0, 0, {0}}, {3, 0, 0, {0}}};

struct driver {
    EFI_DRIVER_BINDING_PROTOCOL binding;
    EFI_HANDLE handle;
};

static struct driver drivers[DRIVERS];

static void step(void);

static const EFI_GUID *take_guid(void)
{
    return &guids[fuzz_take(&bytes, 1) % 3];
}

static EFI_HANDLE take_handle(void)
{
    uint64_t choice = fuzz_take(&bytes, 1);
    return choice >= 0xf0 ? drivers[choice % DRIVERS].handle : slots[choice % SLOTS];
}

static void *take_interface(void)
{
    uint64_t choice = fuzz_take(&bytes, 1) % 4;
    return choice < 3 ? &interfaces[choice] : NULL;
}

/* What somebody does while the firmware is in the middle of something. */
static void interfere(void)
{
    if (depth >= MAX_DEPTH || fuzz_take(&bytes, 1) < 0xc0)
        return;
    depth++;
    step();
    depth--;
}

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE controller,
                                   EFI_DEVICE_PATH_PROTOCOL *remaining)
{
    interfere();
    return fuzz_take(&bytes, 1) < 0x80 ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE controller,
                               EFI_DEVICE_PATH_PROTOCOL *remaining)
{
    void *interface;
    interfere();
    EFI_STATUS status =
        efi_open_protocol(controller, take_guid(), &interface, This->DriverBindingHandle,
                          controller, EFI_OPEN_PROTOCOL_BY_DRIVER);
    if (fuzz_take(&bytes, 1) < 0x40)
        (void)efi_open_protocol(controller, take_guid(), &interface, This->DriverBindingHandle,
                                take_handle(), EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
    return status;
}

static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE controller,
                              size_t count, EFI_HANDLE *children)
{
    interfere();
    if (fuzz_take(&bytes, 1) < 0x20)
        return EFI_DEVICE_ERROR;
    for (size_t i = 0; i < 3; i++) {
        (void)efi_close_protocol(controller, &guids[i], This->DriverBindingHandle, controller);
        for (size_t child = 0; child < count; child++)
            (void)efi_close_protocol(controller, &guids[i], This->DriverBindingHandle,
                                     children[child]);
    }
    return EFI_SUCCESS;
}

static void EFIAPI notify(EFI_EVENT event, void *context)
{
    interfere();
}

static void open_something(void)
{
    static const uint32_t kinds[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x30};
    void *interface;
    EFI_HANDLE handle = take_handle(), agent = take_handle(), controller = take_handle();
    uint64_t choice = fuzz_take(&bytes, 1);
    (void)efi_open_protocol(handle, take_guid(), &interface, agent, controller,
                            choice < 0xf0 ? kinds[choice % 7] : (uint32_t)choice);
}

static void look(void)
{
    EFI_HANDLE *found;
    EFI_GUID **protocols;
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count;
    if (!EFI_ERROR(locate_handle_buffer(ByProtocol, take_guid(), NULL, &count, &found)))
        free(found);
    if (!EFI_ERROR(efi_protocols_per_handle(take_handle(), &protocols, &count)))
        free(protocols);
    if (!EFI_ERROR(efi_open_protocol_information(take_handle(), take_guid(), &entries, &count)))
        free(entries);
}

static void register_notify(void)
{
    EFI_EVENT event;
    void *registration;
    size_t size = sizeof(EFI_HANDLE);
    EFI_HANDLE found;
    if (EFI_ERROR(efi_create_event(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, notify, NULL, &event)))
        return;
    if (!EFI_ERROR(efi_register_protocol_notify(take_guid(), event, &registration)))
        (void)locate_handle(ByRegisterNotify, NULL, registration, &size, &found);
    if (fuzz_take(&bytes, 1) < 0x80)
        (void)efi_close_event(event);
}

static void step(void)
{
    if (steps >= MAX_STEPS || bytes.size == 0)
        return;
    steps++;
    EFI_HANDLE *slot = &slots[fuzz_take(&bytes, 1) % SLOTS];
    switch (fuzz_take(&bytes, 1) % 12) {
    case 0:
        *slot = NULL; /* fall through */
    case 1:
        (void)efi_install_protocol_interface(slot, take_guid(), EFI_NATIVE_INTERFACE,
                                             take_interface());
        break;
    case 2:
        (void)efi_uninstall_protocol_interface(*slot, take_guid(), take_interface());
        break;
    case 3: {
        const EFI_GUID *guid = take_guid();
        void *old = take_interface();
        (void)efi_reinstall_protocol_interface(*slot, guid, old, take_interface());
        break;
    }
    case 4:
        open_something();
        break;
    case 5: {
        EFI_HANDLE agent = take_handle();
        (void)efi_close_protocol(*slot, take_guid(), agent, take_handle());
        break;
    }
    case 6:
        look();
        break;
    case 7:
        (void)efi_connect_controller(*slot, NULL, NULL, fuzz_take(&bytes, 1) < 0x80);
        break;
    case 8: {
        EFI_HANDLE driver = take_handle();
        (void)efi_disconnect_controller(*slot, driver, take_handle());
        break;
    }
    case 9:
        (void)efi_install_multiple_protocol_interfaces(slot, take_guid(), take_interface(),
                                                       take_guid(), take_interface(), NULL);
        break;
    case 10:
        (void)efi_uninstall_multiple_protocol_interfaces(*slot, take_guid(), take_interface(),
                                                         take_guid(), take_interface(), NULL);
        break;
    case 11:
        register_notify();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes = (struct fuzz_bytes){data, size};
    memset(slots, 0, sizeof slots);
    steps = depth = 0;
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    for (uint32_t i = 0; i < DRIVERS; i++) {
        drivers[i] = (struct driver){.binding = {supported, start, stop, i, NULL, NULL}};
        (void)efi_install_protocol_interface(&drivers[i].handle,
                                             GUID_OF(EFI_DRIVER_BINDING_PROTOCOL),
                                             EFI_NATIVE_INTERFACE, &drivers[i].binding);
        drivers[i].binding.DriverBindingHandle = drivers[i].handle;
    }
    while (bytes.size > 0 && steps < MAX_STEPS)
        step();
    if (tpl_current() != TPL_APPLICATION)
        abort();
    handles_reset();
    events_reset();
    return 0;
}
