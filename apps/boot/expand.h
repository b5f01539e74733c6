/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* The full path that a load option's path means, from the pool; NULL when no device fits. Short
 * forms (UEFI 2.10 §3.1.2): a path that begins with a hard drive node, with a file path node; and a
 * volume or a whole disk without a file, which means the first \EFI\BOOT\BOOTX64.EFI on it. */
EFI_DEVICE_PATH_PROTOCOL *expand_path(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *path);
