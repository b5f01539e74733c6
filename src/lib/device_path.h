/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"

/* Walking over device paths in memory (UEFI 2.10 §10.3). Paths are unaligned; nodes are read by
 * bytes. */

/* A path from outside in `available` bytes: its size with the end node, or 0 when it has a node
 * shorter than a header, or no end within `available`. */
size_t device_path_size_bounded(const void *data, size_t available);

/* The longest path that is believed when nobody says how long it may be. */
#define DEVICE_PATH_LIMIT (64u << 10)

/* Size of a path with its end node: 0 for NULL and for one that has no end within
 * DEVICE_PATH_LIMIT. */
size_t device_path_size(const EFI_DEVICE_PATH_PROTOCOL *path);

/* What a node says of its length, which may be less than its header. */
size_t device_path_node_length(const EFI_DEVICE_PATH_PROTOCOL *node);

/* One node. The length is at least that of a header: a shorter one counts as 4, so that walks
 * advance. */
size_t device_path_node_size(const EFI_DEVICE_PATH_PROTOCOL *node);
const EFI_DEVICE_PATH_PROTOCOL *device_path_next(const EFI_DEVICE_PATH_PROTOCOL *node);

/* The end of all, or of an instance. */
bool device_path_is_end(const EFI_DEVICE_PATH_PROTOCOL *node);
bool device_path_is_end_instance(const EFI_DEVICE_PATH_PROTOCOL *node);

bool device_path_node_is(const EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype);

/* Bytes of the nodes before the first end node of either kind. */
size_t device_path_prefix_size(const EFI_DEVICE_PATH_PROTOCOL *path);

bool device_path_equal(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b);
/* Are the nodes of `prefix` the first ones of `path`? */
bool device_path_begins_with(const EFI_DEVICE_PATH_PROTOCOL *path,
                             const EFI_DEVICE_PATH_PROTOCOL *prefix);

void device_path_set_node(EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype,
                          size_t length);
void device_path_set_end(void *node);
