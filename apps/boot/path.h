/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Device paths in the boot manager. Paths from Boot#### variables are bytes from outside: their
 * size is checked with path_size() first. */

/* Size in bytes of the path at `data[available]` with its end node, 0 when it is not well formed.
 */
size_t path_size(const void *data, size_t available);

/* Size of a path that the firmware made, without its end node. */
size_t path_prefix_size(const EFI_DEVICE_PATH_PROTOCOL *path);

/* Does `path` begin with all nodes of `prefix`? */
bool path_begins_with(const EFI_DEVICE_PATH_PROTOCOL *path, const EFI_DEVICE_PATH_PROTOCOL *prefix);

const EFI_DEVICE_PATH_PROTOCOL *node_next(const EFI_DEVICE_PATH_PROTOCOL *node);
bool node_is_end(const EFI_DEVICE_PATH_PROTOCOL *node);
size_t node_size(const EFI_DEVICE_PATH_PROTOCOL *node);

/* Device path of a handle, or NULL. */
EFI_DEVICE_PATH_PROTOCOL *path_of(struct boot *boot, EFI_HANDLE handle);

/* `device`'s path with `tail` (whole nodes with an end node, `tail_size` bytes) behind it, from the
 * pool; NULL when memory is out. */
EFI_DEVICE_PATH_PROTOCOL *path_join(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device,
                                    const void *tail, size_t tail_size);

/* The same with one file path node for `file` as tail. */
EFI_DEVICE_PATH_PROTOCOL *path_of_file(struct boot *boot, const EFI_DEVICE_PATH_PROTOCOL *device,
                                       const char16_t *file);
