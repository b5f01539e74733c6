/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* A fresh handle database for each test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "efi/event.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/open_protocol.h"
#include "models/apic.h"
#include "models/cpu.h"

static const EFI_GUID A = {0xa, 1, 2, {3}}, B = {0xb, 1, 2, {3}}, C = {0xc, 1, 2, {3}};
/* Interfaces; not every test has need of all. */
static int one __attribute__((unused)), two __attribute__((unused)), three __attribute__((unused));

static inline int setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    return 0;
}

static inline int teardown(void **state)
{
    locate_set_hooks(&(struct locate_hooks){0});
    open_protocol_set_firmware_agent(NULL);
    handles_reset();
    events_reset();
    return 0;
}

static inline EFI_HANDLE install(EFI_HANDLE handle, const EFI_GUID *guid, void *interface)
{
    assert_int_equal(efi_install_protocol_interface(&handle, guid, EFI_NATIVE_INTERFACE, interface),
                     EFI_SUCCESS);
    return handle;
}
