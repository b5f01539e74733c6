/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "lib/macros.h"

/* Compresses bytes so that EFI_DECOMPRESS_PROTOCOL takes them (UEFI 2.10 §19.2). The result is for
 * shell_free(); NULL: no memory, or 4 GiB and more. */
void *compress(const void *data, size_t size, size_t *ret_size) MUST_CHECK;
