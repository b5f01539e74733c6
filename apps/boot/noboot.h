/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

enum noboot_action {
    NOBOOT_RETRY,
    NOBOOT_LEAVE, /* to whoever called the boot manager */
};

/* Nothing booted: tells the user, and does what `cloudhv.noboot` says: shell (default), halt,
 * reset, poweroff, retry. */
enum noboot_action noboot(struct boot *boot);
