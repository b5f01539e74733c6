/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"
#include "lib/macros.h"

/* The little that the shell does with device paths beyond lib/device_path.h. */

/* <0, 0, >0: an order that is the same at each boot. */
int device_path_compare(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b);

/* `device` and a file on it, in pool memory; NULL: no memory. */
EFI_DEVICE_PATH_PROTOCOL *device_path_of_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                              const char16_t *file) MUST_CHECK;

/* `file` and the bytes from `first` to `last` of it, in pool memory; NULL: no memory. */
EFI_DEVICE_PATH_PROTOCOL *device_path_of_range(const EFI_DEVICE_PATH_PROTOCOL *file, uint64_t first,
                                               uint64_t last) MUST_CHECK;

/* Text for people in pool memory; NULL when the firmware has no words for it. */
char16_t *device_path_text(const EFI_DEVICE_PATH_PROTOCOL *path) MUST_CHECK;
