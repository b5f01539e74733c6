/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/unicode_collation.h"

/* Case-insensitive comparison of ASCII and Latin-1, as `lib/ucs2.h` has it (UEFI 2.10 §13.6).
 * Without state; both are installed on one handle. */
extern EFI_UNICODE_COLLATION_PROTOCOL unicode_collation_protocol;  /* "eng" */
extern EFI_UNICODE_COLLATION_PROTOCOL unicode_collation2_protocol; /* "en" */
