/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"
#include "shell/files/volume.h"
#include "shell/memory.h"
#include "shell/text.h"

/* Files by the names that users give. */

#define FILE_READ_WRITE (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE)

/* A name made complete: "FS0:\A\B", and the volume that it is on. `path` is the part behind the
 * mapping. */
struct location {
    struct volume *volume;
    char16_t *full;
    const char16_t *path;
};

/* EFI_NOT_FOUND when there is no such mapping, or no current directory. The strings are in `arena`.
 */
EFI_STATUS file_locate(struct arena *arena, const char16_t *name, struct location *ret) MUST_CHECK;

/* Is it `directory`, or something in it? A volume has several mappings: names may differ. */
bool location_lies_in(const struct location *location, const struct volume *volume,
                      const char16_t *directory);

/* `mode` and `attributes` as EFI_FILE_PROTOCOL.Open() has them. */
EFI_STATUS file_open_at(const struct location *location, uint64_t mode, uint64_t attributes,
                        EFI_FILE_PROTOCOL **ret) MUST_CHECK;
EFI_STATUS file_open(const char16_t *name, uint64_t mode, uint64_t attributes,
                     EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* Opens for reading and writing; makes the file, or empties the one that is there.
 * EFI_ACCESS_DENIED for a directory or a read-only file. */
EFI_STATUS file_create(const char16_t *name, EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* Deletes and closes. EFI_ACCESS_DENIED when it could not be deleted. */
EFI_STATUS file_delete(EFI_FILE_PROTOCOL *file) MUST_CHECK;

/* Reads all that is asked for, less only at the end. */
EFI_STATUS file_read(EFI_FILE_PROTOCOL *file, void *data, size_t *size) MUST_CHECK;

/* Writes all of it; EFI_VOLUME_FULL when less was written. */
EFI_STATUS file_write(EFI_FILE_PROTOCOL *file, const void *data, size_t size) MUST_CHECK;

/* NULL is allowed. */
void file_close(EFI_FILE_PROTOCOL *file);

/* In pool memory, for shell_free(). */
EFI_STATUS file_get_info(EFI_FILE_PROTOCOL *file, EFI_FILE_INFO **ret) MUST_CHECK;

/* The next entry of a directory, "." and ".." left out; `*ret` NULL at the end. */
EFI_STATUS file_next_entry(EFI_FILE_PROTOCOL *directory, EFI_FILE_INFO **ret) MUST_CHECK;

bool file_exists(const char16_t *name);
bool file_is_directory(const char16_t *name);

/* Reads a whole text file: UTF-16 with a byte order mark, else UTF-8. EFI_BAD_BUFFER_SIZE when it
 * is larger than `largest` bytes. */
EFI_STATUS file_read_text(EFI_FILE_PROTOCOL *file, size_t largest, struct text *ret) MUST_CHECK;

/* Reads a whole file, for shell_free(). EFI_BAD_BUFFER_SIZE when it is larger than `largest`, or
 * than it says itself. */
EFI_STATUS file_read_all(EFI_FILE_PROTOCOL *file, size_t largest, void **ret,
                         size_t *ret_size) MUST_CHECK;

/* The same by the file's name; errors of opening it, too. */
EFI_STATUS file_read_named(const char16_t *name, size_t largest, void **ret,
                           size_t *ret_size) MUST_CHECK;

#define BYTE_ORDER_MARK ((char16_t)0xfeff)
