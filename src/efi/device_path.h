/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"
#include "lib/device_path.h"
#include "lib/macros.h"

/* Making device paths (UEFI 2.10 §10.3); walking over them is lib/device_path.h's. Functions that
 * make a path return pool memory of the caller's (pool_free(), FreePool), or NULL when memory
 * is out. */

EFI_DEVICE_PATH_PROTOCOL *device_path_duplicate(const EFI_DEVICE_PATH_PROTOCOL *path);
/* The nodes of `first` (may be NULL), then those of `second` (may be NULL). */
EFI_DEVICE_PATH_PROTOCOL *device_path_append(const EFI_DEVICE_PATH_PROTOCOL *first,
                                             const EFI_DEVICE_PATH_PROTOCOL *second);
/* The nodes of `path` (may be NULL), then `node` (may be NULL), and an end. */
EFI_DEVICE_PATH_PROTOCOL *device_path_append_node(const EFI_DEVICE_PATH_PROTOCOL *path,
                                                  const EFI_DEVICE_PATH_PROTOCOL *node);
EFI_DEVICE_PATH_PROTOCOL *device_path_append_instance(const EFI_DEVICE_PATH_PROTOCOL *path,
                                                      const EFI_DEVICE_PATH_PROTOCOL *instance);
/* A copy of the first instance of `*path`, which moves on to the next one, or to NULL after the
 * last. */
EFI_DEVICE_PATH_PROTOCOL *device_path_next_instance(const EFI_DEVICE_PATH_PROTOCOL **path,
                                                    size_t *ret_size);
/* A node with zeroed contents; NULL also when `length` is shorter than a header. */
EFI_DEVICE_PATH_PROTOCOL *device_path_create_node(uint8_t type, uint8_t subtype, uint16_t length);

/* A device path and a file on it, for LoadImage. */
EFI_DEVICE_PATH_PROTOCOL *device_path_append_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                                  const char16_t *file);

/* Text of UEFI 2.10 §10.6. The string is the caller's; NULL when memory is out (or, for a node,
 * when it is NULL). */
char16_t *device_path_to_text(const EFI_DEVICE_PATH_PROTOCOL *path, bool display_only,
                              bool allow_shortcuts);
char16_t *device_path_node_to_text(const EFI_DEVICE_PATH_PROTOCOL *node, bool display_only,
                                   bool allow_shortcuts);
EFI_DEVICE_PATH_PROTOCOL *device_path_from_text(const char16_t *text);
EFI_DEVICE_PATH_PROTOCOL *device_path_node_from_text(const char16_t *text);

/* For log lines: UTF-8, cut to fit, always NUL terminated; `size` is at least 1. */
void device_path_print(char *buffer, size_t size, const EFI_DEVICE_PATH_PROTOCOL *path);
