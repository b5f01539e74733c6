/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/driver_binding.h"
#include "lib/macros.h"

/* The order in which ConnectController tries drivers (UEFI 2.10 §7.3.12). */

struct driver_candidate {
    EFI_HANDLE handle; /* on which the binding is installed */
    EFI_DRIVER_BINDING_PROTOCOL *binding;
    uint32_t version;
    bool ordered; /* has its place in driver_order */
    bool tried;
};

struct driver_order {
    struct driver_candidate *all; /* in the order of installation */
    struct driver_candidate **order;
    size_t count;
};

/* `context` is the caller's list of driver handles, ended by NULL, or NULL. EFI_NOT_FOUND when
 * there are no drivers at all. */
EFI_STATUS driver_order_make(EFI_HANDLE controller, const EFI_HANDLE *context,
                             struct driver_order *ret) MUST_CHECK;
void driver_order_free(struct driver_order *order);
