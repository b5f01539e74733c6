/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/mp_services.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* EFI_MP_SERVICES_PROTOCOL (PI 1.8 volume 2 §13.4). Processor numbers go by APIC id. Every function
 * but WhoAmI is for the boot processor: EFI_DEVICE_ERROR on others. */
extern EFI_MP_SERVICES_PROTOCOL mp_services_protocol;

/* Starts all processors of the machine. */
EFI_STATUS mp_services_init(const struct machine *machine) MUST_CHECK;

/* For ExitBootServices: application processors run nothing any more, and an OS can start them. */
void mp_services_exit(void);

/* As if nothing had been started: for the host's tests. */
void mp_services_reset(void);
