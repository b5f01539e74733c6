/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "runtime/port.h"
#include "runtime/runtime.h"

/* What the files of the runtime image share. Pointers into the image that are set while it runs,
 * rather than by its relocations, would stay physical after SetVirtualAddressMap: there are none
 * that are used after it. */
struct runtime_state {
    struct runtime_config config;
    struct runtime_interface *interface; /* NULL once boot services are over */
    bool at_runtime;                     /* ExitBootServices has been called */
    bool is_virtual;                     /* SetVirtualAddressMap has been called */
};

extern struct runtime_state runtime_state;

/* While boot services are there, a notification function that interrupts a service may call another
 * one: the services that keep state run with interrupts off. Afterwards the OS serialises its calls
 * (UEFI 2.10 §8.1). */
static inline uint64_t service_enter(void)
{
    return runtime_state.at_runtime ? 0 : interrupts_save();
}

static inline void service_leave(uint64_t flags)
{
    if (!runtime_state.at_runtime)
        interrupts_restore(flags);
}
