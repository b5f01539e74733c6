/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/status.h"
#include "lib/macros.h"

/* What was compressed by UEFI's method (UEFI 2.10 §19), by the firmware's protocol. The result is
 * for shell_free(). EFI_UNSUPPORTED: the firmware has none. */
EFI_STATUS decompress_bytes(void *source, size_t size, void **ret, size_t *ret_size) MUST_CHECK;
