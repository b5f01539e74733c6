/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"

/* Makes the file as long as this. */
EFI_STATUS file_set_size(EFI_FILE_PROTOCOL *file, uint64_t size) MUST_CHECK;

/* Writes new content into a file, which is made if it is not there. Room for it is taken first: on
 * a full volume the old content stays. EFI_ACCESS_DENIED for a directory or a read-only file. */
EFI_STATUS file_replace(const char16_t *name, const void *data, size_t size) MUST_CHECK;
