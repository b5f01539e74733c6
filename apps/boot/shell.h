/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/start.h"

/* The firmware's EFI shell. It is a file of a firmware volume to everybody who asks (PI 1.8, volume
 * 3, §8.2), so that Boot#### can name it: Fv(…)/FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1). */

/* Runs the shell. False when it cannot be started, which the user has read. */
bool boot_shell(struct boot *boot);

/* Does the path of a load option name it? */
bool shell_is_path(const EFI_DEVICE_PATH_PROTOCOL *path);

/* Fills in path and image, which the caller frees. EFI_NOT_FOUND: this firmware has no shell. */
EFI_STATUS shell_get(struct boot *boot, struct boot_image *ret) MUST_CHECK;
