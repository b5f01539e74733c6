/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"
#include "selftest/test.h"

/* The root of the volume that the program comes from; the caller closes it. NULL: there is none. */
EFI_FILE_PROTOCOL *open_own_root(void);

/* The handle of that volume; NULL: the program comes from none. */
EFI_HANDLE own_volume(void);

/* Reads a file of that volume. `size`: of the buffer, then of the file. */
EFI_STATUS read_own_file(const char16_t *name, void *buffer, size_t *size) MUST_CHECK;
