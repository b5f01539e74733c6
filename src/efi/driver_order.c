/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/driver_order.h"

#include "core/pool.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/protocol/driver_override.h"

/* An override protocol that never says EFI_NOT_FOUND is not asked for ever. */
#define MAX_OVERRIDES 256

static void add(struct driver_order *order, struct driver_candidate *candidate)
{
    candidate->ordered = true;
    order->order[order->count++] = candidate;
}

/* The bindings of an image; `handle` may also be the handle of one binding itself. */
static void add_image(struct driver_order *order, size_t total, EFI_HANDLE handle)
{
    for (size_t i = 0; i < total; i++) {
        struct driver_candidate *candidate = &order->all[i];
        if (!candidate->ordered &&
            (candidate->handle == handle || candidate->binding->ImageHandle == handle))
            add(order, candidate);
    }
}

/* 1: what the caller of ConnectController wants. */
static void add_context(struct driver_order *order, size_t total, const EFI_HANDLE *context)
{
    for (size_t i = 0; context != NULL && context[i] != NULL; i++)
        add_image(order, total, context[i]);
}

/* 2: what the platform wants. */
static void add_platform(struct driver_order *order, size_t total, EFI_HANDLE controller)
{
    EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *override;
    EFI_STATUS status =
        locate_protocol(GUID_OF(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL), NULL, (void **)&override);
    if (EFI_ERROR(status) || override == NULL)
        return;
    EFI_HANDLE image = NULL;
    for (size_t i = 0; i < MAX_OVERRIDES; i++) {
        if (EFI_ERROR(override->GetDriver(override, controller, &image)))
            return;
        add_image(order, total, image);
    }
}

/* 4: what the bus driver of the controller wants. */
static void add_bus_specific(struct driver_order *order, size_t total, EFI_HANDLE controller)
{
    EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL *override =
        handle_interface(controller, GUID_OF(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL));
    if (override == NULL)
        return;
    EFI_HANDLE image = NULL;
    for (size_t i = 0; i < MAX_OVERRIDES; i++) {
        if (EFI_ERROR(override->GetDriver(override, &image)))
            return;
        add_image(order, total, image);
    }
}

/* Appends the candidates that `wanted` selects, highest version first, else in the order of
 * installation. */
static void add_by_version(struct driver_order *order, size_t total,
                           bool (*wanted)(struct driver_candidate *candidate))
{
    size_t first = order->count;
    for (size_t i = 0; i < total; i++) {
        struct driver_candidate *candidate = &order->all[i];
        if (candidate->ordered || !wanted(candidate))
            continue;
        add(order, candidate);
        for (size_t at = order->count - 1;
             at > first && order->order[at - 1]->version < candidate->version; at--) {
            order->order[at] = order->order[at - 1];
            order->order[at - 1] = candidate;
        }
    }
}

/* 3: families of drivers, by the version that the family gives. */
static bool in_family(struct driver_candidate *candidate)
{
    EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL *family =
        handle_interface(candidate->handle, GUID_OF(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL));
    if (family == NULL)
        return false;
    candidate->version = family->GetVersion(family);
    return true;
}

/* 5: everybody else. */
static bool any(struct driver_candidate *candidate)
{
    candidate->version = candidate->binding->Version;
    return true;
}

static size_t collect(struct driver_order *order, const EFI_HANDLE *drivers, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        EFI_DRIVER_BINDING_PROTOCOL *binding =
            handle_interface(drivers[i], GUID_OF(EFI_DRIVER_BINDING_PROTOCOL));
        if (binding != NULL)
            order->all[total++] =
                (struct driver_candidate){.handle = drivers[i], .binding = binding};
    }
    return total;
}

EFI_STATUS driver_order_make(EFI_HANDLE controller, const EFI_HANDLE *context,
                             struct driver_order *ret)
{
    size_t count;
    EFI_HANDLE *drivers;
    EFI_STATUS status = locate_handle_buffer(ByProtocol, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL), NULL,
                                             &count, &drivers);
    if (EFI_ERROR(status))
        return status;
    struct driver_order order = {
        .all = pool_alloc_zeroed(count * sizeof *order.all),
        .order = pool_alloc_zeroed(count * sizeof *order.order),
    };
    if (order.all == NULL || order.order == NULL) {
        driver_order_free(&order);
        pool_free(drivers);
        return EFI_OUT_OF_RESOURCES;
    }
    size_t total = collect(&order, drivers, count);
    pool_free(drivers);
    add_context(&order, total, context);
    add_platform(&order, total, controller);
    add_by_version(&order, total, in_family);
    add_bus_specific(&order, total, controller);
    add_by_version(&order, total, any);
    *ret = order;
    return EFI_SUCCESS;
}

void driver_order_free(struct driver_order *order)
{
    pool_free(order->all);
    pool_free(order->order);
    *order = (struct driver_order){0};
}
