/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"
#include "storage/file_system.h"

/* EFI_FILE_PROTOCOL revision 2 (UEFI 2.10 §13.5) over an open file. It keeps the position, and for
 * a directory the place in it. */

/* Takes `file` over, also on failure. `*open_count` counts the open files of the volume. */
EFI_STATUS file_protocol_new(struct file *file, bool is_directory, size_t *open_count,
                             EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* The information types (file_information.c), with the buffer rules of GetInfo and SetInfo. */
EFI_STATUS file_information_get(struct file *file, const EFI_GUID *type, size_t *size,
                                void *buffer) MUST_CHECK;
EFI_STATUS file_information_set(struct file *file, const EFI_GUID *type, size_t size,
                                const void *buffer) MUST_CHECK;

/* Writes `info` as EFI_FILE_INFO to buffer[*size]; EFI_BUFFER_TOO_SMALL with the size that it takes
 * in *size. */
EFI_STATUS file_information_write(const struct file_info *info, size_t *size,
                                  void *buffer) MUST_CHECK;
