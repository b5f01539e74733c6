/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/decompress.h"
#include "lib/macros.h"

/* EFI_DECOMPRESS_PROTOCOL (UEFI 2.10 §19.5), used by option ROM images. Has no state; installed on
 * a handle of its own. */
extern EFI_DECOMPRESS_PROTOCOL decompress_protocol;
