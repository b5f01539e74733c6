/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/driver_binding.h"
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
    bool disturbs;   /* the other way round */
    unsigned supported, started, stopped;
    EFI_DEVICE_PATH_PROTOCOL *remaining;
};

extern struct driver drivers[DRIVERS];
extern EFI_HANDLE controller;

/* All drivers, with versions 0x10, 0x11 and so on, and a controller for them; and their end. */
void drivers_begin(void);
void drivers_end(void);

/* The letters of the drivers in the order of their starts, from drivers_begin() on, begin so. */
bool order_is(const char *expected);
