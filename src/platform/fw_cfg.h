/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* QEMU's fw_cfg. Only to be touched when the VMM is known to be QEMU: elsewhere its ports belong to
 * nobody. */

/* Is the device there? Looks once. */
bool fw_cfg_present(void);

/* Looks for the device anew. */
void fw_cfg_forget(void);

/* Reads up to `size` bytes of the file `name`; `*ret_size` is how long the file is. EFI_NOT_FOUND,
 * or EFI_DEVICE_ERROR when the device fails. */
EFI_STATUS fw_cfg_read(const char *name, void *buffer, size_t size, size_t *ret_size) MUST_CHECK;

/* Calls `visit` with the name of every file that begins with `prefix`. */
EFI_STATUS fw_cfg_list(const char *prefix, void (*visit)(const char *name)) MUST_CHECK;
