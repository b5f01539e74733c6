/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "efi/status.h"

/* How an EFI image is entered and left: by returning, or from any depth of its calls by Exit(). */

struct image_call {
    void *stack;
};

/* Calls the image's entry point with the EFI calling convention (UEFI 2.10 §2.3.4.2) and returns
 * its status, or the one given to image_call_leave(). Whatever the image left in them, non-volatile
 * registers of that convention (XMM6 to XMM15, x87 control word and MXCSR included) are the
 * caller's again. */
EFI_STATUS image_call_enter(struct image_call *call, uintptr_t entry, void *handle, void *table);

/* Makes the image_call_enter() that `call` belongs to, and which has not returned, return `status`.
 */
_Noreturn void image_call_leave(struct image_call *call, EFI_STATUS status);
