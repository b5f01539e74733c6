/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Boots \EFI\BOOT\BOOTX64.EFI from the file systems of one disk (UEFI 2.10 §3.5.1.1). Returns when
 * there is none, or it returned; the user has then read one line that names the disk and the
 * reason. False, and no line: the controller has no disk. */
bool boot_removable(struct boot *boot, EFI_HANDLE disk);
