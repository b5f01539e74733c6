/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Device paths in the boot manager. Paths from Boot#### variables are bytes from outside, which
 * load_option_parse() has checked; walking over them is lib/device_path.h's. */

/* Device path of a handle, or NULL. */
EFI_DEVICE_PATH_PROTOCOL *path_of(struct boot *boot, EFI_HANDLE handle);

/* `device`'s path with `tail` (whole nodes with an end node, `tail_size` bytes) behind it, from the
 * pool; NULL when memory is out. */
EFI_DEVICE_PATH_PROTOCOL *path_join(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device,
                                    const void *tail, size_t tail_size);

/* The same with one file path node for `file` as tail. */
EFI_DEVICE_PATH_PROTOCOL *path_of_file(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device,
                                       const char16_t *file);
