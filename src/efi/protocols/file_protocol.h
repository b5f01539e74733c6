/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/block_poll.h"
#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"
#include "storage/file_system.h"

/* EFI_FILE_PROTOCOL revision 2 (UEFI 2.10 §13.5) over an open file. It keeps the position, and for
 * a directory the place in it. */

/* What the open files of a volume share. */
struct file_volume {
    size_t open_files;
    struct block_poll reads; /* that nobody waits for: over before anything is changed or closed */
};

/* Takes `file` over, also on failure. */
EFI_STATUS file_protocol_new(struct file *file, bool is_directory, struct file_volume *volume,
                             EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* file_async.c, at TPL_CALLBACK: begins to read what the token, which has an event, asks for, and
 * tells how much that will be. False, and nothing has happened: it has to be read in the way that
 * finishes before it returns. */
bool file_read_start(struct file_volume *volume, struct file *file, uint64_t position,
                     EFI_FILE_IO_TOKEN *token, size_t *ret_size);

/* The information types (file_information.c), with the buffer rules of GetInfo and SetInfo. */
EFI_STATUS file_information_get(struct file *file, const EFI_GUID *type, size_t *size,
                                void *buffer) MUST_CHECK;
EFI_STATUS file_information_set(struct file *file, const EFI_GUID *type, size_t size,
                                const void *buffer) MUST_CHECK;

/* Writes `info` as EFI_FILE_INFO to buffer[*size]; EFI_BUFFER_TOO_SMALL with the size that it takes
 * in *size. */
EFI_STATUS file_information_write(const struct file_info *info, size_t *size,
                                  void *buffer) MUST_CHECK;
