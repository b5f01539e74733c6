/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"
#include "lib/macros.h"

/* The little that the shell does with device paths itself. */

size_t device_path_node_length(const EFI_DEVICE_PATH_PROTOCOL *node);
bool device_path_ends(const EFI_DEVICE_PATH_PROTOCOL *node);

/* Bytes of the nodes, without the end node. */
size_t device_path_length(const EFI_DEVICE_PATH_PROTOCOL *path);

/* Is what lies at `data[size]` a path with its end, maybe of several instances? To be asked of what
 * comes from variables and files. */
bool device_path_fits(const void *data, size_t size);

/* <0, 0, >0: an order that is the same at each boot. */
int device_path_compare(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b);

/* Are the nodes of `prefix` the first ones of `path`? */
bool device_path_starts_with(const EFI_DEVICE_PATH_PROTOCOL *path,
                             const EFI_DEVICE_PATH_PROTOCOL *prefix);

/* `device` and a file on it, in pool memory; NULL: no memory. */
EFI_DEVICE_PATH_PROTOCOL *device_path_of_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                              const char16_t *file) MUST_CHECK;

/* Text for people in pool memory; NULL when the firmware has no words for it. */
char16_t *device_path_text(const EFI_DEVICE_PATH_PROTOCOL *path) MUST_CHECK;
