/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Boots the option that BootNext names, if any, and deletes the variable first (UEFI 2.10 §3.1.2).
 */
void boot_next(struct boot *boot);

/* Boots the active options of BootOrder in turn. */
void boot_order(struct boot *boot);
