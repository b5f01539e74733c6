/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/runtime_services.h"
#include "lib/macros.h"

/* The clock of the PC (Motorola MC146818 and its heirs; ports 0x70 and 0x71). Only the fields from
 * Year to Second are read and set. Called with interrupts in any state: the index and data ports
 * are used with interrupts off. */

/* EFI_UNSUPPORTED: nothing answers. EFI_DEVICE_ERROR: it does not settle, or has no sensible time.
 */
EFI_STATUS rtc_read(EFI_TIME *ret) MUST_CHECK;

/* EFI_DEVICE_ERROR when the clock shows another time afterwards: Cloud Hypervisor's cannot be set.
 */
EFI_STATUS rtc_write(const EFI_TIME *time) MUST_CHECK;
